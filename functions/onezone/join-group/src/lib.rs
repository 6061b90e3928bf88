//! `POST /user/groups/join`: makes the caller a member by a token
//! (docs/contracts/onezone.md#joining).

use std::convert::Infallible;

use lambda_http::http::{HeaderValue, StatusCode, header};
use lambda_http::{Body, Request, Response};
use serde::Deserialize;
use serde_json::Value;
use shared::Service;
use shared::api::onezone::{self, Failure, acceptable};
use shared::domain::ids::GroupId;
use shared::engine::InviteRef;
use shared::http::{json_or_undeclared, lenient_json, raw_body, respond};

#[derive(Deserialize)]
struct JoinBody {
    token: Option<Value>,
}

/// Answers the request.
///
/// # Errors
/// None: every failure is an answer.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    onezone::respond(join(service, &request)).await
}

async fn join(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    let caller = onezone::caller(service, request).await?;
    acceptable(request)?;
    let token = token(request, service.body_limit)?;
    let reading = service.engine.read_token(&token);
    let accepted =
        service.engine.accept_invite(&caller, &InviteRef::Token(token), service.clock.now()).await;
    let accepted = service.guarded(request, accepted).await;
    let accepted =
        accepted.map_err(|refusal| Failure::of_joining(refusal, &caller.user, &reading))?;
    if accepted.repeated {
        return Err(Failure::already_member(&caller.user, &accepted.invite.group));
    }
    Ok(joined(&accepted.invite.group))
}

/// The token of the body.
fn token(request: &Request, limit: usize) -> Result<String, Failure> {
    json_or_undeclared(request)?;
    let body = raw_body(request, limit)?;
    let JoinBody { token } = lenient_json(if body.is_empty() { b"{}" } else { body })?;
    match token {
        Some(Value::String(token)) => Ok(token),
        Some(_) => Err(Failure::bad_token()),
        None => Err(Failure::missing_token()),
    }
}

/// No body, and where the membership is.
fn joined(group: &GroupId) -> Response<Body> {
    let mut response = respond(StatusCode::CREATED, "", Body::Empty);
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    let location = HeaderValue::from_str(&format!("/user/groups/{group}"));
    headers.extend(location.ok().map(|location| (header::LOCATION, location)));
    response
}
