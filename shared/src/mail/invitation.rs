//! The mail that invites a person to a group, and those that remind of it.

use super::letter::{Action, Block, Letter, Letterhead, Link, Phrase, RenderedMail, subject};
use super::texts::Texts;
use crate::domain::clock::Timestamp;
use crate::domain::display_name::{clean_for_mail, clean_message};
use crate::domain::invite::TimedMail;
use crate::texts::{Language, date_in_words, fill_plain, list_in_words};

/// The occasion of a mail that invites to a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// The first link of the invite.
    First,
    /// A new link: those of earlier mails may no longer work.
    Renewed,
    /// A mail that the clock asked for.
    Timed(TimedMail),
}

/// The facts of the mail, as stored. [`render`](Self::render) cleans them.
#[derive(Clone, Copy)]
pub struct InvitationMail<'a> {
    /// What every mail has.
    pub head: Letterhead<'a>,
    /// The occasion.
    pub call: Call,
    /// The group's name.
    pub group_name: &'a str,
    /// The inviter's name, if known.
    pub inviter_name: Option<&'a str>,
    /// The inviter's address, if the directory knows it.
    pub inviter_address: Option<&'a str>,
    /// The recipient's address.
    pub address: &'a str,
    /// The roles that the membership will have.
    pub roles: &'a [String],
    /// The inviter's message.
    pub message: Option<&'a str>,
    /// When the invite expires. `None` if it never does.
    pub expires_at: Option<Timestamp>,
    /// The link with its token, which is the invitee's secret.
    pub url: &'a str,
}

impl InvitationMail<'_> {
    /// Renders the mail. Names are cleaned here, so that no caller can forget it.
    ///
    /// # Errors
    /// `askama::Error` if a template cannot be rendered, which is a bug.
    pub fn render(&self) -> Result<RenderedMail, askama::Error> {
        let texts = Texts::in_language(self.head.language);
        let t = &texts.invitation;
        let known = self.inviter_name.and_then(clean_for_mail);
        let inviter = known.as_deref().unwrap_or(&texts.someone);
        let group = clean_for_mail(self.group_name).unwrap_or_else(|| texts.a_group.clone());
        let about = [("inviter", inviter), ("group", group.as_str())];
        let heading = match self.call {
            Call::First => &t.first,
            Call::Renewed => &t.renewed,
            Call::Timed(TimedMail::Reminder) => &t.reminder,
            Call::Timed(TimedMail::ExpiresSoon) => &t.expires_soon,
        };
        let mut letter = Letter::new(self.head, subject(heading, about[0], about[1]));
        letter.blocks.push(Block::Heading(Phrase::new(heading, &about)));
        letter.blocks.push(Block::Paragraph(Phrase::new(&t.invited, &about)));
        letter.blocks.push(Block::Paragraph(self.joins(texts)));
        if self.call == Call::Renewed {
            letter.blocks.push(Block::Paragraph(Phrase::new(&t.old_link, &[])));
        }
        if let Some(address) = self.inviter_address.filter(|_| known.is_some()) {
            let values = [("inviter", inviter), ("address", address)];
            letter.blocks.push(Block::Paragraph(Phrase::new(&t.address, &values)));
        }
        let message = self.message.map(clean_message).filter(|message| !message.is_empty());
        if let Some(message) = message {
            let lines = message.lines().map(str::to_owned).collect();
            letter.blocks.push(Block::Quote(Phrase::new(&t.writes, &about), lines));
        }
        letter.invite(&Invited {
            inviter: known.as_deref(),
            address: self.address,
            url: self.url,
            expires_at: self.expires_at,
        });
        letter.render(known.clone())
    }

    /// Returns what the membership will be. A role's name hides nothing: its letters and digits may
    /// look like a telephone number.
    fn joins(&self, texts: &'static Texts) -> Phrase {
        let words = |role: &String| match texts.roles.get(role) {
            Some(words) => words.clone(),
            None => clean_message(role),
        };
        let roles: Vec<String> = self.roles.iter().map(words).collect();
        let roles = list_in_words(self.head.language, &roles);
        let t = &texts.invitation;
        let text = if roles.is_empty() { &t.joins } else { &t.joins_as };
        Phrase::new(text, &[("roles", &roles), ("app", self.head.app_name)])
    }
}

/// What the button and the lines below the card of an invitation say.
pub(super) struct Invited<'a> {
    /// The inviter's name, cleaned. `None` if unknown.
    pub(super) inviter: Option<&'a str>,
    pub(super) address: &'a str,
    pub(super) url: &'a str,
    pub(super) expires_at: Option<Timestamp>,
}

impl<'a> Letter<'a> {
    /// Adds the button, and why the person got the mail, with the ways to say no.
    pub(super) fn invite<'b: 'a>(&mut self, invited: &Invited<'b>) {
        let foot = &self.texts.foot;
        let until = until(self.head.language, invited.expires_at);
        self.preview.clone_from(&until);
        self.action = Some(Action { url: invited.url, until });
        let address = ("address", invited.address);
        self.notes.push(match invited.inviter {
            Some(inviter) => Phrase::new(&foot.why, &[address, ("inviter", inviter)]),
            None => Phrase::new(&foot.why_unnamed, &[address]),
        });
        self.notes.push(Phrase::new(&foot.ignore, &[]));
        self.links
            .push(Link { words: foot.decline.clone(), url: format!("{}#decline", invited.url) });
        self.links.push(Link {
            words: fill_plain(&foot.stop, &[("app", self.head.app_name)]),
            url: self.head.unsubscribe.to_owned(),
        });
    }
}

/// Returns until when the invitation can be accepted, as a sentence.
fn until(language: Language, expires_at: Option<Timestamp>) -> String {
    let t = &Texts::in_language(language).action;
    match expires_at {
        Some(at) => fill_plain(&t.until, &[("date", &date_in_words(language, at))]),
        None => t.no_end.clone(),
    }
}

#[cfg(test)]
#[path = "invitation_tests.rs"]
mod tests;
