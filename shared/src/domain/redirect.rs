//! The page where a person goes after accepting.

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use url::Url;

use super::Invalid;
use super::invisible::{in_value, trim};

/// The longest redirect, in bytes.
const MAX_LENGTH: usize = 2048;
/// How often a path may be percent-encoded. Servers decode it once, careless ones twice.
const DECODINGS: usize = 4;

/// A redirect as it was given: a path of the app, or a URL on an allowed origin.
///
/// A path is relative to the app. [`RedirectTargets::after_joining`] returns the address that a
/// person can follow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RedirectUrl(String);

impl RedirectUrl {
    /// Returns the redirect as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

const INVALID: Invalid = Invalid::new(
    "redirect_not_allowed",
    "Give a path that starts with exactly one '/', or a URL on an allowed origin.",
);

/// The places that redirects may lead to: the app, and further origins.
#[derive(Clone, Debug)]
pub struct RedirectTargets {
    /// The address of the app; `None` if the deployment does not name it.
    app: Option<Url>,
    /// The address against which paths are resolved.
    base: Url,
    /// The allowed origins, each as `scheme://host[:port]`.
    origins: Vec<String>,
}

impl RedirectTargets {
    /// Creates the targets from the addresses of the app and of its sign-in page, which are always
    /// allowed, and from further origins, each as `scheme://host[:port]`.
    ///
    /// Paths are resolved against the app. Without its address they are resolved against the
    /// sign-in page, which is usually part of the app.
    pub fn new(app: Option<Url>, sign_in: &Url, mut origins: Vec<String>) -> Self {
        origins.extend(app.iter().chain([sign_in]).map(|url| url.origin().ascii_serialization()));
        let base = app.as_ref().unwrap_or(sign_in).clone();
        Self { app, base, origins }
    }

    /// Parses a redirect. A browser decides what it means: the address that a browser would open
    /// must be on an allowed origin.
    ///
    /// # Errors
    /// [`Invalid`] if the redirect is longer than 2,048 bytes, contains invisible characters, white
    /// space, a backslash or a user name, or leads elsewhere.
    pub fn parse(&self, text: &str) -> Result<RedirectUrl, Invalid> {
        let text = trim(text);
        if in_value(text).is_some() {
            return Err(INVALID.or_hidden(text));
        }
        self.follow(text).map(|_| RedirectUrl(text.to_owned())).ok_or(INVALID)
    }

    /// Returns the address to which a person goes after joining: the redirect, or else the app.
    ///
    /// `None` if there is neither. A redirect whose origin is no longer allowed does not count.
    pub fn after_joining(&self, redirect: Option<&RedirectUrl>) -> Option<String> {
        let redirect = redirect.and_then(|redirect| self.follow(redirect.as_str()));
        redirect.or_else(|| self.app.clone()).map(String::from)
    }

    /// Returns the address that a browser opens for `text`, if it is allowed.
    fn follow(&self, text: &str) -> Option<Url> {
        let suspicious = |c: char| c.is_control() || c.is_whitespace() || c == '\\';
        if text.len() > MAX_LENGTH || text.contains(suspicious) {
            return None;
        }
        let url = if text.starts_with('/') && !text.starts_with("//") {
            self.base.join(text).ok().filter(stays)?
        } else if text.starts_with("http://") || text.starts_with("https://") {
            Url::parse(text).ok()?
        } else {
            return None;
        };
        let plain = url.username().is_empty() && url.password().is_none();
        (plain && self.origins.contains(&url.origin().ascii_serialization())).then_some(url)
    }
}

/// Returns whether the path of `url` leads to the same origin when it is read on its own, also by
/// software that decodes it first. `/..//evil.example` becomes `//evil.example`, which does not.
fn stays(url: &Url) -> bool {
    let mut path = url.path().to_owned();
    for _ in 0..DECODINGS {
        let read = url.join(&path).ok().filter(|read| read.origin() == url.origin());
        if read.is_none_or(|read| read.path().starts_with("//")) {
            return false;
        }
        path = percent_decode_str(&path).decode_utf8_lossy().into_owned();
    }
    true
}

#[cfg(test)]
#[path = "redirect_tests.rs"]
mod tests;
