//! Reads the request for an invite token, and renders its answer.

use lambda_http::Request;
use serde::{Deserialize, Serialize};

use super::Failure;
use crate::auth::Caller;
use crate::domain::ids::GroupId;
use crate::domain::invite::IdentityPolicy;
use crate::domain::rule::InviteRule;
use crate::domain::token::InviteToken;
use crate::engine::{InviteeRequest, LinkRequest, NewInvite};
use crate::http::{RequestError, json_or_undeclared, lenient_json, raw_body};
use crate::service::Service;

/// The rule that decides who may create tokens.
const RULE: InviteRule = InviteRule::Privilege;

/// `GroupInviteTokenRequest`: an object without properties. Unknown fields are ignored.
#[derive(Deserialize)]
struct TokenAttributes {}

/// `GroupInviteToken`.
#[derive(Serialize)]
pub struct TokenBody<'a> {
    token: &'a str,
}

impl<'a> TokenBody<'a> {
    /// Creates the body with this token.
    pub fn new(token: &'a InviteToken) -> Self {
        Self { token: token.expose() }
    }
}

/// Reads the invite that the request asks for: a link into the group, for one person.
///
/// A wrong body is reported only to a caller who may create tokens
/// (docs/contracts/onezone.md#order-of-checks).
///
/// # Errors
/// All of them need a wrong body:
///
/// - 404 if the caller is not a member of the group, or there is no such group.
/// - 403 if the caller may not create tokens.
/// - 415, 413 or 400 for the body itself.
/// - 503 or 500 if the group cannot be read.
pub async fn new_token(
    service: &Service,
    request: &Request,
    caller: &Caller,
    group: GroupId,
) -> Result<NewInvite, Failure> {
    if let Err(error) = check_body(request, service.body_limit) {
        service.engine.check_inviter(caller, &group, RULE).await?;
        return Err(error.into());
    }
    let link = LinkRequest { max_uses: Some(1), allowed_domains: Vec::new() };
    Ok(NewInvite {
        notify: false,
        identity_policy: IdentityPolicy::Bearer,
        ..NewInvite::of(group, InviteeRequest::Link(link), RULE)
    })
}

fn check_body(request: &Request, limit: usize) -> Result<(), RequestError> {
    json_or_undeclared(request)?;
    let body = raw_body(request, limit)?;
    if !body.is_empty() {
        let TokenAttributes {} = lenient_json(body)?;
    }
    Ok(())
}
