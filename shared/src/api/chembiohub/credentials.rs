//! Who is calling: a bearer token, or a session's cookie with the double-submit pair against forged
//! requests (contract chembiohub 3.1).

use lambda_http::Request;
use lambda_http::http::Method;
use subtle::ConstantTimeEq;

use super::failure::Failure;
use crate::auth::{Caller, Unauthenticated};
use crate::http::{cookie, header};
use crate::service::Service;

/// The caller. `Authorization` goes before the session's cookie `{namespace}_sessionid`, which
/// holds the same kind of token.
///
/// # Errors
/// 401 where nobody is signed in, 503 where nobody can be told apart.
pub async fn signed_in(service: &Service, request: &Request) -> Result<Caller, Failure> {
    if request.headers().contains_key("authorization") {
        return Ok(service.caller(request).await?);
    }
    let namespace = &service.api.chembiohub_namespace;
    let session =
        cookie(request, &format!("{namespace}_sessionid")).ok_or(Unauthenticated::Missing)?;
    if changes_something(request.method()) && !is_own_page(request, namespace) {
        return Err(Unauthenticated::Invalid.into());
    }
    Ok(service.caller_by_token(&session).await?)
}

/// Django asks for the pair wherever the method isn't a safe one.
fn changes_something(method: &Method) -> bool {
    ![Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE].contains(method)
}

/// Whether the header repeats the cookie, which a page from elsewhere can't read.
fn is_own_page(request: &Request, namespace: &str) -> bool {
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

    fn own(cookies: &[&str], headers: &[&str]) -> bool {
        let mut request = Request::new(Body::Empty);
        for cookie in cookies {
            request.headers_mut().append("cookie", cookie.parse().unwrap());
        }
        for header in headers {
            request.headers_mut().append("x-csrftoken", header.parse().unwrap());
        }
        is_own_page(&request, "hub")
    }

    #[test]
    fn the_header_repeats_the_cookie() {
        assert!(own(&["hub_sessionid=x; hubcsrftoken=abc"], &["abc"]));
        assert!(own(&["a=b", "hubcsrftoken=a=b"], &["a=b"]));
    }

    #[test]
    fn what_is_absent_empty_doubled_or_different_is_no_pair() {
        assert!(!own(&[], &["abc"]));
        assert!(!own(&["hubcsrftoken=abc"], &[]));
        assert!(!own(&["hubcsrftoken="], &[""]));
        assert!(!own(&["hubcsrftoken=abc"], &["abd"]));
        assert!(!own(&["hubcsrftoken=abc"], &["abcd"]));
        assert!(!own(&["hubcsrftoken=abc"], &["abc", "abc"]));
        assert!(!own(&["hubcsrftoken=abc; hubcsrftoken=abc"], &["abc"]));
        assert!(!own(&["csrftoken=abc"], &["abc"]));
    }

    #[test]
    fn only_safe_methods_go_without_the_pair() {
        assert!(
            !changes_something(&Method::GET)
                && changes_something(&Method::POST)
                && changes_something(&Method::DELETE)
        );
    }
}
