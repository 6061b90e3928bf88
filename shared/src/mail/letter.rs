//! The form of every mail: one letter, which two templates render as plain text and as HTML.

use askama::Template;
use url::Url;

use super::texts::Texts;
use crate::domain::color::Color;
use crate::domain::display_name::{clean_for_mail, initial, shorten, width};
use crate::texts::{Direction, Html, Language, fill, fill_plain};

/// The most characters of a subject line, as RFC 5322 §2.1.1 recommends and mail clients display.
const SUBJECT_LIMIT: usize = 78;
/// The colour of the button if the app has none.
const BRAND: Color = Color::new(0x5b, 0x3d, 0xf5);

/// What every mail has. It contains a secret and addresses, so it is never logged.
#[derive(Clone, Copy)]
pub struct Letterhead<'a> {
    /// The language of the mail.
    pub language: Language,
    /// The app's name.
    pub app_name: &'a str,
    /// The app's colour. `None` for Beckon's own.
    pub brand: Option<Color>,
    /// The address that receives replies. `None` if nobody reads them.
    pub replies: Option<&'a str>,
    /// The service's base URL. The mail shows its host so that people can recognize a forged link.
    pub public_url: &'a str,
    /// The recipient's first name, if known.
    pub first_name: Option<&'a str>,
    /// The page that ends the mails to the recipient. A secret.
    pub unsubscribe: &'a str,
}

/// The parts of a mail. It contains the link, so it is never logged.
#[derive(Clone)]
pub struct RenderedMail {
    /// The subject, on one line of at most 78 characters.
    pub subject: String,
    /// The plain-text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// The person in whose name it is sent. `None` if unknown.
    pub from: Option<From>,
    /// The address that receives replies. `None` if nobody reads them.
    pub replies: Option<String>,
}

/// A text with its values.
pub(super) struct Phrase {
    text: &'static str,
    values: Vec<(&'static str, String)>,
}

impl Phrase {
    /// Creates the phrase. The values are cleaned already.
    pub(super) fn new(text: &'static str, values: &[(&'static str, &str)]) -> Self {
        let values = values.iter().map(|(name, value)| (*name, (*value).to_owned()));
        Self { text, values: values.collect() }
    }

    pub(super) fn text(&self) -> String {
        let values: Vec<_> = self.values.iter().map(|(name, it)| (*name, it.as_str())).collect();
        fill_plain(self.text, &values)
    }

    fn html(&self) -> String {
        let values: Vec<_> = self.values.iter().map(|(name, it)| (*name, Html::name(it))).collect();
        let values: Vec<_> = values.iter().map(|(name, it)| (*name, it)).collect();
        fill(self.text, &values).as_str().to_owned()
    }
}

/// A part of the letter's body.
pub(super) enum Block {
    Heading(Phrase),
    Paragraph(Phrase),
    /// The line above a message, and the lines of the message.
    Quote(Phrase, Vec<String>),
    List(Vec<Phrase>),
}

/// The button.
pub(super) struct Action<'a> {
    /// The link with its token, a secret.
    pub(super) url: &'a str,
    /// Until when it works.
    pub(super) until: String,
}

/// A link below the card.
pub(super) struct Link {
    pub(super) words: String,
    pub(super) url: String,
}

/// A mail before it is rendered.
pub(super) struct Letter<'a> {
    pub(super) texts: &'static Texts,
    pub(super) head: Letterhead<'a>,
    pub(super) subject: String,
    /// What a list of mails shows behind the subject.
    pub(super) preview: String,
    greeting: Phrase,
    pub(super) blocks: Vec<Block>,
    pub(super) action: Option<Action<'a>>,
    pub(super) notes: Vec<Phrase>,
    pub(super) links: Vec<Link>,
    /// The letter in the picture of the app.
    logo: String,
    brand: Color,
    on_brand: Color,
}

#[derive(Template)]
#[template(path = "letter.txt")]
struct Text<'a> {
    letter: &'a Letter<'a>,
}

#[derive(Template)]
#[template(path = "letter.html")]
struct Document<'a> {
    letter: &'a Letter<'a>,
}

impl<'a> Letter<'a> {
    /// Creates a letter with a greeting and nothing else.
    pub(super) fn new(head: Letterhead<'a>, subject: String) -> Self {
        let texts = Texts::in_language(head.language);
        let brand = head.brand.unwrap_or(BRAND);
        Self {
            texts,
            head,
            subject,
            preview: String::new(),
            greeting: match head.first_name.and_then(clean_for_mail) {
                Some(name) => Phrase::new(&texts.hello_name, &[("name", &name)]),
                None => Phrase::new(&texts.hello, &[]),
            },
            blocks: Vec::new(),
            action: None,
            notes: Vec::new(),
            links: Vec::new(),
            logo: initial(head.app_name),
            brand,
            on_brand: brand.text(),
        }
    }

    /// Renders the parts of the mail. The service that sends it, and who reads replies, come last.
    ///
    /// # Errors
    /// `askama::Error` if a template cannot be rendered, which is a bug.
    pub(super) fn render(mut self, from: Option<String>) -> Result<RenderedMail, askama::Error> {
        let (head, foot) = (self.head, &self.texts.foot);
        let values = [("app", head.app_name), ("host", &host(head.public_url))];
        self.notes.push(Phrase::new(&foot.service, &values));
        self.notes.push(match head.replies {
            Some(address) => Phrase::new(&foot.replies, &[("address", address)]),
            None => Phrase::new(&foot.no_replies, &[]),
        });
        Ok(RenderedMail {
            text: Text { letter: &self }.render()?,
            html: Document { letter: &self }.render()?,
            from: from.map(|inviter| From { inviter, via: &self.texts.via }),
            replies: head.replies.map(str::to_owned),
            subject: self.subject,
        })
    }

    fn direction(&self) -> &'static str {
        self.head.language.direction().as_str()
    }

    /// Returns the side on which lines begin. Some mail clients do not know `start`.
    fn start(&self) -> &'static str {
        match self.head.language.direction() {
            Direction::Ltr => "left",
            Direction::Rtl => "right",
        }
    }
}

/// The person in whose name a mail is sent.
#[derive(Clone, Debug)]
pub struct From {
    /// The inviter's name, cleaned.
    pub(super) inviter: String,
    /// The text of the sender's name: `{inviter} via {app}`.
    pub(super) via: &'static str,
}

/// Returns the subject line, of at most 78 characters. If it would be longer, the two names are
/// shortened.
pub(super) fn subject(
    text: &str,
    (first, one): (&str, &str),
    (second, other): (&str, &str),
) -> String {
    let room = SUBJECT_LIMIT.saturating_sub(width(&fill_plain(text, &[(first, ""), (second, "")])));
    let one = shorten(one, room.saturating_sub(width(other)).max(room / 2));
    let other = shorten(other, room.saturating_sub(width(&one)));
    fill_plain(text, &[(first, &one), (second, &other)])
}

/// Returns the host name and port of the service, for people to compare with the link.
fn host(public_url: &str) -> String {
    // The configuration was checked at startup. An invalid URL is shown as it is.
    let parsed = Url::parse(public_url).ok();
    let host = parsed.as_ref().and_then(|url| {
        let host = url.host_str()?;
        Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
    });
    host.unwrap_or_else(|| public_url.to_owned())
}

#[cfg(test)]
impl Letterhead<'static> {
    /// Returns the letterhead of the examples.
    pub(super) fn example() -> Self {
        Self {
            language: Language::En,
            app_name: "Acme Planner",
            brand: None,
            replies: Some("support@example.com"),
            public_url: "https://join.example.com",
            first_name: None,
            unsubscribe: "https://join.example.com/unsubscribe/u_3kq",
        }
    }
}

#[cfg(test)]
#[path = "letter_tests.rs"]
mod tests;
