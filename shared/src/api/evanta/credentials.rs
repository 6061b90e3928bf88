//! The caller of a request: an access token in either scheme, and two further headers of Evanta's
//! clients (docs/contracts/evanta.md#credentials).

use lambda_http::Request;

use super::Failure;
use crate::auth::{Caller, Reason, Unauthenticated};
use crate::domain::email::EmailAddress;
use crate::http::no_further_path;
use crate::service::{Service, refused};

/// Returns the caller that the request's headers prove.
///
/// # Errors
/// - `NotFound` if the path continues after its slash.
/// - `Unavailable` if the issuer's keys can't be fetched.
/// - `AccessDenied` for every other reason.
pub async fn caller(service: &Service, request: &Request) -> Result<Caller, Failure> {
    no_further_path(request).map_err(|_| Failure::NotFound)?;
    if let Some(tenant) = &service.api.evanta_tenant
        && only_value(request, "x-api-tenant")? != Some(tenant.as_str())
    {
        return Err(denied(request));
    }
    let authorization = only_value(request, "authorization")?
        .ok_or_else(|| refused(request, Unauthenticated::Missing))?;
    let token = token(authorization)
        .ok_or_else(|| refused(request, Unauthenticated::Invalid(Reason::Credentials)))?;
    let caller = service.caller_by_token(request, token).await?;
    match only_value(request, "x-api-email")? {
        Some(email) if !is_own(&caller, email) => Err(denied(request)),
        _ => Ok(caller),
    }
}

/// Refuses a request because of its headers, and logs that reason.
fn denied(request: &Request) -> Failure {
    refused(request, Unauthenticated::Invalid(Reason::OtherHeader)).into()
}

/// Returns the header's value. `None` if the header is absent; a header sent twice is refused.
fn only_value<'a>(request: &'a Request, name: &str) -> Result<Option<&'a str>, Failure> {
    let mut values = request.headers().get_all(name).iter();
    let value =
        values.next().map(|value| value.to_str().map_err(|_| denied(request))).transpose()?;
    if values.next().is_none() { Ok(value) } else { Err(denied(request)) }
}

/// Returns the token in `Bearer <jwt>` or `Token token="<jwt>"`. In the second form, the quotes are
/// optional and other parameters are ignored. `None` for every other form.
fn token(authorization: &str) -> Option<&str> {
    let (scheme, rest) = authorization.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest);
    }
    if !scheme.eq_ignore_ascii_case("token") {
        return None;
    }
    let mut tokens = rest
        .split([',', ';', '\t'])
        .filter_map(|parameter| parameter.trim().strip_prefix("token="));
    match (tokens.next(), tokens.next()) {
        (Some(token), None) => {
            Some(token.strip_prefix('"').and_then(|token| token.strip_suffix('"')).unwrap_or(token))
        }
        _ => None,
    }
}

fn is_own(caller: &Caller, email: &str) -> bool {
    // An invalid address belongs to nobody.
    let given = EmailAddress::parse(email).ok();
    given.zip(caller.email.as_ref()).is_some_and(|(given, own)| given.key() == own.key())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_in_both_schemes() {
        for authorization in [
            "Bearer a.b.c",
            "bearer a.b.c",
            "Token token=\"a.b.c\"",
            "token token=a.b.c",
            "Token token=\"a.b.c\", email=\"ada@example.com\"",
            "Token nonce=\"x\"; token=\"a.b.c\"",
        ] {
            assert_eq!(token(authorization), Some("a.b.c"), "{authorization}");
        }
    }

    #[test]
    fn other_forms_are_refused() {
        for authorization in [
            "",
            "a.b.c",
            "Basic YTpi",
            "Token",
            "Token a.b.c",
            "Token token=\"a\", token=\"b\"",
            "Token Token=\"a\"",
        ] {
            assert_eq!(token(authorization), None, "{authorization}");
        }
    }
}
