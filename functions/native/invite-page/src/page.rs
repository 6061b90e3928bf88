//! The page behind an invitation link, as text: no request, no store, no clock.
//!
//! It reads without styles and without JavaScript. Its one script and one style sheet stand in the
//! page and are allowed by their hashes alone, so markup that found its way into a name could
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

use crate::view::{Invitation, PUT_AWAY_WORDS, UNAVAILABLE_WORDS, View, Words};

/// What stands in place of the token in the address bar once the page is open; no token looks like
/// it.
///
/// A reload asks for it, and gets [`View::PutAway`], whose script finds the token again in the
/// tab's own storage.
pub const PUT_AWAY: &str = "opened";

const STYLE: &str = include_str!("../assets/page.css");
const SCRIPT: &str = include_str!("../assets/page.js");

static CONTENT_SECURITY_POLICY: LazyLock<String> = LazyLock::new(|| {
    format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
        source_hash(SCRIPT),
        source_hash(STYLE)
    )
});

/// What the page shows, and where its links lead.
#[derive(Clone, Copy)]
pub struct InvitePage<'a> {
    /// The token from the link: a secret of whoever holds the link.
    pub token: &'a str,
    /// What there is to see.
    pub view: View<'a>,
    /// The app's own sign-in page, which comes back to `redirect_uri` with an access token in the
    /// fragment.
    pub sign_in_url: &'a str,
    /// Where the service stands; the sign-in comes back to `<public_url>/i/opened`.
    pub public_url: &'a str,
}

/// The page of an invitation that can be accepted.
#[derive(Template)]
#[template(path = "open.html")]
struct OpenPage<'a> {
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

/// An end, for people and for the script.
struct Expiry {
    words: String,
    machine: String,
}

/// A page that only tells something.
#[derive(Template)]
#[template(path = "notice.html")]
struct NoticePage {
    style: &'static str,
    script: &'static str,
    title: &'static str,
    text: &'static str,
    retry: bool,
}

impl InvitePage<'_> {
    /// The whole document. Every name is cleaned and escaped here.
    pub fn render(&self) -> Result<String, askama::Error> {
        match &self.view {
            View::Open(invitation) => self.open(invitation).render(),
            View::Dead(dead) => notice(dead.words(), false),
            View::PutAway => notice(PUT_AWAY_WORDS, false),
            View::Unavailable | View::Failed => notice(UNAVAILABLE_WORDS, true),
        }
    }

    fn open<'a>(&'a self, invitation: &'a Invitation<'a>) -> OpenPage<'a> {
        let group = clean_for_mail(invitation.group_name).unwrap_or_else(|| "a group".to_owned());
        let roles: Vec<String> =
            invitation.roles.iter().filter_map(|role| clean_for_mail(role)).collect();
        let sign_in = self.sign_in();
        OpenPage {
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
            // OpenID Connect's word for "let them choose": without it a sign-in page may send the
            // same account straight back.
            switch_account: format!("{sign_in}&prompt=select_account"),
            sign_in,
        }
    }

    /// The sign-in page's address, told to come back here: always to the same address, which a
    /// login can have registered, and which does not put the token into the login's logs. The tab
    /// knows the token.
    fn sign_in(&self) -> String {
        let back: String =
            byte_serialize(format!("{}/i/{PUT_AWAY}", self.public_url).as_bytes()).collect();
        let joint = if self.sign_in_url.contains('?') { '&' } else { '?' };
        format!("{}{joint}redirect_uri={back}", self.sign_in_url)
    }
}

/// The policy under which only the page's own script and style work.
pub fn content_security_policy() -> &'static str {
    &CONTENT_SECURITY_POLICY
}

/// The headers of every answer with a page, dead ones too.
pub fn headers() -> [(&'static str, &'static str); 9] {
    [
        ("content-type", "text/html; charset=utf-8"),
        ("content-security-policy", content_security_policy()),
        // The address holds the token until the script has put it away.
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
    NoticePage { style: STYLE, script: SCRIPT, title, text, retry }.render()
}

/// The host of a web address, in ASCII so that it can't imitate another.
fn web_host(address: &str) -> Option<String> {
    let url = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    url.host_str().map(str::to_owned)
}

/// The source expression (CSP Level 3 §2.3.1) that allows exactly this text.
fn source_hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

#[cfg(test)]
#[path = "page_tests.rs"]
mod tests;
