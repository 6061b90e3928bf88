//! `/me/groups` and `/me/groups/{group}`: creates, lists, reads, changes and deletes the caller's
//! groups (docs/contracts/rownd.md#groups).

use std::convert::Infallible;

use lambda_http::http::{Method, StatusCode};
use lambda_http::{Body, Request, RequestExt, Response};
use shared::Service;
use shared::api::rownd::{self, Failure, GroupInput, OwnGroupBody, app_id, body, group_of_path};
use shared::auth::Caller;
use shared::domain::ids::GroupId;
use shared::engine::{NotFound, OwnGroup, Refusal};
use shared::http::{json, random_number, respond};

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    rownd::respond(&request, dispatch(service, &request)).await
}

async fn dispatch(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    let caller = service.caller(request).await?;
    let one =
        request.path_parameters_ref().and_then(|parameters| parameters.first("group")).is_some();
    match (request.method(), one) {
        (&Method::GET, false) => list(service, &caller).await,
        (&Method::POST, false) => create(service, request, &caller).await,
        (&Method::GET, true) => get(service, request, &caller).await,
        (&Method::PUT, true) => update(service, request, &caller).await,
        (&Method::DELETE, true) => delete(service, request, &caller).await,
        // The gateway sends no other method here.
        _ => Err(Refusal::NotFound(NotFound::Group).into()),
    }
}

async fn list(service: &Service, caller: &Caller) -> Result<Response<Body>, Failure> {
    let groups = service.engine.own_groups(caller).await?;
    let known = service.engine.users(std::slice::from_ref(&caller.user)).await?;
    let user = known.get(&caller.user);
    let results: Vec<OwnGroupBody<'_>> = groups
        .data
        .iter()
        .map(|own| OwnGroupBody::new(own, user, app_id(service.audience())))
        .collect();
    Ok(rownd::list(&results, groups.complete))
}

async fn create(
    service: &Service,
    request: &Request,
    caller: &Caller,
) -> Result<Response<Body>, Failure> {
    let input: GroupInput = body(request, service.body_limit)?;
    let new = input.new_group(GroupId::from_random(random_number()))?;
    let view = service.engine.create_group(caller, new, service.clock.now()).await?;
    rendered(service, caller, &OwnGroup::of(view)?).await
}

async fn get(
    service: &Service,
    request: &Request,
    caller: &Caller,
) -> Result<Response<Body>, Failure> {
    let group = group_of_path(request)?;
    let own = service.engine.own_group(caller, &group).await?;
    rendered(service, caller, &own).await
}

async fn update(
    service: &Service,
    request: &Request,
    caller: &Caller,
) -> Result<Response<Body>, Failure> {
    let group = group_of_path(request)?;
    let input: GroupInput = body(request, service.body_limit)?;
    let now = service.clock.now();
    let view = service.engine.update_group(caller, &group, &input.change(), None, now).await?;
    rendered(service, caller, &OwnGroup::of(view)?).await
}

async fn delete(
    service: &Service,
    request: &Request,
    caller: &Caller,
) -> Result<Response<Body>, Failure> {
    let group = group_of_path(request)?;
    service.engine.delete_group(caller, &group, service.clock.now()).await?;
    Ok(respond(StatusCode::NO_CONTENT, "", Body::Empty))
}

async fn rendered(
    service: &Service,
    caller: &Caller,
    own: &OwnGroup,
) -> Result<Response<Body>, Failure> {
    let known = service.engine.users(std::slice::from_ref(&caller.user)).await?;
    let user = known.get(&caller.user);
    Ok(json(StatusCode::OK, &OwnGroupBody::new(own, user, app_id(service.audience()))))
}
