//! Pages and their files as answers.

use axum::body::Body;
use axum::extract::Path;
use axum::http::{Response, StatusCode, header};
use axum::response::IntoResponse;

use crate::message::{failed, message};

/// The content security policy of the pages: only this service's own files, calls to it, and mails in
/// frames. A mail has a policy of its own.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The files of the pages: name, content type and content.
const FILES: &[(&str, &str, &str)] = &[
    ("style.css", CSS, include_str!("../../pages/style.css")),
    ("start.css", CSS, include_str!("../../pages/start.css")),
    ("inbox.css", CSS, include_str!("../../pages/inbox.css")),
    ("code.js", SCRIPT, include_str!("../../pages/code.js")),
    ("inbox.js", SCRIPT, include_str!("../../pages/inbox.js")),
    ("service.js", SCRIPT, include_str!("../../pages/service.js")),
    ("snippets.js", SCRIPT, include_str!("../../pages/snippets.js")),
    ("start.js", SCRIPT, include_str!("../../pages/start.js")),
    ("steps.js", SCRIPT, include_str!("../../pages/steps.js")),
];
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Answers with a script or style sheet of the pages, or 404.
pub(crate) async fn file(Path(name): Path<String>) -> Response<Body> {
    let Some(&(_, kind, text)) = FILES.iter().find(|(known, ..)| *known == name) else {
        return message(StatusCode::NOT_FOUND, "Not Found");
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, text).into_response()
}

/// Answers with a page.
pub(super) fn page(status: StatusCode, template: &dyn askama::DynTemplate) -> Response<Body> {
    match template.dyn_render() {
        Ok(html) => html_answer(status, html, POLICY),
        Err(error) => failed(&error),
    }
}

/// Answers with HTML under this content security policy.
pub(super) fn html_answer(
    status: StatusCode,
    html: String,
    policy: &'static str,
) -> Response<Body> {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, policy),
        // The sign-in page's URL contains an invite's token.
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::VARY, "accept"),
    ];
    (status, headers, html).into_response()
}
