//! The pages about error codes. They have no script and load nothing.

use std::sync::LazyLock;

use askama::Template;
use lambda_http::http::{HeaderValue, StatusCode, header};
use lambda_http::{Body, Response};
use shared::api::native::Code;
use shared::http::{plain_page, policy_of_style};

/// Pages and documents change with a deployment only.
pub(crate) const CACHE: HeaderValue = HeaderValue::from_static("public, max-age=300");

const STYLE: &str = include_str!("../assets/page.css");

static CONTENT_SECURITY_POLICY: LazyLock<String> = LazyLock::new(|| policy_of_style(STYLE));

#[derive(Template)]
#[template(path = "index.html")]
struct Index {
    style: &'static str,
    title: &'static str,
    codes: &'static [Code],
}

#[derive(Template)]
#[template(path = "code.html")]
struct One {
    style: &'static str,
    title: &'static str,
    word: &'static str,
    status: StatusCode,
    meaning: &'static str,
    remedy: &'static str,
}

#[derive(Template)]
#[template(path = "unknown.html")]
struct Unknown {
    style: &'static str,
    title: &'static str,
}

/// Returns the page that lists every code.
pub(crate) fn index() -> impl Template {
    Index { style: STYLE, title: "Errors of the API", codes: &Code::ALL }
}

/// Returns the page of a code.
pub(crate) fn code(code: Code) -> impl Template {
    let explanation = code.explanation();
    One {
        style: STYLE,
        title: code.title(),
        word: code.word(),
        status: code.status(),
        meaning: explanation.meaning,
        remedy: explanation.remedy,
    }
}

/// Returns the page of a code that does not exist.
pub(crate) fn unknown() -> impl Template {
    Unknown { style: STYLE, title: "There is no such error code" }
}

/// Returns the page with this status.
pub(crate) fn answer(status: StatusCode, page: impl Template) -> Response<Body> {
    // The templates print texts only, so rendering cannot fail.
    let html = page.render().unwrap_or_default();
    let mut response = plain_page(status, html, &CONTENT_SECURITY_POLICY);
    response.headers_mut().insert(header::CACHE_CONTROL, CACHE);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_page_that_says_what_it_means_and_what_to_do() {
        for one in Code::ALL {
            let html = code(one).render().unwrap();
            let explanation = one.explanation();
            let shown = |text: &str| {
                let escaped =
                    text.replace('\'', "&#39;").replace('<', "&#60;").replace('>', "&#62;");
                html.contains(&escaped)
            };
            assert!(shown(one.title()) && shown(one.word()), "{html}");
            assert!(shown(explanation.meaning) && shown(explanation.remedy), "{html}");
        }
    }

    #[test]
    fn the_pages_have_no_script_and_only_the_allowed_style() {
        let pages = [
            index().render().unwrap(),
            code(Code::Forbidden).render().unwrap(),
            unknown().render().unwrap(),
        ];
        for html in pages {
            assert!(!html.contains("<script") && !html.contains("style="), "{html}");
            assert!(html.contains(&format!("<style>{STYLE}</style>")), "{html}");
            assert!(html.contains("<html lang=\"en\">") && html.contains("name=\"viewport\""));
        }
        let policy =
            answer(StatusCode::OK, index()).headers()[header::CONTENT_SECURITY_POLICY].clone();
        assert!(policy.to_str().unwrap().starts_with("default-src 'none'; style-src 'sha256-"));
    }
}
