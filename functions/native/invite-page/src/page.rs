//! Renders the page of an invitation link, without access to request, store or clock.
//!
//! The page is readable without styles and without JavaScript. Its script and its style sheet are
//! inline, and the Content-Security-Policy allows them by hash only. So markup in a name could
//! neither run nor load anything.

use std::sync::LazyLock;

use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use shared::domain::display_name::clean_for_mail;
use shared::domain::words::{date_in_words, list_in_words};
use url::Url;
use url::form_urlencoded::byte_serialize;

use crate::view::{Invitation, TOKEN_REMOVED_WORDS, UNAVAILABLE_WORDS, View, Words};

/// The path segment that replaces the token in the address bar. No token looks like it.
///
/// A reload requests this segment and gets [`View::TokenRemoved`]. The script of that page finds
/// the token in the tab's storage (docs/contracts/pages.md#signing-in).
pub const TOKEN_REMOVED: &str = "opened";

const STYLE: &str = include_str!("../assets/page.css");
const SCRIPT: &str = include_str!("../assets/page.js");

static CONTENT_SECURITY_POLICY: LazyLock<String> = LazyLock::new(|| {
    format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
        source_hash(SCRIPT),
        source_hash(STYLE)
    )
});

/// A page and the addresses of its links.
#[derive(Clone, Copy)]
pub struct InvitePage<'a> {
    /// The token from the link, a secret.
    pub token: &'a str,
    /// The view to render.
    pub view: View<'a>,
    /// The app's sign-in page. It redirects to `redirect_uri` with an access token in the fragment.
    pub sign_in_url: &'a str,
    /// The service's base URL. Signing in returns to `<public_url>/i/opened`.
    pub public_url: &'a str,
}

/// The page of an invitation that can be accepted.
#[derive(Template)]
#[template(path = "invitation.html")]
struct InvitationTemplate<'a> {
    style: &'static str,
    script: &'static str,
    title: String,
    token: &'a str,
    inviter: String,
    group: String,
    further_groups: Vec<String>,
    roles: String,
    invitee: Option<&'a str>,
    expires: Option<Expiry>,
    leads_to: Option<String>,
    note: &'static str,
    can_decline: bool,
    sign_in: String,
    switch_account: String,
}

/// An expiry time, for people and for the script.
struct Expiry {
    words: String,
    machine: String,
}

/// A page with a text only.
#[derive(Template)]
#[template(path = "notice.html")]
struct NoticeTemplate {
    style: &'static str,
    script: &'static str,
    title: &'static str,
    text: &'static str,
    retry: bool,
}

impl InvitePage<'_> {
    /// Renders the whole document. Cleans and escapes every name.
    pub fn render(&self) -> Result<String, askama::Error> {
        match &self.view {
            View::Acceptable(invitation) => self.invitation(invitation).render(),
            View::Dead(dead) => notice(dead.words(), false),
            View::TokenRemoved => notice(TOKEN_REMOVED_WORDS, false),
            View::Unavailable | View::Failed => notice(UNAVAILABLE_WORDS, true),
        }
    }

    fn invitation<'a>(&'a self, invitation: &'a Invitation<'a>) -> InvitationTemplate<'a> {
        let group = clean_for_mail(invitation.group_name).unwrap_or_else(|| "a group".to_owned());
        let roles: Vec<String> =
            invitation.roles.iter().filter_map(|role| clean_for_mail(role)).collect();
        let sign_in = self.sign_in();
        InvitationTemplate {
            style: STYLE,
            script: SCRIPT,
            title: format!("Invitation to join {group}"),
            token: self.token,
            inviter: invitation
                .inviter_name
                .and_then(clean_for_mail)
                .unwrap_or_else(|| "Someone".to_owned()),
            group,
            further_groups: invitation
                .further_groups
                .iter()
                .filter_map(|name| clean_for_mail(name))
                .collect(),
            roles: list_in_words(&roles),
            invitee: invitation.invitee,
            expires: invitation
                .expires_at
                .map(|end| Expiry { words: date_in_words(end), machine: end.to_string() }),
            leads_to: invitation.redirect_url.and_then(web_host),
            note: invitation.note(),
            can_decline: !invitation.is_link,
            // Without this OpenID Connect parameter, the sign-in page may return the same account
            // at once.
            switch_account: format!("{sign_in}&prompt=select_account"),
            sign_in,
        }
    }

    /// Returns the address of the sign-in page, with a `redirect_uri` that has no token.
    ///
    /// A login can register this constant address, and its logs never contain a token. The tab's
    /// storage has the token.
    fn sign_in(&self) -> String {
        let back: String =
            byte_serialize(format!("{}/i/{TOKEN_REMOVED}", self.public_url).as_bytes()).collect();
        let joint = if self.sign_in_url.contains('?') { '&' } else { '?' };
        format!("{}{joint}redirect_uri={back}", self.sign_in_url)
    }
}

/// Returns the policy that allows only the page's own script and style.
pub fn content_security_policy() -> &'static str {
    &CONTENT_SECURITY_POLICY
}

/// Returns the headers of every page.
pub fn headers() -> [(&'static str, &'static str); 9] {
    [
        ("content-type", "text/html; charset=utf-8"),
        ("content-security-policy", content_security_policy()),
        // The address contains the token until the script replaces it.
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("x-robots-tag", "noindex, nofollow"),
        ("cross-origin-opener-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ]
}

fn notice((title, text): Words, retry: bool) -> Result<String, askama::Error> {
    NoticeTemplate { style: STYLE, script: SCRIPT, title, text, retry }.render()
}

/// Returns the host of a web address. ASCII, because Unicode letters can imitate another host.
fn web_host(address: &str) -> Option<String> {
    let url = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    url.host_str().map(str::to_owned)
}

/// Returns the source expression that allows exactly this text (CSP Level 3 §2.3.1).
fn source_hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

#[cfg(test)]
#[path = "page_tests.rs"]
mod tests;
