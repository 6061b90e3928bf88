//! Mails: their texts, and sending them through SES.

mod invitation;
mod platform;
mod ses;

pub use invitation::{InvitationMail, RenderedMail};
pub use platform::{Occasion, PlatformMail};
pub use ses::{Mailer, SendError};

use crate::domain::email::EmailAddress;
use crate::domain::group::Group;
use crate::domain::invite::Invite;
use crate::domain::invitee::Invitee;
use crate::domain::mailing::MailKind;
use crate::domain::text::{Message, Name};

/// The facts that a mail needs besides the invite.
pub(crate) struct Facts<'a> {
    /// The address of the recipient.
    pub(crate) address: &'a EmailAddress,
    /// The recipient's first name in the directory.
    pub(crate) first_name: Option<&'a Name>,
    /// The group of the invite.
    pub(crate) group: &'a Group,
    /// The other groups that the mail mentions.
    pub(crate) others: &'a [Group],
    /// The application, to which the invites that lead to no group belong. Its name is the
    /// deployment's.
    pub(crate) system: &'a Group,
    /// The link with its token.
    pub(crate) url: &'a str,
    /// The service's base URL.
    pub(crate) public_url: &'a str,
}

/// Renders the invite's mail.
///
/// # Errors
/// `askama::Error` if a template cannot be rendered, which is a bug.
pub(crate) fn render(invite: &Invite, facts: &Facts<'_>) -> Result<RenderedMail, askama::Error> {
    match invite.mailing.kind {
        MailKind::Invitation => invitation(invite, facts),
        MailKind::PlatformInvitation => platform(Occasion::Invitation, invite, facts),
        MailKind::AccessChanged => platform(Occasion::AccessChanged, invite, facts),
        MailKind::Reminder => platform(Occasion::Reminder, invite, facts),
    }
}

fn invitation(invite: &Invite, facts: &Facts<'_>) -> Result<RenderedMail, askama::Error> {
    let roles: Vec<String> = invite.terms.roles.names().map(str::to_owned).collect();
    let mail = InvitationMail {
        group_name: facts.group.name.as_str(),
        inviter_name: invite.created_by.name.as_deref(),
        first_name: first_name(invite, facts),
        roles: &roles,
        message: invite.terms.message.as_ref().map(Message::as_str),
        expires_at: invite.terms.expires_at,
        url: facts.url,
        public_url: facts.public_url,
    };
    mail.render()
}

fn platform(
    occasion: Occasion,
    invite: &Invite,
    facts: &Facts<'_>,
) -> Result<RenderedMail, askama::Error> {
    let groups =
        std::iter::once(facts.group).chain(facts.others).filter(|group| !group.is_application());
    let projects: Vec<String> = groups.map(|group| group.name.as_str().to_owned()).collect();
    let mail = PlatformMail {
        occasion,
        platform: facts.system.name.as_str(),
        sender: invite.mailing.sender.as_deref().or(invite.created_by.name.as_deref()),
        first_name: first_name(invite, facts),
        address: facts.address.as_str(),
        projects: &projects,
        expires_at: invite.terms.expires_at,
        url: facts.url,
        public_url: facts.public_url,
    };
    mail.render()
}

/// Returns the invitee's first name. The inviter's spelling takes precedence over the directory's.
fn first_name<'a>(invite: &'a Invite, facts: &Facts<'a>) -> Option<&'a str> {
    let given = if let Invitee::Person(person) = &invite.invitee {
        person.first_name.as_ref()
    } else {
        None
    };
    given.or(facts.first_name).map(Name::as_str)
}
