//! The mails of the platform: an invitation to it, more projects on it, and a reminder
//! (docs/contracts/chembiohub.md#mails-and-messages).

use askama::Template;

use super::RenderedMail;
use super::invitation::{SUBJECT_LIMIT, host};
use crate::domain::clock::Timestamp;
use crate::domain::display_name::{clean_for_mail, shorten};
use crate::domain::words::date_in_words;

/// Why the mail is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// Somebody new is invited.
    Invitation,
    /// Somebody known is invited to more projects.
    AccessChanged,
    /// Somebody is reminded.
    Reminder,
}

/// What the mail tells: everything as stored; [`render`](Self::render) cleans it.
#[derive(Clone, Copy, Debug)]
pub struct PlatformMail<'a> {
    /// Why it is sent.
    pub occasion: Occasion,
    /// What the platform is called.
    pub platform: &'a str,
    /// The inviter's name, where known.
    pub sender: Option<&'a str>,
    /// The invited person's first name, where known.
    pub first_name: Option<&'a str>,
    /// The invited person's address, which is their user name.
    pub address: &'a str,
    /// The names of the projects that it is about.
    pub projects: &'a [String],
    /// When the link ends, if it does.
    pub expires_at: Option<Timestamp>,
    /// The link, token included: a secret of the invited person.
    pub url: &'a str,
    /// Where the service stands; named in the mail so that the link can be told from a forged one.
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

/// The cleaned facts that both parts show.
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
    /// The projects in quotes, with commas between them.
    fn quoted(&self) -> String {
        self.projects.iter().map(|project| format!("\"{project}\"")).collect::<Vec<_>>().join(", ")
    }
}

impl PlatformMail<'_> {
    /// Fills the three templates. Names are cleaned here, so no caller can forget it.
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

/// The subject line; where both names are long, both are shortened.
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
