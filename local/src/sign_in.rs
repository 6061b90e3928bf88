//! The sign-in page. It sends tokens only to this service's own pages.

use axum::Form;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{Response, StatusCode, header};
use axum::response::IntoResponse;
use serde::Deserialize;
use url::{Url, form_urlencoded};

use crate::demo::PEOPLE;
use crate::issuer::TokenRequest;
use crate::message::{failed, message};
use crate::pages::{self, SignInPage};
use crate::state::{Local, Shared};

/// The most addresses from the inbox that the sign-in page offers.
const SUGGESTIONS: usize = 6;

/// The fields of the sign-in page's form. The page's query has only the first three.
#[derive(Default, Deserialize)]
pub(crate) struct SignIn {
    /// The URL that receives the token.
    #[serde(default)]
    redirect_uri: String,
    /// The caller's state, which is returned unchanged.
    state: Option<String>,
    /// The address with which the form is prefilled.
    #[serde(default)]
    login_hint: String,
    sub: Option<String>,
    email: Option<String>,
    name: Option<String>,
}

impl SignIn {
    /// Returns the page for this query.
    fn page<'a>(&'a self, local: &Local) -> SignInPage<'a> {
        let mut invited: Vec<String> = Vec::new();
        for address in local.inbox.messages().into_iter().flat_map(|message| message.to) {
            if invited.len() < SUGGESTIONS && !invited.contains(&address) {
                invited.push(address);
            }
        }
        SignInPage {
            redirect_uri: &self.redirect_uri,
            state: self.state.as_deref().unwrap_or_default(),
            login_hint: &self.login_hint,
            invited,
            people: if local.demo { PEOPLE } else { &[] },
        }
    }
}

/// Answers with the sign-in page if the token's target is a page of this service.
pub(crate) async fn page(
    State(local): State<Shared>,
    Query(query): Query<SignIn>,
) -> Response<Body> {
    match allowed_target(&query.redirect_uri, &local.origins) {
        Some(_) => pages::sign_in(&query.page(&local)),
        None => foreign_target(),
    }
}

/// Signs in the person in the form and redirects to the target with the token.
pub(crate) async fn signed_in(
    State(local): State<Shared>,
    Form(form): Form<SignIn>,
) -> Response<Body> {
    let Some(target) = allowed_target(&form.redirect_uri, &local.origins) else {
        return foreign_target();
    };
    let given = |value: &Option<String>| {
        value.as_deref().map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned)
    };
    let email = given(&form.email);
    let Some(sub) = given(&form.sub).or_else(|| email.as_deref().map(user_id)) else {
        return message(StatusCode::BAD_REQUEST, "an e-mail address or a user id is needed");
    };
    let request = TokenRequest { sub, email, name: given(&form.name), ..TokenRequest::default() };
    match local.issuer.token(request, local.clock.now()) {
        Ok(token) => {
            let target =
                with_token(target, &token.access_token, token.expires_in, form.state.as_deref());
            let headers =
                [(header::LOCATION, target.as_str()), (header::CACHE_CONTROL, "no-store")];
            (StatusCode::SEE_OTHER, headers).into_response()
        }
        Err(error) => failed(&error),
    }
}

fn foreign_target() -> Response<Body> {
    message(
        StatusCode::BAD_REQUEST,
        "redirect_uri must be a page of this service: the local sign-in sends tokens nowhere else",
    )
}

/// Returns the URL `wanted` if it is on one of `origins`. A relative URL is resolved against the
/// first origin.
fn allowed_target(wanted: &str, origins: &[String]) -> Option<Url> {
    let own: Vec<Url> = origins.iter().filter_map(|origin| Url::parse(origin).ok()).collect();
    let target = own.first()?.join(wanted).ok()?;
    let here = own.iter().any(|origin| origin.origin() == target.origin());
    (here && target.username().is_empty() && target.password().is_none()).then_some(target)
}

/// Returns `target` with the token in its fragment, which browsers do not send to servers.
fn with_token(mut target: Url, access_token: &str, expires_in: i64, state: Option<&str>) -> Url {
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

/// Returns a user id for an e-mail address: its letters, digits and `_`, with `-` for all other
/// characters.
fn user_id(email: &str) -> String {
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
    }

    #[test]
    fn an_address_becomes_a_user_id() {
        assert_eq!(user_id(" Ada.Lovelace+x@Example.com"), "ada-lovelace-x-example-com");
        assert_eq!(user_id(&"é".repeat(100)).len(), 64);
    }
}
