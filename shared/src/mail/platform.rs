//! The platform's mails: an invitation to it, an invitation to more projects, and a reminder
//! (docs/contracts/chembiohub.md#mails-and-messages).

use askama::Template;

use super::RenderedMail;
use super::invitation::{SUBJECT_LIMIT, host};
use crate::domain::clock::Timestamp;
use crate::domain::display_name::{clean_for_mail, shorten};
use crate::domain::words::date_in_words;

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
#[derive(Clone, Copy, Debug)]
pub struct PlatformMail<'a> {
    /// The reason for the mail.
    pub occasion: Occasion,
    /// The platform's name.
    pub platform: &'a str,
    /// The name of the sender, if known.
    pub sender: Option<&'a str>,
    /// The invitee's first name, if known.
    pub first_name: Option<&'a str>,
    /// The invitee's address, which is also their user name.
    pub address: &'a str,
    /// The names of the projects that the mail mentions.
    pub projects: &'a [String],
    /// When the link expires. `None` if it never does.
    pub expires_at: Option<Timestamp>,
    /// The link with its token, which is the invitee's secret.
    pub url: &'a str,
    /// The service's base URL. The mail shows its host so that people can recognize a forged link.
    pub public_url: &'a str,
}

#[derive(Template)]
#[template(path = "platform/subject.txt")]
struct Subject<'a> {
    occasion: Occasion,
    platform: &'a str,
    sender: &'a str,
}

#[derive(Template)]
#[template(path = "platform/body.txt")]
struct Text<'a>(&'a Body<'a>);

#[derive(Template)]
#[template(path = "platform/body.html")]
struct Html<'a> {
    mail: &'a Body<'a>,
}

/// The cleaned facts for the text and HTML parts.
struct Body<'a> {
    occasion: Occasion,
    subject: String,
    platform: String,
    sender: String,
    first_name: Option<String>,
    address: &'a str,
    projects: Vec<String>,
    expires: Option<String>,
    url: &'a str,
    host: String,
}

impl Body<'_> {
    /// Returns the projects in quotes, separated by commas.
    fn quoted(&self) -> String {
        self.projects.iter().map(|project| format!("\"{project}\"")).collect::<Vec<_>>().join(", ")
    }
}

impl PlatformMail<'_> {
    /// Renders the three parts. Names are cleaned here, so that no caller can forget it.
    pub fn render(&self) -> Result<RenderedMail, askama::Error> {
        let body = self.body()?;
        Ok(RenderedMail {
            text: Text(&body).render()?,
            html: Html { mail: &body }.render()?,
            subject: body.subject,
        })
    }

    fn body(&self) -> Result<Body<'_>, askama::Error> {
        let platform = clean_for_mail(self.platform).unwrap_or_else(|| "the platform".to_owned());
        let sender = self.sender.and_then(clean_for_mail).unwrap_or_else(|| "Someone".to_owned());
        let project =
            |name: &String| clean_for_mail(name).unwrap_or_else(|| "a project".to_owned());
        Ok(Body {
            occasion: self.occasion,
            subject: subject(self.occasion, &platform, &sender)?,
            platform,
            sender,
            first_name: self.first_name.and_then(clean_for_mail),
            address: self.address,
            projects: self.projects.iter().map(project).collect(),
            expires: self.expires_at.map(date_in_words),
            url: self.url,
            host: host(self.public_url),
        })
    }
}

/// Renders the subject line. If it would be too long, the names are shortened.
fn subject(occasion: Occasion, platform: &str, sender: &str) -> Result<String, askama::Error> {
    let frame = Subject { occasion, platform: "", sender: "" }.render()?.chars().count();
    let room = SUBJECT_LIMIT.saturating_sub(frame);
    let sender = shorten(sender, room.saturating_sub(platform.chars().count()).max(room / 2));
    let platform = shorten(platform, room.saturating_sub(sender.chars().count()));
    Subject { occasion, platform: &platform, sender: &sender }.render()
}

#[cfg(test)]
#[path = "platform_tests.rs"]
mod tests;
