//! The URLs to which a sign-in leads.

use url::{Url, form_urlencoded};

/// Returns the URL `wanted` if it is on one of `origins`. A relative URL is resolved against the
/// first origin.
pub(super) fn allowed_target(wanted: &str, origins: &[String]) -> Option<Url> {
    let own: Vec<Url> = origins.iter().filter_map(|origin| Url::parse(origin).ok()).collect();
    let target = own.first()?.join(wanted).ok()?;
    let here = own.iter().any(|origin| origin.origin() == target.origin());
    (here && target.username().is_empty() && target.password().is_none()).then_some(target)
}

/// Returns `target` with the token in its fragment, which browsers do not send to servers.
pub(super) fn with_token(
    target: Url,
    access_token: &str,
    expires_in: i64,
    state: Option<&str>,
) -> Url {
    let expires_in = expires_in.to_string();
    let token = [
        ("access_token", access_token),
        ("token_type", "Bearer"),
        ("expires_in", expires_in.as_str()),
    ];
    with_fragment(target, &token, state)
}

/// Returns `target` with the answer that nobody signed in (docs/sign-in.md#what-comes-back).
pub(super) fn without_token(target: Url, state: Option<&str>) -> Url {
    with_fragment(target, &[("error", "access_denied")], state)
}

fn with_fragment(mut target: Url, values: &[(&str, &str)], state: Option<&str>) -> Url {
    let mut fragment = form_urlencoded::Serializer::new(String::new());
    fragment.extend_pairs(values);
    if let Some(state) = state {
        fragment.append_pair("state", state);
    }
    target.set_fragment(Some(&fragment.finish()));
    target
}

/// Returns the page that asks for a token, in words.
pub(super) fn asker(target: &Url) -> &'static str {
    let path = target.path();
    if path.ends_with("/console") {
        "The console"
    } else if path.contains("/i/") {
        "The invitation page"
    } else {
        "A page"
    }
}

/// Returns the host of a URL, with its port.
pub(super) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(wanted: &str) -> Option<String> {
        let origins = ["http://127.0.0.1:3000".to_owned(), "http://localhost:3000".to_owned()];
        allowed_target(wanted, &origins).map(String::from)
    }

    #[test]
    fn own_pages_are_allowed_targets() {
        assert_eq!(
            allowed("http://127.0.0.1:3000/i/bkn_1?a=b").as_deref(),
            Some("http://127.0.0.1:3000/i/bkn_1?a=b")
        );
        assert_eq!(
            allowed("http://localhost:3000/i/x").as_deref(),
            Some("http://localhost:3000/i/x")
        );
        assert_eq!(allowed("/i/bkn_1").as_deref(), Some("http://127.0.0.1:3000/i/bkn_1"));
    }

    #[test]
    fn other_urls_are_not_allowed() {
        for wanted in [
            "https://evil.example/",
            "//evil.example/",
            "/\\evil.example/",
            "\\\\evil.example",
            "http://127.0.0.1:3000@evil.example/",
            "http://127.0.0.1:3001/",
            "https://127.0.0.1:3000/",
            "http://user:pass@127.0.0.1:3000/",
            "javascript:alert(1)",
            "data:text/html,x",
            "http://[",
            "\thttps://evil.example/",
        ] {
            assert_eq!(allowed(wanted), None, "{wanted}");
        }
    }

    #[test]
    fn the_token_is_in_the_fragment() {
        let target = Url::parse("http://127.0.0.1:3000/i/x?y#old").unwrap();
        let url = with_token(target, "a.b.c", 3600, Some("s&t"));
        assert_eq!(
            url.as_str(),
            "http://127.0.0.1:3000/i/x?y#access_token=a.b.c&token_type=Bearer&expires_in=3600&state=s%26t"
        );
        let target = Url::parse("http://127.0.0.1:3000/console").unwrap();
        assert_eq!(
            without_token(target, None).as_str(),
            "http://127.0.0.1:3000/console#error=access_denied"
        );
    }

    #[test]
    fn the_page_that_asks_is_named() {
        let asks = |url: &str| asker(&Url::parse(url).unwrap());
        assert_eq!(asks("http://localhost:1/console"), "The console");
        assert_eq!(asks("http://localhost:1/i/opened"), "The invitation page");
        assert_eq!(asks("http://localhost:1/"), "A page");
        assert_eq!(host(&Url::parse("http://localhost:1/i/x").unwrap()), "localhost:1");
    }
}
