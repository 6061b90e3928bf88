//! The caller of a request: an access token in either scheme, and two further headers of Evanta's
//! clients (docs/contracts/evanta.md#credentials).

use lambda_http::Request;

use super::Failure;
use crate::auth::{Caller, Unauthenticated};
use crate::domain::email::EmailAddress;
use crate::service::Service;

/// Returns the caller that the request's headers prove.
///
/// # Errors
/// - `Unavailable` if the issuer's keys can't be fetched.
/// - `AccessDenied` for every other reason.
pub async fn caller(service: &Service, request: &Request) -> Result<Caller, Failure> {
    if let Some(tenant) = &service.api.evanta_tenant
        && only_value(request, "x-api-tenant")? != Some(tenant.as_str())
    {
        return Err(Failure::AccessDenied);
    }
    let authorization = only_value(request, "authorization")?.ok_or(Unauthenticated::Missing)?;
    let caller = service.caller_by_token(request, token(authorization)?).await?;
    match only_value(request, "x-api-email")? {
        Some(email) if !is_own(&caller, email) => Err(Failure::AccessDenied),
        _ => Ok(caller),
    }
}

/// Returns the header's value. `None` if the header is absent; a header sent twice is refused.
fn only_value<'a>(request: &'a Request, name: &str) -> Result<Option<&'a str>, Failure> {
    let mut values = request.headers().get_all(name).iter();
    let value =
        values.next().map(|value| value.to_str().map_err(|_| Failure::AccessDenied)).transpose()?;
    if values.next().is_none() { Ok(value) } else { Err(Failure::AccessDenied) }
}

/// Returns the token in `Bearer <jwt>` or `Token token="<jwt>"`. In the second form, the quotes are
/// optional and other parameters are ignored.
fn token(authorization: &str) -> Result<&str, Unauthenticated> {
    let (scheme, rest) = authorization.split_once(' ').ok_or(Unauthenticated::Invalid)?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Ok(rest);
    }
    if !scheme.eq_ignore_ascii_case("token") {
        return Err(Unauthenticated::Invalid);
    }
    let mut tokens = rest
        .split([',', ';', '\t'])
        .filter_map(|parameter| parameter.trim().strip_prefix("token="));
    match (tokens.next(), tokens.next()) {
        (Some(token), None) => {
            Ok(token.strip_prefix('"').and_then(|token| token.strip_suffix('"')).unwrap_or(token))
        }
        _ => Err(Unauthenticated::Invalid),
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
            assert_eq!(token(authorization), Ok("a.b.c"), "{authorization}");
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
            assert_eq!(token(authorization), Err(Unauthenticated::Invalid), "{authorization}");
        }
    }
}
