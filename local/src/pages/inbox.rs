//! The inbox: a list of mails, and the mail that is read.

use askama::Template;
use axum::body::Body;
use axum::http::{Response, StatusCode};
use url::form_urlencoded;

use super::answer::page;
use crate::inbox::{Inbox, Message};

/// The most mails that the list shows.
const SHOWN: usize = 100;

/// The query of the inbox page.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct InboxQuery {
    /// The words to search for.
    words: String,
    /// The id of the mail to read. `None` shows the newest one beside the list.
    mail: Option<String>,
}

impl InboxQuery {
    /// Reads the query of a URL. It ignores parameters that it does not know.
    pub(crate) fn read(query: &str) -> Self {
        let value = |wanted: &str| {
            let mut all = form_urlencoded::parse(query.as_bytes());
            all.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
        };
        Self { words: value("q").unwrap_or_default(), mail: value("mail") }
    }
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct InboxPage<'a> {
    words: &'a str,
    /// Whether a mail was chosen. A narrow page shows either the list or the mail.
    reading: bool,
    mails: &'a [Message],
    found: usize,
    all: usize,
    read: Option<Mail<'a>>,
}

/// The mail that is read.
struct Mail<'a> {
    message: &'a Message,
    text: Vec<Piece<'a>>,
}

impl<'a> Mail<'a> {
    fn new(message: &'a Message) -> Self {
        let text = pieces(message.text.as_deref().unwrap_or_default());
        Self { message, text }
    }
}

impl InboxPage<'_> {
    /// Returns the address of the list, without a mail.
    fn list(&self) -> String {
        self.address(None)
    }

    /// Returns the address of a mail of the list.
    fn mail(&self, id: &str) -> String {
        self.address(Some(id))
    }

    fn address(&self, mail: Option<&str>) -> String {
        let words = Some(self.words).filter(|words| !words.is_empty());
        let values = [("q", words), ("mail", mail)];
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(values.iter().filter_map(|(name, value)| Some((name, (*value)?))));
        format!("/local/inbox?{}", query.finish())
    }

    fn is_read(&self, id: &str) -> bool {
        self.read.as_ref().is_some_and(|mail| mail.message.id == id)
    }
}

/// A piece of a mail's text.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    /// Plain text.
    Text(&'a str),
    /// A web address.
    Link(&'a str),
}

/// Returns the inbox as a page.
pub(crate) fn inbox(inbox: &Inbox, query: &InboxQuery) -> Response<Body> {
    let (mails, found) = inbox.search(&query.words, SHOWN);
    let chosen = query.mail.as_deref().map(|id| inbox.message(id));
    let read = match &chosen {
        Some(chosen) => chosen.as_ref(),
        None => mails.first(),
    };
    page(
        StatusCode::OK,
        &InboxPage {
            words: &query.words,
            reading: chosen.is_some(),
            mails: &mails,
            found,
            all: inbox.count(),
            read: read.map(Mail::new),
        },
    )
}

/// Splits `text` into web addresses and the text between them.
fn pieces(mut text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    while let Some(start) =
        ["http://", "https://"].iter().filter_map(|scheme| text.find(scheme)).min()
    {
        let (before, rest) = text.split_at(start);
        let end = rest
            .find(|char: char| char.is_whitespace() || matches!(char, '<' | '>' | '"'))
            .unwrap_or(rest.len());
        // Punctuation after an address belongs to the sentence.
        let link = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'']);
        pieces.extend([Piece::Text(before), Piece::Link(link)]);
        text = &rest[link.len()..];
    }
    pieces.push(Piece::Text(text));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn addresses_in_a_text_become_links() {
        let expected = [
            Piece::Text("See "),
            Piece::Link("http://x/i/1"),
            Piece::Text(". Or ("),
            Piece::Link("https://y"),
            Piece::Text(")"),
        ];
        assert_eq!(pieces("See http://x/i/1. Or (https://y)"), expected);
        assert_eq!(pieces("none"), [Piece::Text("none")]);
        assert_eq!(
            pieces("http://"),
            [Piece::Text(""), Piece::Link("http://"), Piece::Text("")].map(|piece| match piece {
                Piece::Link(_) => Piece::Link("http://"),
                text => text,
            })
        );
    }

    #[test]
    fn a_query_has_words_and_a_mail() {
        let query = InboxQuery::read("q=ada+l%26&mail=7&x=1&q=2");
        assert_eq!(query, InboxQuery { words: "ada l&".into(), mail: Some("7".into()) });
        assert_eq!(InboxQuery::read(""), InboxQuery::default());
    }

    #[test]
    fn a_mail_cannot_break_out_of_its_page() {
        let message = Message {
            id: "1".into(),
            to: vec!["a@example.com".into()],
            from: "b".into(),
            subject: "<script>alert(1)</script>".into(),
            text: Some("</pre><b>".into()),
            html: Some("\"></iframe><script>alert(1)</script>".into()),
            headers: BTreeMap::from([("x".into(), "<b>".into())]),
            received_at: "2026-11-30T20:15:01Z".into(),
        };
        let page = InboxPage {
            words: "\"><b>",
            reading: true,
            mails: std::slice::from_ref(&message),
            found: 1,
            all: 1,
            read: Some(Mail::new(&message)),
        };
        let html = page.render().unwrap();
        assert!(html.contains("2026-11-30 20:15 UTC"), "{html}");
        assert!(html.contains("?q=%22%3E%3Cb%3E&#38;mail=1"), "{html}");
        for broken in ["<script>alert", "</iframe><script", "</pre><b>", "<b>"] {
            assert!(!html.contains(broken), "{html}");
        }
    }
}
