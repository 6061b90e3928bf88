//! Mails: their texts, and the way to SES.

mod invitation;
mod ses;

pub use invitation::{InvitationMail, RenderedMail};
pub use ses::{Mailer, SendError};

use crate::domain::invite::Invite;
use crate::domain::invitee::Invitee;

/// The mail that invites, ready to be rendered.
pub(crate) fn invitation<'a>(
    invite: &'a Invite,
    roles: &'a [String],
    group_name: &'a str,
    url: &'a str,
    public_url: &'a str,
) -> InvitationMail<'a> {
    let first_name = match &invite.invitee {
        Invitee::Person(person) => person.first_name.as_ref().map(crate::domain::text::Name::as_str),
        _ => None,
    };
    InvitationMail {
        group_name,
        inviter_name: invite.created_by.name.as_deref(),
        first_name,
        roles,
        message: invite.message.as_ref().map(crate::domain::text::Message::as_str),
        expires_at: invite.expires_at,
        url,
        public_url,
    }
}
