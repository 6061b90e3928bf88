//! The responses about invites.

use serde::Serialize;

use super::super::request::{is_numeric, variant};
use super::{Instant, phone_of};
use crate::domain::clock::Timestamp;
use crate::domain::email::EmailAddress;
use crate::domain::identity::PhoneNumber;
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::invite::{Invite, State};
use crate::domain::invitee::Invitee;
use crate::domain::redirect::RedirectUrl;
use crate::domain::role::Roles;
use crate::engine::{Created, InviteeIds, NewInvite};

/// A phone number with its JSON type in the request.
#[derive(Serialize)]
#[serde(untagged)]
enum PhoneBody<'a> {
    Number(u64),
    Text(&'a str),
}

impl<'a> PhoneBody<'a> {
    /// Returns a JSON number if `numeric` is `true` and the digits fit, else a string.
    fn new(number: &'a PhoneNumber, numeric: bool) -> Self {
        let text = number.as_str();
        let digits = text.trim_start_matches('+').parse().ok();
        digits.filter(|_| numeric).map_or(Self::Text(text), Self::Number)
    }
}

/// A `GroupInvite`. For a link that another API created, it has no invitee.
#[derive(Serialize)]
pub struct InviteBody<'a> {
    id: InviteId,
    group_id: &'a GroupId,
    roles: &'a Roles,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<PhoneBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_lookup_value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_variant_id: Option<&'a str>,
    created_at: Instant,
    created_by: &'a UserId,
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted_by: Option<&'a UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ensured_user_id: Option<&'a UserId>,
}

impl<'a> InviteBody<'a> {
    /// Renders the invite at `now`. `known` has the user ids of invitees in the directory.
    pub fn new(invite: &'a Invite, known: &'a InviteeIds, now: Timestamp) -> Self {
        let email = invite.invitee.address().map(EmailAddress::as_str);
        let number = phone_of(&invite.invitee);
        let numeric = is_numeric(&invite.terms.api_data);
        let user_id = if let Invitee::User(user) = &invite.invitee { Some(user) } else { None };
        let state = invite.state(now);
        Self {
            id: invite.id,
            group_id: &invite.group,
            roles: &invite.terms.roles,
            state: state_word(state),
            email,
            phone: number.map(|number| PhoneBody::new(number, numeric)),
            user_id,
            user_lookup_value: email.or(number.map(PhoneNumber::as_str)),
            redirect_url: invite.terms.redirect_url.as_ref().map(RedirectUrl::as_str),
            app_variant_id: variant(&invite.terms.api_data),
            created_at: invite.created_at.into(),
            created_by: &invite.created_by.id,
            accepted_by: invite.accepted_by(),
            ensured_user_id: known.of(&invite.invitee),
        }
    }
}

/// Returns the published word for a state. Rownd has only three.
fn state_word(state: State) -> &'static str {
    match state {
        State::Pending => "pending",
        State::Accepted => "accepted",
        State::Declined | State::Revoked | State::Expired | State::Exhausted => "rejected",
    }
}

/// The response to the inviter: the invite, and the same link as in its mail.
#[derive(Serialize)]
pub struct CreatedBody<'a> {
    link: String,
    invitation: InviteBody<'a>,
}

impl<'a> CreatedBody<'a> {
    /// Renders the invite at `now`, and its link under `public_url`.
    ///
    /// The phone number has the JSON type of `new`, even if an earlier request created the invite.
    pub fn new(
        created: &'a Created,
        new: &NewInvite,
        known: &'a InviteeIds,
        public_url: &str,
        now: Timestamp,
    ) -> Self {
        let Created { invite, token, .. } = created;
        let numeric = is_numeric(&new.api_data);
        let phone = phone_of(&invite.invitee).map(|number| PhoneBody::new(number, numeric));
        Self {
            link: format!("{public_url}/i/{}", token.expose()),
            invitation: InviteBody { phone, ..InviteBody::new(invite, known, now) },
        }
    }
}
