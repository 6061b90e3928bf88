//! The page for people who open an address under `/i` that no invitation has
//! (docs/contracts/pages.md).

use std::sync::LazyLock;

use askama::Template;
use lambda_http::http::StatusCode;
use lambda_http::{Body, Response};
use shared::http::{plain_page, policy_of_style};
use shared::texts::{Language, PlainTexts};

/// The style of the invite page.
const STYLE: &str = include_str!("../../invite-page/assets/page.css");

static CONTENT_SECURITY_POLICY: LazyLock<String> = LazyLock::new(|| policy_of_style(STYLE));

#[derive(Template)]
#[template(path = "unknown.html")]
struct Page {
    style: &'static str,
    language: Language,
    invitation: &'static str,
    title: &'static str,
    text: &'static str,
}

/// Returns the page with status 405 if the address takes only other methods, else 404.
pub(crate) fn answer(other_methods: bool, language: Language) -> Response<Body> {
    let t = &PlainTexts::in_language(language).address;
    let (status, (title, text)) = if other_methods {
        (StatusCode::METHOD_NOT_ALLOWED, &t.shows_only)
    } else {
        (StatusCode::NOT_FOUND, &t.unknown)
    };
    let page = Page { style: STYLE, language, invitation: &t.invitation, title, text };
    let html = page.render().unwrap_or_else(|error| {
        tracing::error!(%error, "Can't render the page of an unknown address");
        format!("{title}. {text}")
    });
    plain_page(status, html, &CONTENT_SECURITY_POLICY)
}

#[cfg(test)]
mod tests {
    use lambda_http::http::header;

    use super::*;

    #[test]
    fn the_page_is_complete_and_its_style_is_allowed() {
        for other_methods in [false, true] {
            let response = answer(other_methods, Language::En);
            let Body::Text(html) = response.body() else { panic!("the page is text") };
            assert!(html.contains(&format!("<style>{STYLE}</style>")) && !html.contains("<script"));
            assert!(html.contains("<h1>This ") && html.trim_end().ends_with("</html>"), "{html}");
            let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert!(policy.contains("style-src 'sha256-"), "{policy}");
        }
    }
}
