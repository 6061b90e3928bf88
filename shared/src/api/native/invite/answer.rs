//! Accepting and declining an invite.

use serde::{Deserialize, Serialize};

use super::super::MemberBody;
use super::{InviteBody, PreviewBody};
use crate::auth::Caller;
use crate::domain::Invalid;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::invite::Invite;
use crate::domain::redirect::RedirectUrl;
use crate::domain::text::Message;
use crate::engine::{Accepted, InviteRef};
use crate::http::RequestError;

const ONE_NAME: Invalid =
    Invalid::new("one_of", "Name the invite by 'token', or by 'group' and 'invite'.");

/// The body of `POST /v1/invites/accept`: names the invite by `token`, or by `group` and `invite`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptBody {
    /// The link's token.
    token: Option<String>,
    /// The group.
    group: Option<GroupId>,
    /// The invite's id in the group.
    invite: Option<InviteId>,
}

impl AcceptBody {
    /// Returns the invite that the body names.
    ///
    /// # Errors
    /// `InvalidBody` if the invite is not named in exactly one way.
    pub fn reference(self) -> Result<InviteRef, RequestError> {
        reference(self.token, self.group, self.invite)
    }
}

/// The body of `POST /v1/invites/decline`: names the invite by `token`, or by `group` and `invite`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclineBody {
    /// The link's token.
    token: Option<String>,
    /// The group.
    group: Option<GroupId>,
    /// The invite's id in the group.
    invite: Option<InviteId>,
    /// The invitee's reason.
    reason: Option<Message>,
}

impl DeclineBody {
    /// Returns the invite that the body names, and the reason for declining.
    ///
    /// # Errors
    /// `InvalidBody` if the invite is not named in exactly one way.
    pub fn reference(self) -> Result<(InviteRef, Option<Message>), RequestError> {
        Ok((reference(self.token, self.group, self.invite)?, self.reason))
    }
}

fn reference(
    token: Option<String>,
    group: Option<GroupId>,
    invite: Option<InviteId>,
) -> Result<InviteRef, RequestError> {
    match (token, group, invite) {
        (Some(token), None, None) => Ok(InviteRef::Token(token)),
        (None, Some(group), Some(invite)) => Ok(InviteRef::Id(group, invite)),
        _ => Err(RequestError::field("", ONE_NAME)),
    }
}

/// The response to a caller who accepted an invite.
#[derive(Serialize)]
pub struct AcceptedBody<'a> {
    /// The invite.
    invite: InviteBody<'a>,
    /// The caller's membership.
    membership: MemberBody<'a>,
    /// The address to which the caller goes next.
    redirect_url: Option<&'a RedirectUrl>,
}

impl<'a> AcceptedBody<'a> {
    /// Renders the accepted invite for `caller` at `now`.
    pub fn new(accepted: &'a Accepted, caller: &Caller, now: Timestamp) -> Self {
        Self {
            invite: InviteBody::for_invitee(&accepted.invite, caller, now),
            membership: MemberBody::new(&accepted.member),
            redirect_url: accepted.invite.terms.redirect_url.as_ref(),
        }
    }
}

/// The response to an invitee who declined. It shows a preview, because the token needs no sign-in.
#[derive(Serialize)]
pub struct DeclinedBody<'a> {
    /// The invite.
    invite: PreviewBody<'a>,
}

impl<'a> DeclinedBody<'a> {
    /// Renders the declined invite at `now`.
    pub fn new(invite: &'a Invite, now: Timestamp) -> Self {
        Self { invite: PreviewBody::of(invite, &invite.group_name, invite.state(now)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_names_its_invite_in_exactly_one_way() {
        let read = |json: &str| serde_json::from_str::<AcceptBody>(json).unwrap().reference();
        assert!(matches!(read(r#"{"token":"bkn_x"}"#), Ok(InviteRef::Token(_))));
        assert!(matches!(read(r#"{"group":"3773","invite":"1"}"#), Ok(InviteRef::Id(..))));
        for json in [
            "{}",
            r#"{"group":"3773"}"#,
            r#"{"invite":"1"}"#,
            r#"{"token":"bkn_x","group":"3773"}"#,
            r#"{"token":"bkn_x","group":"3773","invite":"1"}"#,
        ] {
            assert!(matches!(read(json), Err(RequestError::InvalidBody(_))), "{json}");
        }
    }
}
