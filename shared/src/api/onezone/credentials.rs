//! Reads the access token from one of the headers that the original accepted
//! (docs/contracts/onezone.md#credentials).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lambda_http::Request;
use lambda_http::http::{HeaderMap, HeaderValue};

use super::failure::Failure;
use crate::Service;
use crate::auth::{Caller, Reason, Unauthenticated};
use crate::service::refused;

/// An access token, by the way it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Credentials {
    Token(String),
    /// The token was the password of basic credentials. The user name is ignored.
    Password(String),
}

/// The reason that the log gives for credentials of another form.
const UNREADABLE: Unauthenticated = Unauthenticated::Invalid(Reason::Credentials);

/// The reason why a request has no readable access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unreadable {
    Missing,
    Token,
    Basic,
}

/// Returns the caller that the request's access token proves.
///
/// # Errors
/// 401 if the token is absent or not valid, or if the request has two different tokens. 503 if the
/// issuer cannot be reached.
pub async fn caller(service: &Service, request: &Request) -> Result<Caller, Failure> {
    match credentials(request.headers()) {
        Ok(Credentials::Token(token)) => Ok(service.caller_by_token(request, &token).await?),
        Ok(Credentials::Password(token)) => {
            service.caller_by_token(request, &token).await.map_err(Failure::of_basic)
        }
        Err(Unreadable::Missing) => Err(refused(request, Unauthenticated::Missing).into()),
        Err(Unreadable::Token) => Err(refused(request, UNREADABLE).into()),
        Err(Unreadable::Basic) => Err(Failure::of_basic(refused(request, UNREADABLE))),
    }
}

/// Returns the access token. Several headers may carry it if they carry the same one.
fn credentials(headers: &HeaderMap) -> Result<Credentials, Unreadable> {
    let authorization = headers.get_all("authorization").iter().map(authorization);
    let others = ["x-auth-token", "macaroon"].into_iter().flat_map(|name| headers.get_all(name));
    let mut all =
        authorization.chain(others.map(|value| Ok(Credentials::Token(text(value)?.to_owned()))));
    let first = all.next().ok_or(Unreadable::Missing)??;
    for other in all {
        if other?.token() != first.token() {
            return Err(Unreadable::Token);
        }
    }
    Ok(first)
}

impl Credentials {
    fn token(&self) -> &str {
        match self {
            Self::Token(token) | Self::Password(token) => token,
        }
    }
}

fn text(value: &HeaderValue) -> Result<&str, Unreadable> {
    value.to_str().map_err(|_| Unreadable::Token)
}

fn authorization(value: &HeaderValue) -> Result<Credentials, Unreadable> {
    let value = text(value)?;
    let (scheme, rest) = value.split_once(' ').unwrap_or((value, ""));
    let rest = rest.trim_start_matches(' ');
    if scheme.eq_ignore_ascii_case("bearer") {
        Ok(Credentials::Token(rest.to_owned()))
    } else if scheme.eq_ignore_ascii_case("basic") {
        password(rest).map(Credentials::Password).ok_or(Unreadable::Basic)
    } else {
        Err(Unreadable::Token)
    }
}

/// Returns the password of basic credentials (RFC 7617 §2).
fn password(encoded: &str) -> Option<String> {
    let decoded = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    decoded.split_once(':').map(|(_, password)| password.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(list: &[(&'static str, &str)]) -> Result<Credentials, Unreadable> {
        let mut headers = HeaderMap::new();
        for (name, value) in list {
            headers.append(*name, value.parse().unwrap());
        }
        credentials(&headers)
    }

    #[test]
    fn a_token_is_read_from_each_of_four_places() {
        let token = Ok(Credentials::Token("j.w.t".into()));
        for list in [
            ("authorization", "Bearer j.w.t"),
            ("authorization", "bearer j.w.t"),
            ("x-auth-token", "j.w.t"),
            ("macaroon", "j.w.t"),
        ] {
            assert_eq!(read(&[list]), token, "{list:?}");
        }
        // The decoded credentials are `user:j.w.t`, `:j.w.t` and `a:b:c`.
        assert_eq!(
            read(&[("authorization", "Basic dXNlcjpqLncudA==")]),
            Ok(Credentials::Password("j.w.t".into()))
        );
        assert_eq!(
            read(&[("authorization", "BASIC Omoudy50")]),
            Ok(Credentials::Password("j.w.t".into()))
        );
        assert_eq!(
            read(&[("authorization", "Basic YTpiOmM=")]),
            Ok(Credentials::Password("b:c".into()))
        );
    }

    #[test]
    fn a_repeated_token_is_read_and_two_different_ones_are_refused() {
        assert_eq!(
            read(&[("x-auth-token", "j"), ("macaroon", "j")]),
            Ok(Credentials::Token("j".into()))
        );
        assert_eq!(
            read(&[("authorization", "Basic dXNlcjpqLncudA=="), ("macaroon", "j.w.t")]),
            Ok(Credentials::Password("j.w.t".into()))
        );
        for second in [
            ("macaroon", "other"),
            ("x-auth-token", "other"),
            ("authorization", "Bearer other"),
            ("macaroon", ""),
        ] {
            assert_eq!(
                read(&[("x-auth-token", "j"), second]),
                Err(Unreadable::Token),
                "{second:?}"
            );
        }
    }

    #[test]
    fn malformed_credentials_are_refused() {
        assert_eq!(read(&[("cookie", "a=b")]), Err(Unreadable::Missing));
        for value in ["", "Digest", "Digest username=x", "j.w.t"] {
            assert_eq!(read(&[("authorization", value)]), Err(Unreadable::Token), "{value:?}");
        }
        // The values are not base64, or do not decode to a text with a colon.
        for value in ["Basic !", "Basic dXNlcg==", "Basic /w==", "Basic ", "Basic"] {
            assert_eq!(read(&[("authorization", value)]), Err(Unreadable::Basic), "{value:?}");
        }
    }
}
