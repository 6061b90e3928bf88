//! Pages for people: documents whose style and script are inline, and that load nothing else.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lambda_http::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use lambda_http::{Body, Response};
use sha2::{Digest, Sha256};
use url::form_urlencoded::byte_serialize;

use super::respond;
use crate::texts::Language;

/// Returns the source expression of a content security policy that allows exactly this text (CSP
/// Level 3 §2.3.1).
pub fn source_hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

/// Returns the content security policy that allows this inline style by its hash, and nothing else.
pub fn policy_of_style(style: &str) -> String {
    policy(&format!("style-src {}; form-action 'none'", source_hash(style)))
}

/// Returns the policy of [`policy_of_style`] that also allows forms to this service.
pub fn policy_of_form(style: &str) -> String {
    policy(&format!("style-src {}; form-action 'self'", source_hash(style)))
}

/// Returns the policy that allows the script and the styles with these [`source_hash`]es, requests to
/// this service, and nothing else.
pub fn policy_of_script(script: &str, styles: &[&str]) -> String {
    let styles = styles.join(" ");
    policy(&format!(
        "script-src {script}; style-src {styles}; connect-src 'self'; form-action 'none'"
    ))
}

fn policy(allowed: &str) -> String {
    format!("default-src 'none'; {allowed}; base-uri 'none'; frame-ancestors 'none'")
}

/// Returns a page that is not framed, indexed or cached, unless the caller replaces the header.
/// `policy` is its content security policy.
pub fn plain_page(status: StatusCode, html: String, policy: &str) -> Response<Body> {
    let mut response = respond(status, "text/html; charset=utf-8", Body::Text(html));
    let headers = response.headers_mut();
    // The address may have a token.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    if let Ok(policy) = HeaderValue::from_str(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Returns a page with a script: a [`plain_page`] that other windows cannot reach and that has no
/// access to the device.
pub fn scripted_page(status: StatusCode, html: String, policy: &str) -> Response<Body> {
    let mut response = plain_page(status, html, policy);
    for (name, value) in [
        ("x-robots-tag", "noindex, nofollow"),
        ("cross-origin-opener-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ] {
        let name = HeaderName::from_static(name);
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Returns the language that the browser prefers, of those that there are.
pub fn accepted_language(headers: &HeaderMap) -> Option<Language> {
    let header = headers.get(header::ACCEPT_LANGUAGE)?;
    header.to_str().ok().and_then(Language::accepted)
}

/// Returns a page of the app's login that redirects to `back` with an access token in the fragment.
/// The script adds a `state` (docs/sign-in.md).
pub fn hand_over(page: &str, back: &str) -> String {
    let back: String = byte_serialize(back.as_bytes()).collect();
    let joint = if page.contains('?') { '&' } else { '?' };
    format!("{page}{joint}redirect_uri={back}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headers_keep_the_token_on_the_page() {
        let page = scripted_page(StatusCode::OK, String::new(), &policy_of_script("'none'", &[]));
        assert_eq!(page.headers()[header::REFERRER_POLICY], "no-referrer");
        assert_eq!(page.headers()[header::CACHE_CONTROL], "no-store");
        assert!(page.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().is_ascii());
    }

    #[test]
    fn a_login_with_parameters_keeps_them() {
        let back = "https://join.example.com/i/opened";
        let coded = "redirect_uri=https%3A%2F%2Fjoin.example.com%2Fi%2Fopened";
        assert_eq!(
            hand_over("https://app.example.com/login", back),
            format!("https://app.example.com/login?{coded}")
        );
        assert_eq!(
            hand_over("https://app.example.com/login?a=b", back),
            format!("https://app.example.com/login?a=b&{coded}")
        );
    }
}
