//! The platform's mails: an invitation to it, an invitation to more projects, and a reminder
//! (docs/contracts/chembiohub.md#mails-and-messages).

use super::invitation::Invited;
use super::letter::{Block, Letter, Letterhead, Phrase, RenderedMail, subject};
use super::texts::Texts;
use crate::domain::clock::Timestamp;
use crate::domain::display_name::clean_for_mail;

/// The reason for the mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// A new person is invited.
    Invitation,
    /// A known user is invited to more projects.
    AccessChanged,
    /// A person is reminded of an invitation.
    Reminder,
}

/// The facts of the mail, as stored. [`render`](Self::render) cleans them.
#[derive(Clone, Copy)]
pub struct PlatformMail<'a> {
    /// What every mail has.
    pub head: Letterhead<'a>,
    /// The reason for the mail.
    pub occasion: Occasion,
    /// The platform's name. It is the deployment's own and is never changed.
    pub platform: &'a str,
    /// The name of the sender, if known.
    pub sender: Option<&'a str>,
    /// The invitee's address, which is also their user name.
    pub address: &'a str,
    /// The names of the projects that the mail mentions.
    pub projects: &'a [String],
    /// When the link expires. `None` if it never does.
    pub expires_at: Option<Timestamp>,
    /// The link with its token, which is the invitee's secret.
    pub url: &'a str,
}

impl PlatformMail<'_> {
    /// Renders the mail. Names are cleaned here, so that no caller can forget it.
    ///
    /// # Errors
    /// `askama::Error` if a template cannot be rendered, which is a bug.
    pub fn render(&self) -> Result<RenderedMail, askama::Error> {
        let texts = Texts::in_language(self.head.language);
        let t = &texts.platform;
        let known = self.sender.and_then(clean_for_mail);
        let sender = known.as_deref().unwrap_or(&texts.someone);
        let about = [("inviter", sender), ("platform", self.platform)];
        let (title, heading) = match self.occasion {
            Occasion::Invitation => (&t.invitation, &t.invited),
            Occasion::AccessChanged => (&t.access_changed, &t.access_changed),
            Occasion::Reminder => (&t.reminder, &t.reminder),
        };
        let mut letter = Letter::new(self.head, subject(title, about[0], about[1]));
        letter.blocks.push(Block::Heading(Phrase::new(heading, &about)));
        letter.blocks.extend(self.projects(texts));
        let user_name = Phrase::new(&t.user_name, &[("address", self.address)]);
        letter.blocks.push(Block::Paragraph(user_name));
        letter.invite(&Invited {
            inviter: known.as_deref(),
            address: self.address,
            url: self.url,
            expires_at: self.expires_at,
        });
        letter.render(known.clone())
    }

    /// Returns what names the projects.
    fn projects(&self, texts: &'static Texts) -> Vec<Block> {
        let t = &texts.platform;
        let name = |it: &String| clean_for_mail(it).unwrap_or_else(|| texts.a_project.clone());
        let projects: Vec<String> = self.projects.iter().map(name).collect();
        if self.occasion == Occasion::AccessChanged {
            let reader = |project: &String| Phrase::new(&t.reader, &[("project", project)]);
            return vec![
                Block::Paragraph(Phrase::new(&t.access, &[])),
                Block::List(projects.iter().map(reader).collect()),
            ];
        }
        if projects.is_empty() {
            return Vec::new();
        }
        let quoted: Vec<String> = projects.iter().map(|it| format!("\"{it}\"")).collect();
        let quoted = quoted.join(", ");
        vec![Block::Paragraph(Phrase::new(&t.projects, &[("projects", &quoted)]))]
    }
}

#[cfg(test)]
#[path = "platform_tests.rs"]
mod tests;
