//! The mail that invites a person to a group.

use askama::Template;
use url::Url;

use crate::domain::clock::Timestamp;
use crate::domain::display_name::{clean_for_mail, clean_message, shorten};
use crate::domain::words::{date_in_words, list_in_words};

/// The most characters of a subject line, as RFC 5322 §2.1.1 recommends and mail clients display.
pub(super) const SUBJECT_LIMIT: usize = 78;
/// The characters of the subject besides the two names.
const SUBJECT_FRAME: usize = " invites you to join ".len();

/// The facts of the mail, as stored. [`render`](Self::render) cleans them.
#[derive(Clone, Copy, Debug)]
pub struct InvitationMail<'a> {
    /// The group's name.
    pub group_name: &'a str,
    /// The inviter's name, if known.
    pub inviter_name: Option<&'a str>,
    /// The invitee's first name, if known.
    pub first_name: Option<&'a str>,
    /// The roles that the membership will have.
    pub roles: &'a [String],
    /// The inviter's message.
    pub message: Option<&'a str>,
    /// When the invite expires. `None` if it never does.
    pub expires_at: Option<Timestamp>,
    /// The link with its token, which is the invitee's secret.
    pub url: &'a str,
    /// The service's base URL. The mail shows its host so that people can recognize a forged link.
    pub public_url: &'a str,
}

/// The three parts of a mail. It contains the link, so it is never logged.
#[derive(Clone)]
pub struct RenderedMail {
    /// The subject, on one line of at most 78 characters.
    pub subject: String,
    /// The plain-text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

#[derive(Template)]
#[template(path = "invitation/subject.txt")]
struct Subject<'a> {
    inviter: &'a str,
    group: &'a str,
}

#[derive(Template)]
#[template(path = "invitation/body.txt")]
struct Text<'a>(&'a Body<'a>);

#[derive(Template)]
#[template(path = "invitation/body.html")]
struct Html<'a> {
    mail: &'a Body<'a>,
}

/// The cleaned facts for the text and HTML parts.
struct Body<'a> {
    inviter: String,
    group: String,
    first_name: Option<String>,
    roles: String,
    several_roles: bool,
    message: Option<String>,
    expires: Option<String>,
    url: &'a str,
    host: String,
}

impl InvitationMail<'_> {
    /// Renders the three parts. Names are cleaned here, so that no caller can forget it.
    pub fn render(&self) -> Result<RenderedMail, askama::Error> {
        let body = self.body();
        Ok(RenderedMail {
            subject: subject(&body.inviter, &body.group)?,
            text: Text(&body).render()?,
            html: Html { mail: &body }.render()?,
        })
    }

    fn body(&self) -> Body<'_> {
        let roles: Vec<String> =
            self.roles.iter().filter_map(|role| clean_for_mail(role)).collect();
        Body {
            inviter: self
                .inviter_name
                .and_then(clean_for_mail)
                .unwrap_or_else(|| "Someone".to_owned()),
            group: clean_for_mail(self.group_name).unwrap_or_else(|| "a group".to_owned()),
            first_name: self.first_name.and_then(clean_for_mail),
            roles: list_in_words(&roles),
            several_roles: roles.len() > 1,
            message: self.message.map(clean_message).filter(|message| !message.is_empty()),
            expires: self.expires_at.map(date_in_words),
            url: self.url,
            host: host(self.public_url),
        }
    }
}

/// Renders the subject line. If it would be too long, the names are shortened.
fn subject(inviter: &str, group: &str) -> Result<String, askama::Error> {
    let room = SUBJECT_LIMIT - SUBJECT_FRAME;
    let inviter = shorten(inviter, room.saturating_sub(group.chars().count()).max(room / 2));
    let group = shorten(group, room.saturating_sub(inviter.chars().count()));
    Subject { inviter: &inviter, group: &group }.render()
}

/// Returns the host name and port of the service, for people to compare with the link.
pub(super) fn host(public_url: &str) -> String {
    // The configuration was checked at startup. An invalid URL is shown as it is.
    let parsed = Url::parse(public_url).ok();
    let host = parsed.as_ref().and_then(|url| {
        let host = url.host_str()?;
        Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
    });
    host.unwrap_or_else(|| public_url.to_owned())
}

#[cfg(test)]
#[path = "invitation_tests.rs"]
mod tests;
