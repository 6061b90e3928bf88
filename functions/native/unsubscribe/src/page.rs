//! The pages of an unsubscription. They have no script.

use std::sync::LazyLock;

use askama::Template;
use lambda_http::http::{HeaderValue, StatusCode, header};
use lambda_http::{Body, Response};
use shared::http::{plain_page, policy_of_form};
use shared::texts::{Language, PlainTexts, UnsubscribeTexts};

/// The style of the invite page.
const STYLE: &str = include_str!("../../invite-page/assets/page.css");
/// The seconds after which a browser may ask again, if the table cannot be reached.
const RETRY_AFTER: u32 = 1;

static CONTENT_SECURITY_POLICY: LazyLock<String> = LazyLock::new(|| policy_of_form(STYLE));

/// What a page says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// Asks whether the mails should end.
    Question,
    /// The mails have ended.
    Unsubscribed,
    /// The link is not known.
    Unknown,
    /// The table cannot be reached.
    Unavailable,
    /// A mistake of ours.
    Failed,
}

#[derive(Template)]
#[template(path = "unsubscribe.html")]
struct Page<'a> {
    style: &'static str,
    app: &'a str,
    language: Language,
    title: &'static str,
    text: &'static str,
    /// The words of the button that unsubscribes.
    button: Option<&'static str>,
}

impl View {
    fn words(self, t: &'static UnsubscribeTexts) -> (StatusCode, &'static (String, String)) {
        match self {
            Self::Question => (StatusCode::OK, &t.question),
            Self::Unsubscribed => (StatusCode::OK, &t.unsubscribed),
            Self::Unknown => (StatusCode::NOT_FOUND, &t.unknown),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, &t.unavailable),
            Self::Failed => (StatusCode::INTERNAL_SERVER_ERROR, &t.failed),
        }
    }

    fn button(self, t: &'static UnsubscribeTexts) -> Option<&'static str> {
        match self {
            Self::Question => Some(&t.stop),
            Self::Unavailable | Self::Failed => Some(&t.retry),
            Self::Unsubscribed | Self::Unknown => None,
        }
    }
}

/// Returns the page.
pub(crate) fn answer(view: View, app: &str, language: Language) -> Response<Body> {
    let t = &PlainTexts::in_language(language).unsubscribe;
    let (status, (title, text)) = view.words(t);
    let page = Page { style: STYLE, app, language, title, text, button: view.button(t) };
    let html = page.render().unwrap_or_else(|error| {
        tracing::error!(%error, "Can't render the page of an unsubscription");
        format!("{title}. {text}")
    });
    let mut response = plain_page(status, html, &CONTENT_SECURITY_POLICY);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_page_is_complete_and_its_policy_allows_its_style_and_form() {
        for view in
            [View::Question, View::Unsubscribed, View::Unknown, View::Unavailable, View::Failed]
        {
            let language = Language::Ar;
            let response = answer(view, "Acme <Planner>", language);
            let Body::Text(html) = response.body() else { panic!("the page is text") };
            assert!(html.contains("Acme &#60;Planner&#62;") && !html.contains("<script"), "{html}");
            assert!(html.trim_end().ends_with("</html>"), "{html}");
            let has_button = view.button(&PlainTexts::in_language(language).unsubscribe).is_some();
            assert_eq!(html.contains("<form method=\"post\">"), has_button);
            assert!(html.contains("<html lang=\"ar\" dir=\"rtl\">"), "{html}");
            let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert!(policy.contains("form-action 'self'"), "{policy}");
        }
    }
}
