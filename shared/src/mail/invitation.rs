//! The mail that invites someone.

use askama::Template;
use url::Url;

use crate::domain::clock::Timestamp;
use crate::domain::display_name::{clean_for_mail, clean_message, shorten};
use crate::domain::words::{date_in_words, list_in_words};

/// Characters of a subject line that mail clients show and RFC 5322 §2.1.1 recommends.
pub(super) const SUBJECT_LIMIT: usize = 78;
/// Characters of the subject that are neither the inviter's name nor the group's.
const SUBJECT_FRAME: usize = " invites you to join ".len();

/// What the mail tells: everything as stored; [`render`](Self::render) cleans it.
#[derive(Clone, Copy, Debug)]
pub struct InvitationMail<'a> {
    /// The group's name.
    pub group_name: &'a str,
    /// The inviter's name, where known.
    pub inviter_name: Option<&'a str>,
    /// The invited person's first name, where known.
    pub first_name: Option<&'a str>,
    /// The roles that go with the membership.
    pub roles: &'a [String],
    /// The inviter's own words.
    pub message: Option<&'a str>,
    /// When the invite ends, if it does.
    pub expires_at: Option<Timestamp>,
    /// The link, token included: a secret of the invited person.
    pub url: &'a str,
    /// Where the service stands; named in the mail so that the link can be told from a forged one.
    pub public_url: &'a str,
}

/// A mail's three parts. Holds the link, so it is never logged.
#[derive(Clone)]
pub struct RenderedMail {
    /// One line, at most 78 characters.
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

/// The cleaned facts that both parts show.
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
    /// Fills the three templates. Names are cleaned here, so no caller can forget it.
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

/// The subject line; where both names are long, both are shortened.
fn subject(inviter: &str, group: &str) -> Result<String, askama::Error> {
    let room = SUBJECT_LIMIT - SUBJECT_FRAME;
    let inviter = shorten(inviter, room.saturating_sub(group.chars().count()).max(room / 2));
    let group = shorten(group, room.saturating_sub(inviter.chars().count()));
    Subject { inviter: &inviter, group: &group }.render()
}

/// The host name (and port) that people can compare with the link's.
pub(super) fn host(public_url: &str) -> String {
    // Checked at the start; what were no URL all the same would be shown as it stands.
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
