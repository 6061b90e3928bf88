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
use shared::domain::clock::Timestamp;
use shared::domain::display_name::clean_for_mail;
use shared::domain::words::{date_in_words, list_in_words};
use url::Url;
use url::form_urlencoded::byte_serialize;

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

/// What there is to see behind a link.
#[derive(Clone, Copy)]
pub enum View<'a> {
    /// An invitation that can be accepted.
    Open(Invitation<'a>),
    /// A link that leads to nothing any more, or never did.
    Dead(Dead),
    /// The address with the token taken out ([`PUT_AWAY`]): nothing was looked up.
    PutAway,
    /// The invitation could not be read just now.
    Unavailable,
    /// The invitation could not be read, by a mistake of ours.
    Failed,
}

/// What the page tells about an invitation: what a preview tells, and nothing more.
#[derive(Clone, Copy)]
pub struct Invitation<'a> {
    /// The group's name as stored.
    pub group_name: &'a str,
    /// The names of other groups that the same link leads into.
    pub further_groups: &'a [String],
    /// The inviter's name as stored, where known.
    pub inviter_name: Option<&'a str>,
    /// The roles that go with the membership.
    pub roles: &'a [String],
    /// When the invitation ends, if it does.
    pub expires_at: Option<Timestamp>,
    /// The invited address, already masked: `a•••@example.com`.
    pub invitee: Option<&'a str>,
    /// Whether the accepting account must prove the invited identity.
    pub strict: bool,
    /// Whether this is a link to share, which nobody in particular can decline.
    pub is_link: bool,
    /// Where the member goes after joining.
    pub redirect_url: Option<&'a str>,
}

/// Why a link leads to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dead {
    /// Malformed, foreign or never made: all the same to whoever asks.
    Unknown,
    /// Its time is over.
    Expired,
    /// It was taken back.
    Revoked,
    /// A later mail carries a newer link.
    Replaced,
    /// As many people as it was made for have joined.
    UsedUp,
    /// Somebody, perhaps this person, has accepted it.
    Accepted,
    /// Somebody, perhaps this person, has declined it.
    Declined,
    /// The inviter may not invite any more.
    InviterGone,
    /// The group was deleted.
    GroupGone,
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

impl View<'_> {
    /// The status of the answer that carries the page.
    pub fn status(&self) -> u16 {
        match self {
            Self::Open(_) | Self::PutAway => 200,
            Self::Dead(Dead::Unknown) => 404,
            Self::Dead(_) => 410,
            Self::Unavailable => 503,
            Self::Failed => 500,
        }
    }
}

impl Invitation<'_> {
    /// Who may accept, in a sentence.
    fn note(&self) -> &'static str {
        match (self.is_link, self.strict, self.invitee) {
            (true, _, _) => {
                "Anyone who has this link can join. If you do not want to, just close this page."
            }
            (false, true, Some(_)) => "Only an account that this address belongs to can accept.",
            (false, true, None) => "Only the invited account can accept.",
            (false, false, _) => "Whoever has this link can accept, so do not pass it on.",
        }
    }
}

/// A notice's heading and its text.
type Words = (&'static str, &'static str);

const PUT_AWAY_WORDS: Words = (
    "Open the link again",
    "This page no longer has its link. Go back to where you found the link, and open it again.",
);
const UNAVAILABLE_WORDS: Words = (
    "The invitation cannot be shown just now",
    "Nothing has happened to it. Please try again in a moment.",
);

impl Dead {
    fn words(self) -> Words {
        match self {
            Self::Unknown => (
                "This link does not work",
                "It may have been cut short on its way. Open it from the original mail, or ask for a new invitation.",
            ),
            Self::Expired => {
                ("This invitation has expired", "Ask whoever invited you for a new one.")
            }
            Self::Revoked => (
                "This invitation was withdrawn",
                "If you think that is a mistake, ask whoever invited you.",
            ),
            Self::Replaced => (
                "A newer invitation took this one’s place",
                "Open the link in the latest mail you were sent.",
            ),
            Self::UsedUp => (
                "This link is used up",
                "As many people as it was made for have joined. Ask for a new one.",
            ),
            Self::Accepted => (
                "This invitation was already accepted",
                "If that was you, you are a member and nothing is left to do. If not, tell whoever invited you.",
            ),
            Self::Declined => (
                "This invitation was declined",
                "If you have changed your mind, ask for a new one.",
            ),
            Self::InviterGone => (
                "This invitation is no longer valid",
                "Whoever sent it may not invite people any more. Ask another member of the group for a new one.",
            ),
            Self::GroupGone => ("This group no longer exists", "There is nothing left to join."),
        }
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
