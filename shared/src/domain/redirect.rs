//! The page where a person goes after accepting.

use serde::{Deserialize, Serialize};
use url::Url;

use super::Invalid;

/// A relative path, or an absolute URL on an allowed origin, of at most 2048 bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RedirectUrl(String);

const INVALID: Invalid = Invalid::new(
    "redirect_not_allowed",
    "Give a path that starts with exactly one '/', or a URL on an allowed origin.",
);

impl RedirectUrl {
    /// Parses a redirect. Every path is allowed. A URL is allowed only on one of `origins`, each
    /// written as `scheme://host[:port]`.
    ///
    /// Backslashes, control characters and user names are refused, because browsers and parsers
    /// read them differently.
    pub fn parse(text: &str, origins: &[String]) -> Result<Self, Invalid> {
        let suspicious = text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\')
            || text.to_ascii_lowercase().contains("%5c");
        if text.is_empty() || text.len() > 2048 || suspicious {
            return Err(INVALID);
        }
        if is_own_path(text) || is_on(text, origins) {
            Ok(Self(text.to_owned()))
        } else {
            Err(INVALID)
        }
    }

    /// Returns the redirect as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns whether a browser that resolves `text` stays on the page's own origin.
fn is_own_path(text: &str) -> bool {
    let stays = |base: &str| {
        Url::parse(base)
            .ok()
            .and_then(|base| base.join(text).ok().map(|url| url.origin() == base.origin()))
    };
    text.starts_with('/') && !text.starts_with("//") && stays("https://a.example/i/x") == Some(true)
}

fn is_on(text: &str, origins: &[String]) -> bool {
    Url::parse(text).is_ok_and(|url| {
        let plain = url.username().is_empty() && url.password().is_none();
        // Without `//`, a browser reads the text as a path on the page's own origin.
        let absolute = text.starts_with("http://") || text.starts_with("https://");
        absolute && plain && origins.contains(&url.origin().ascii_serialization())
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn origins() -> Vec<String> {
        vec!["https://app.example".into()]
    }

    #[test]
    fn paths_and_allowed_origins_pass() {
        for text in [
            "/",
            "/somewhere/on/my/site#",
            "/a?b=c#d",
            "https://app.example/x",
            "https://app.example",
            "https://app.example:443/x",
        ] {
            assert!(RedirectUrl::parse(text, &origins()).is_ok(), "{text}");
        }
    }

    #[test]
    fn open_redirects_are_refused() {
        for text in [
            "",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/%5cevil.example",
            "/%5Cevil.example",
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "data:text/html,x",
            "https://evil.example",
            "https://app.example@evil.example",
            "https://app.example.evil.example",
            "https://evil.example#app.example",
            "https://app.example:444/",
            "http://app.example/",
            "https:app.example",
            "https:/evil.example",
            "/ok\r\nSet-Cookie: x=1",
            "/\t/evil.example",
            " /x",
            "evil",
            "?x",
            "#x",
            "https://user:pw@app.example/",
            "https://app.example./",
        ] {
            assert!(RedirectUrl::parse(text, &origins()).is_err(), "{text:?}");
        }
        assert!(RedirectUrl::parse(&format!("/{}", "a".repeat(2048)), &origins()).is_err());
    }

    proptest! {
        /// A browser that follows an accepted redirect stays on the page's own origin or an allowed
        /// one.
        #[test]
        fn accepted_redirects_stay_on_allowed_origins(text in "[/\\\\:@.#?%a-z0-9\\t ]{0,40}") {
            if let Ok(redirect) = RedirectUrl::parse(&text, &origins()) {
                let base = Url::parse("https://page.example/i/token").unwrap();
                let origin = base.join(redirect.as_str()).unwrap().origin().ascii_serialization();
                prop_assert!(origin == "https://page.example" || origin == "https://app.example", "{}", origin);
            }
        }
    }
}
