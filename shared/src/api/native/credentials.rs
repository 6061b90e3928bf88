//! The caller of `POST /v1/invites/decline`, which takes a token without a sign-in.

use lambda_http::Request;
use lambda_http::http::header;

use super::Problem;
use crate::auth::Caller;
use crate::engine::InviteRef;
use crate::service::Service;

/// Returns the caller who names an invite. `None` if the request names it by token and has no
/// credentials.
///
/// # Errors
/// - `Unauthenticated` for invalid credentials, or for an invite id without credentials.
/// - `TokenExpired` for an expired access token.
/// - `TemporarilyUnavailable` if the issuer's keys can't be fetched.
pub async fn caller_naming(
    service: &Service,
    request: &Request,
    reference: &InviteRef,
) -> Result<Option<Caller>, Problem> {
    let sends_credentials = request.headers().contains_key(header::AUTHORIZATION);
    match reference {
        InviteRef::Token(_) if !sends_credentials => Ok(None),
        InviteRef::Token(_) | InviteRef::Id(..) => Ok(Some(service.caller(request).await?)),
    }
}
