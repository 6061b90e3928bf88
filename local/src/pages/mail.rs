//! The HTML part of a mail as a document of its own, for a frame.

use axum::body::Body;
use axum::http::{Response, StatusCode};

use super::answer::html_answer;

/// The content security policy of a mail: it runs no script, sends no form, loads nothing, and has an
/// origin of its own, also outside of a frame. Its links open a page without these limits.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";
/// Lets the links of the document open in a new tab.
const NEW_TAB: &str = "<base target=\"_blank\">";

/// Returns a mail's HTML part. Its links open in a new tab.
pub(crate) fn mail(html: &str) -> Response<Body> {
    html_answer(StatusCode::OK, with_new_tab(html), POLICY)
}

/// Puts [`NEW_TAB`] at the beginning of the head. A document without a head gets one.
fn with_new_tab(html: &str) -> String {
    let lower = html.to_ascii_lowercase();
    let opened = lower.find("<head>").map(|at| at + "<head>".len());
    match opened.and_then(|at| html.split_at_checked(at)) {
        Some((before, after)) => format!("{before}{NEW_TAB}{after}"),
        None => format!("<!doctype html><head>{NEW_TAB}</head>{html}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_every_mail_open_in_a_new_tab() {
        assert_eq!(
            with_new_tab("<!doctype html><html><HEAD><title>x</title></HEAD>é"),
            format!("<!doctype html><html><HEAD>{NEW_TAB}<title>x</title></HEAD>é")
        );
        assert_eq!(
            with_new_tab("<b>Hi</b>"),
            format!("<!doctype html><head>{NEW_TAB}</head><b>Hi</b>")
        );
    }

    #[test]
    fn a_mail_runs_nothing_and_loads_nothing() {
        let answer = mail("<script>alert(1)</script>");
        let policy = answer.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("sandbox"));
        for allowed in ["allow-scripts", "allow-same-origin", "script-src", "https:"] {
            assert!(!policy.contains(allowed), "{policy}");
        }
    }
}
