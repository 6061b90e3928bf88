//! The caller of the one endpoint that may be called without signing in.

use lambda_http::Request;
use lambda_http::http::header;

use super::Problem;
use crate::auth::Caller;
use crate::engine::InviteRef;
use crate::service::Service;

/// Returns the caller who names an invite. `None` where they name it by its token, which needs no
/// account, and send no credentials.
///
/// # Errors
/// `Unauthenticated` and `TokenExpired` for credentials that prove nobody, and where an invite is
/// named by its id without any; `TemporarilyUnavailable` where the issuer's keys can't be fetched.
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
