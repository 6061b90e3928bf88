//! The local service's own pages: start, inbox and sign-in. They load nothing from third parties.

use askama::Template;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{Response, StatusCode, header};
use axum::response::IntoResponse;

use crate::demo::{GROUP, OWNER, Person};
use crate::inbox::Message;
use crate::message::message;

/// The content security policy of the pages: only this service's own files and calls to it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// The policy of the inbox. The mails in its frames inherit it, so it allows their inline styles.
/// It still blocks images from other hosts.
const INBOX_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; connect-src 'self'; base-uri 'self'; frame-ancestors 'none'";

/// The template of the start page.
#[derive(Template)]
#[template(path = "start.html")]
pub(crate) struct StartPage<'a> {
    url: &'a str,
    group: &'a str,
    owner: &'a Person,
    demo: bool,
}

impl<'a> StartPage<'a> {
    /// Creates the page of the service at `url`, with or without demo data.
    pub(crate) fn new(url: &'a str, demo: bool) -> Self {
        Self { url, group: GROUP, owner: &OWNER, demo }
    }
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct InboxPage<'a> {
    mails: Vec<Mail<'a>>,
}

struct Mail<'a> {
    message: &'a Message,
    to: String,
    text: Vec<Piece<'a>>,
}

/// The template of the sign-in page.
#[derive(Template)]
#[template(path = "sign-in.html")]
pub(crate) struct SignInPage<'a> {
    /// The URL that receives the token.
    pub(crate) redirect_uri: &'a str,
    /// The caller's state, which is returned unchanged.
    pub(crate) state: &'a str,
    /// The address with which the form is prefilled.
    pub(crate) login_hint: &'a str,
    /// The addresses that recently got mail.
    pub(crate) invited: Vec<String>,
    /// The people of the demo data.
    pub(crate) people: &'a [Person],
}

/// A piece of a mail's text.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    /// Plain text.
    Text(&'a str),
    /// A web address.
    Link(&'a str),
}

/// Returns the start page.
pub(crate) fn start(start: &StartPage<'_>) -> Response<Body> {
    page(start, POLICY)
}

/// Returns the inbox as a page.
pub(crate) fn inbox(messages: &[Message]) -> Response<Body> {
    let mail = |message| Mail {
        message,
        to: message.to.join(", "),
        text: pieces(message.text.as_deref().unwrap_or_default()),
    };
    page(&InboxPage { mails: messages.iter().map(mail).collect() }, INBOX_POLICY)
}

/// Returns the sign-in page.
pub(crate) fn sign_in(sign_in: &SignInPage<'_>) -> Response<Body> {
    page(sign_in, POLICY)
}

/// Answers with a script or style sheet of the pages, or 404.
pub(crate) async fn file(Path(name): Path<String>) -> Response<Body> {
    let (kind, text) = match name.as_str() {
        "style.css" => ("text/css; charset=utf-8", include_str!("../pages/style.css")),
        "start.js" => ("text/javascript; charset=utf-8", include_str!("../pages/start.js")),
        "inbox.js" => ("text/javascript; charset=utf-8", include_str!("../pages/inbox.js")),
        _ => return message(StatusCode::NOT_FOUND, "Not Found"),
    };
    (
        [
            (header::CONTENT_TYPE, kind),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::CACHE_CONTROL, "no-cache"),
        ],
        text,
    )
        .into_response()
}

/// Returns whether an `Accept` header prefers HTML to JSON. `*/*` alone, as from curl, does not.
pub(crate) fn prefers_html(accept: &str) -> bool {
    let quality = |wanted: &str| {
        let mut parts = accept.split(',').map(|entry| entry.split(';').map(str::trim));
        let mut entry = parts.find_map(|mut entry| (entry.next()? == wanted).then_some(entry))?;
        Some(
            entry
                .find_map(|parameter| parameter.strip_prefix("q="))
                .map_or(1.0, |q| q.parse().unwrap_or(0.0_f32)),
        )
    };
    let html = quality("text/html").unwrap_or(0.0);
    html > quality("application/json").or_else(|| quality("*/*")).unwrap_or(0.0)
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

fn page(template: &dyn askama::DynTemplate, policy: &'static str) -> Response<Body> {
    let html = match template.dyn_render() {
        Ok(html) => html,
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            return message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error");
        }
    };
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, policy),
        // The sign-in page's URL contains an invite's token.
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::VARY, "accept"),
    ];
    (headers, html).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn browsers_prefer_html_and_programs_do_not() {
        assert!(prefers_html("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
        assert!(prefers_html("text/html"));
        for accept in [
            "",
            "*/*",
            "application/json",
            "application/json, text/html",
            "text/html;q=0.5, application/json",
        ] {
            assert!(!prefers_html(accept), "{accept}");
        }
    }

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
    fn a_mail_cannot_break_out_of_its_frame() {
        let message = Message {
            id: "1".into(),
            to: vec!["a@example.com".into()],
            from: "b".into(),
            subject: "<script>alert(1)</script>".into(),
            text: Some("</pre><b>".into()),
            html: Some("\"></iframe><script>alert(1)</script>".into()),
            headers: BTreeMap::new(),
            received_at: String::new(),
        };
        let mail = Mail { message: &message, to: String::new(), text: pieces("</pre><b>") };
        let html = InboxPage { mails: vec![mail] }.render().unwrap();
        assert!(
            !html.contains("<script>alert")
                && !html.contains("</iframe><script")
                && !html.contains("</pre><b>")
        );
    }
}
