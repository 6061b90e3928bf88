//! An invite as its group and its invitee see it.

use std::borrow::Cow;
use std::sync::LazyLock;

use serde::Serialize;

use super::super::Instant;
use super::super::etag::etag;
use crate::auth::Caller;
use crate::domain::acceptance::{Acceptability, Acceptor, NotAcceptable};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::invite::{
    DeliveryState, IdentityPolicy, Invite, Resolution, RevokeReason, State,
};
use crate::domain::invitee::{Invitee, Link, Person};
use crate::domain::language::LanguageTag;
use crate::domain::member::MembershipPeriod;
use crate::domain::redirect::RedirectUrl;
use crate::domain::role::Roles;
use crate::domain::text::{Message, Metadata, Name};
use crate::engine::Present;

/// An invite, without its token.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InviteBody<'a> {
    /// Always `invite`.
    object: &'static str,
    /// The invite's id, unique within its group.
    id: InviteId,
    /// The invite's group.
    group: GroupRef<'a>,
    /// The invitee, or the link.
    invitee: InviteeBody<'a>,
    /// The granted roles.
    roles: &'a Roles,
    /// The state at the time of the response.
    state: State,
    /// Whether the invitee can accept now.
    acceptable: bool,
    /// Why the invitee cannot accept now; `null` if they can, or if the invite has ended.
    not_acceptable_reason: Option<NotAcceptable>,
    /// Whether the accepting account must prove the invited identity.
    identity_policy: IdentityPolicy,
    /// The inviter's message.
    message: Option<&'a Message>,
    /// The inviting app's own data.
    metadata: &'a Metadata,
    /// The requested language of the mail and the page; `en` if none was requested.
    locale: &'a str,
    /// The address to which the invitee goes after accepting.
    redirect_url: Option<&'a RedirectUrl>,
    /// How many seconds the membership lasts; `null` if it does not end.
    membership_expires_in: Option<MembershipPeriod>,
    /// Whether the link is paused; `false` for other invites.
    paused: bool,
    /// The delivery of the mail.
    delivery: DeliveryBody<'a>,
    /// The creation time of this generation.
    created_at: Instant,
    /// The inviter.
    created_by: PersonRef<'a>,
    /// The time of the last change.
    updated_at: Instant,
    /// The expiry time; `null` for a link that never expires.
    expires_at: Option<Instant>,
    /// The time at which the invite reached its final state.
    resolved_at: Option<Instant>,
    /// The user who accepted, declined or revoked the invite.
    resolved_by: Option<PersonRef<'a>>,
    /// Why the invite was revoked; `null` if it was not.
    resolution_reason: Option<RevokeReason>,
    /// The invitee's reason for declining.
    decline_reason: Option<&'a Message>,
    /// The time at which the invitee last asked for a new invite; `null` after a resend.
    renewal_requested_at: Option<Instant>,
    /// The number of requested mails.
    send_count: u32,
    /// The time of the last mail.
    last_sent_at: Option<Instant>,
    /// The version, for the `ETag` header.
    etag: String,
}

/// A group by id and name.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct GroupRef<'a> {
    /// The group's id.
    id: &'a GroupId,
    /// The group's name.
    name: &'a str,
}

/// A user by id and name.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct PersonRef<'a> {
    /// The user's id.
    id: &'a UserId,
    /// The user's name; `null` if unknown.
    name: Option<String>,
}

/// The invitee, or the link.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
enum InviteeBody<'a> {
    /// A user.
    User {
        /// The user's id.
        user_id: &'a UserId,
    },
    /// The holder of an e-mail address.
    Email {
        /// The address; masked for everyone but the group and the invitee.
        email: Cow<'a, str>,
        /// Always `null`.
        first_name: Option<&'a Name>,
        /// Always `null`.
        last_name: Option<&'a Name>,
    },
    /// A person who is new to the directory.
    Person {
        /// The address; masked for everyone but the group and the invitee.
        email: Cow<'a, str>,
        /// The first name that the inviter gave.
        first_name: Option<&'a Name>,
        /// The last name that the inviter gave.
        last_name: Option<&'a Name>,
    },
    /// The holder of a phone number.
    Phone {
        /// The number in E.164; masked for everyone but the group and the invitee.
        phone: Cow<'a, str>,
    },
    /// The holder of an account on another platform.
    Account {
        /// The platform's number.
        membership_type: i32,
        /// The id on that platform.
        membership_id: &'a str,
    },
    /// The holder of the link.
    Link {
        /// The most people who may join; `null` for any number.
        max_uses: Option<u32>,
        /// The number of people who joined; always 0 without `max_uses`.
        uses: u32,
        /// The mail domains of which a person must prove an address; empty for no such limit.
        allowed_domains: &'a [String],
    },
}

impl<'a> InviteeBody<'a> {
    fn new(invitee: &'a Invitee) -> Self {
        match invitee {
            Invitee::User(user_id) => Self::User { user_id },
            Invitee::Email(email) => {
                Self::Email { email: email.as_str().into(), first_name: None, last_name: None }
            }
            Invitee::Person(Person { email, first_name, last_name, .. }) => Self::Person {
                email: email.as_str().into(),
                first_name: first_name.as_ref(),
                last_name: last_name.as_ref(),
            },
            Invitee::Phone(phone) => Self::Phone { phone: phone.as_str().into() },
            Invitee::Account(account) => Self::Account {
                membership_type: account.membership_type,
                membership_id: &account.membership_id,
            },
            Invitee::Link(Link { max_uses, uses, allowed_domains, .. }) => {
                Self::Link { max_uses: *max_uses, uses: *uses, allowed_domains }
            }
        }
    }

    /// Renders the invitee for other people: without names, and with the address masked.
    fn masked(invitee: &'a Invitee) -> Self {
        match invitee {
            Invitee::Email(email) => {
                Self::Email { email: email.masked().into(), first_name: None, last_name: None }
            }
            Invitee::Person(Person { email, .. }) => {
                Self::Person { email: email.masked().into(), first_name: None, last_name: None }
            }
            Invitee::Phone(phone) => Self::Phone { phone: phone.masked().into() },
            Invitee::User(_) | Invitee::Account(_) | Invitee::Link(_) => Self::new(invitee),
        }
    }
}

/// The delivery of an invite's mail.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct DeliveryBody<'a> {
    /// `email`; `null` if no mail was requested.
    channel: Option<&'static str>,
    /// The mail's state.
    state: DeliveryState,
    /// The number of responses from SES.
    attempts: u32,
    /// The time of the last change of the state.
    updated_at: Option<Instant>,
    /// The reason why the mail waits, failed or was suppressed.
    reason: Option<&'a str>,
    /// The number of reminders.
    reminders: u32,
}

impl<'a> DeliveryBody<'a> {
    fn new(invite: &'a Invite, now: Timestamp) -> Self {
        let delivery = &invite.delivery;
        let (state, reason) = invite.delivery_state(now);
        Self {
            channel: (state != DeliveryState::NotRequested).then_some("email"),
            state,
            attempts: delivery.attempts,
            updated_at: delivery.updated_at.map(Instant::from),
            reason,
            reminders: delivery.reminders,
        }
    }
}

/// Replaces metadata that the reader may not see.
static EMPTY: LazyLock<Metadata> = LazyLock::new(Metadata::default);

/// Returns the language in which the invitee is invited: that of the invite, or of its group.
fn locale<'a>(invite: &'a Invite, present: &'a Present) -> &'a str {
    let group = present.group(invite).and_then(|group| group.policy.locale.as_ref());
    invite.terms.locale.as_ref().or(group).map_or("en", LanguageTag::as_str)
}

impl<'a> InviteBody<'a> {
    /// Renders the invite at `now` for an invited caller, without metadata. If the caller is not
    /// the invitee, as under the bearer policy, the invitee is masked.
    pub fn for_invitee(
        invite: &'a Invite,
        present: &'a Present,
        caller: &Caller,
        now: Timestamp,
    ) -> Self {
        let body = Self { metadata: &EMPTY, ..Self::new(invite, present, now) };
        if caller.is(&invite.invitee) {
            let acceptor = Acceptor::Account(caller.email.as_ref());
            body.judged(present.acceptability(invite, acceptor, now))
        } else {
            Self { invitee: InviteeBody::masked(&invite.invitee), ..body }
        }
    }

    /// Replaces what the invite says about whether it can be accepted.
    #[must_use]
    pub(super) fn judged(self, acceptability: Acceptability) -> Self {
        let not_acceptable_reason = acceptability.reason();
        Self { acceptable: acceptability.is_acceptable(), not_acceptable_reason, ..self }
    }

    /// Renders the invite at `now` for a caller who may manage it. Names come from `present`.
    pub fn new(invite: &'a Invite, present: &'a Present, now: Timestamp) -> Self {
        let inviter = &invite.created_by;
        let resolution = invite.resolution.as_ref();
        let acceptability = present.acceptability(invite, Acceptor::Invitee, now);
        Self {
            object: "invite",
            id: invite.id,
            group: GroupRef { id: &invite.group, name: present.group_name(invite) },
            invitee: InviteeBody::new(&invite.invitee),
            roles: &invite.terms.roles,
            state: invite.state(now),
            acceptable: acceptability.is_acceptable(),
            not_acceptable_reason: acceptability.reason(),
            identity_policy: invite.terms.identity_policy,
            message: invite.terms.message.as_ref(),
            metadata: &invite.terms.metadata,
            locale: locale(invite, present),
            redirect_url: invite.terms.redirect_url.as_ref(),
            membership_expires_in: invite.terms.membership_expires_in,
            paused: invite.invitee.link().is_some_and(|link| link.paused),
            delivery: DeliveryBody::new(invite, now),
            created_at: invite.created_at.into(),
            created_by: PersonRef { id: &inviter.id, name: present.inviter_name(invite) },
            updated_at: invite.updated_at.into(),
            expires_at: invite.terms.expires_at.map(Instant::from),
            resolved_at: invite.resolved_at(now).map(Into::into),
            resolved_by: resolution
                .and_then(|resolution| resolution.by.as_ref())
                .map(|id| PersonRef { id, name: present.resolver_name(invite) }),
            resolution_reason: resolution.and_then(Resolution::revoke_reason),
            decline_reason: resolution.and_then(Resolution::decline_reason),
            renewal_requested_at: invite.renewal_requested_at.map(Instant::from),
            send_count: invite.delivery.requested,
            last_sent_at: invite.delivery.last_sent_at.map(Instant::from),
            etag: etag(invite.version),
        }
    }
}
