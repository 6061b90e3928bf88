//! Identifies the caller by a bearer token, or by a session cookie with a double-submit pair
//! against forged requests (docs/contracts/chembiohub.md#credentials).

use lambda_http::Request;
use lambda_http::http::Method;
use subtle::ConstantTimeEq;

use super::failure::Failure;
use crate::auth::{Caller, Reason, Unauthenticated};
use crate::http::{cookie, header};
use crate::service::{Service, refused};

/// Returns the caller. `Authorization` takes precedence over the session cookie
/// `{namespace}_sessionid`, which holds the same kind of token.
///
/// # Errors
/// 401 if the caller is not signed in, or 503 if the issuer cannot be reached.
pub async fn signed_in(service: &Service, request: &Request) -> Result<Caller, Failure> {
    if request.headers().contains_key("authorization") {
        return Ok(service.caller(request).await?);
    }
    let namespace = &service.api.chembiohub_namespace;
    let session = cookie(request, &format!("{namespace}_sessionid"))
        .ok_or_else(|| refused(request, Unauthenticated::Missing))?;
    if needs_pair(request.method()) && !has_pair(request, namespace) {
        return Err(refused(request, Unauthenticated::Invalid(Reason::CsrfPair)).into());
    }
    Ok(service.caller_by_token(request, &session).await?)
}

/// Returns whether the method needs the double-submit pair. As in Django, only safe methods do not.
fn needs_pair(method: &Method) -> bool {
    ![Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE].contains(method)
}

/// Returns whether the header repeats the cookie. A page of another site cannot read the cookie.
fn has_pair(request: &Request, namespace: &str) -> bool {
    let pair =
        cookie(request, &format!("{namespace}csrftoken")).zip(header(request, "x-csrftoken"));
    pair.is_some_and(|(cookie, header)| {
        !cookie.is_empty() && bool::from(cookie.as_bytes().ct_eq(header.as_bytes()))
    })
}

#[cfg(test)]
mod tests {
    use lambda_http::Body;

    use super::*;

    fn paired(cookies: &[&str], headers: &[&str]) -> bool {
        let mut request = Request::new(Body::Empty);
        for cookie in cookies {
            request.headers_mut().append("cookie", cookie.parse().unwrap());
        }
        for header in headers {
            request.headers_mut().append("x-csrftoken", header.parse().unwrap());
        }
        has_pair(&request, "hub")
    }

    #[test]
    fn a_header_that_repeats_the_cookie_is_a_pair() {
        assert!(paired(&["hub_sessionid=x; hubcsrftoken=abc"], &["abc"]));
        assert!(paired(&["a=b", "hubcsrftoken=a=b"], &["a=b"]));
    }

    #[test]
    fn an_absent_empty_repeated_or_different_value_is_not_a_pair() {
        assert!(!paired(&[], &["abc"]));
        assert!(!paired(&["hubcsrftoken=abc"], &[]));
        assert!(!paired(&["hubcsrftoken="], &[""]));
        assert!(!paired(&["hubcsrftoken=abc"], &["abd"]));
        assert!(!paired(&["hubcsrftoken=abc"], &["abcd"]));
        assert!(!paired(&["hubcsrftoken=abc"], &["abc", "abc"]));
        assert!(!paired(&["hubcsrftoken=abc; hubcsrftoken=abc"], &["abc"]));
        assert!(!paired(&["csrftoken=abc"], &["abc"]));
    }

    #[test]
    fn only_safe_methods_need_no_pair() {
        assert!(
            !needs_pair(&Method::GET) && needs_pair(&Method::POST) && needs_pair(&Method::DELETE)
        );
    }
}
