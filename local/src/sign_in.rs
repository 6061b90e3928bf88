//! Where the sign-in page may send a token: to this service's own pages, nowhere else.

use url::{Url, form_urlencoded};

/// The redirect target, if `wanted` (absolute, or relative to this service) is on one of `origins`.
/// The first origin is the base of a relative one.
pub(crate) fn allowed_target(wanted: &str, origins: &[String]) -> Option<Url> {
    let own: Vec<Url> = origins.iter().filter_map(|origin| Url::parse(origin).ok()).collect();
    let target = own.first()?.join(wanted).ok()?;
    let here = own.iter().any(|origin| origin.origin() == target.origin());
    (here && target.username().is_empty() && target.password().is_none()).then_some(target)
}

/// `target` with the token in its fragment, where no server sees it.
pub(crate) fn with_token(
    mut target: Url,
    access_token: &str,
    expires_in: i64,
    state: Option<&str>,
) -> Url {
    let mut fragment = form_urlencoded::Serializer::new(String::new());
    fragment.append_pair("access_token", access_token);
    fragment.append_pair("token_type", "Bearer");
    fragment.append_pair("expires_in", &expires_in.to_string());
    if let Some(state) = state {
        fragment.append_pair("state", state);
    }
    target.set_fragment(Some(&fragment.finish()));
    target
}

/// A user id for someone who only gave an e-mail address: the address with everything but letters,
/// digits and `_` as `-`.
pub(crate) fn user_id(email: &str) -> String {
    let id: String = email
        .trim()
        .to_lowercase()
        .chars()
        .map(|char| if char.is_ascii_alphanumeric() || char == '_' { char } else { '-' })
        .collect();
    id.chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(wanted: &str) -> Option<String> {
        let origins = ["http://127.0.0.1:3000".to_owned(), "http://localhost:3000".to_owned()];
        allowed_target(wanted, &origins).map(String::from)
    }

    #[test]
    fn own_pages_are_targets() {
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
    fn nothing_else_is() {
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
    fn the_token_goes_into_the_fragment() {
        let target = Url::parse("http://127.0.0.1:3000/i/x?y#old").unwrap();
        let url = with_token(target, "a.b.c", 3600, Some("s&t"));
        assert_eq!(
            url.as_str(),
            "http://127.0.0.1:3000/i/x?y#access_token=a.b.c&token_type=Bearer&expires_in=3600&state=s%26t"
        );
    }

    #[test]
    fn an_address_becomes_an_id() {
        assert_eq!(user_id(" Ada.Lovelace+x@Example.com"), "ada-lovelace-x-example-com");
        assert_eq!(user_id(&"é".repeat(100)).len(), 64);
    }
}
