//! Mails: their texts, and sending them through SES.

mod header;
mod invitation;
mod letter;
mod news;
mod pace;
mod platform;
mod refusal;
mod sender;
mod ses;
mod texts;

pub use invitation::{Call, InvitationMail};
pub use letter::{From, Letterhead, RenderedMail};
pub use news::{NewsLine, NewsMail};
pub use platform::{Occasion, PlatformMail};
pub(crate) use refusal::SendError;
pub(crate) use sender::{Sender, brand_color};
pub(crate) use ses::Labels;
pub use ses::Mailer;

use crate::domain::counters::Generation;
use crate::domain::email::EmailAddress;
use crate::domain::group::Group;
use crate::domain::invite::Invite;
use crate::domain::invitee::Invitee;
use crate::domain::mailing::MailKind;
use crate::domain::text::{Message, Name};
use crate::texts::Language;

/// The facts that a mail needs besides the invite.
pub(crate) struct Facts<'a> {
    /// The address of the recipient.
    pub(crate) address: &'a EmailAddress,
    /// The name of the person who asks for the mail.
    pub(crate) sender: Option<&'a str>,
    /// That person's address, if the directory knows it.
    pub(crate) sender_address: Option<&'a EmailAddress>,
    /// The language of the mail.
    pub(crate) language: Language,
    /// The page that ends the mails to the recipient.
    pub(crate) unsubscribe: &'a str,
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
    /// The app's sender of all mails.
    pub(crate) from: &'a Sender,
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

fn head<'a>(invite: &'a Invite, facts: &Facts<'a>) -> Letterhead<'a> {
    Letterhead {
        language: facts.language,
        app_name: &facts.from.app_name,
        brand: facts.from.brand,
        replies: facts.from.replies_of(facts.sender_address),
        public_url: facts.public_url,
        first_name: first_name(invite, facts),
        unsubscribe: facts.unsubscribe,
    }
}

fn invitation(invite: &Invite, facts: &Facts<'_>) -> Result<RenderedMail, askama::Error> {
    let roles: Vec<String> = invite.terms.roles.names().map(str::to_owned).collect();
    let mail = InvitationMail {
        head: head(invite, facts),
        call: match invite.delivery.timed.last {
            Some(timed) => Call::Timed(timed),
            // The first mail of an invite follows no other one, also if its link is a later one.
            None if invite.generation == Generation::FIRST || invite.delivery.requested <= 1 => {
                Call::First
            }
            None => Call::Renewed,
        },
        group_name: facts.group.name.as_str(),
        inviter_name: facts.sender,
        inviter_address: facts.sender_address.map(EmailAddress::as_str),
        address: facts.address.as_str(),
        roles: &roles,
        message: invite.terms.message.as_ref().map(Message::as_str),
        expires_at: invite.terms.expires_at,
        url: facts.url,
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
        head: head(invite, facts),
        occasion,
        platform: facts.system.name.as_str(),
        sender: facts.sender,
        address: facts.address.as_str(),
        projects: &projects,
        expires_at: invite.terms.expires_at,
        url: facts.url,
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
