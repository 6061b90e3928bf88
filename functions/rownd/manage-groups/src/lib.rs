//! `/me/groups` and `/me/groups/{group}`: creates, lists, reads, changes and deletes the caller's
//! groups (docs/contracts/rownd.md#groups).

use std::convert::Infallible;

use lambda_http::http::{Method, StatusCode};
use lambda_http::{Body, Request, RequestExt, Response};
use shared::Service;
use shared::api::rownd::{self, Failure, GroupInput, OwnGroupBody, app_id, body, group_of_path};
use shared::auth::Caller;
use shared::domain::ids::GroupId;
use shared::domain::user::User;
use shared::engine::{NotFound, Outcome, OwnGroup, Refusal};
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
    let (groups, user) = with_user(service, caller, service.engine.own_groups(caller)).await?;
    let results: Vec<OwnGroupBody<'_>> = groups
        .data
        .iter()
        .map(|own| OwnGroupBody::new(own, user.as_ref(), app_id(service.audience())))
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
    let created = service.engine.create_group(caller, new, service.clock.now());
    let (view, user) = with_user(service, caller, created).await?;
    Ok(rendered(service, &OwnGroup::of(view)?, user.as_ref()))
}

async fn get(
    service: &Service,
    request: &Request,
    caller: &Caller,
) -> Result<Response<Body>, Failure> {
    let group = group_of_path(request)?;
    let own = service.engine.own_group(caller, &group);
    let (own, user) = with_user(service, caller, own).await?;
    Ok(rendered(service, &own, user.as_ref()))
}

async fn update(
    service: &Service,
    request: &Request,
    caller: &Caller,
) -> Result<Response<Body>, Failure> {
    let group = group_of_path(request)?;
    let input: GroupInput = body(request, service.body_limit)?;
    let (change, now) = (input.change(), service.clock.now());
    let changed = service.engine.update_group_uncounted(caller, &group, &change, now);
    let ((group, member), user) = with_user(service, caller, changed).await?;
    Ok(rendered(service, &OwnGroup { group, member }, user.as_ref()))
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

/// Awaits the use case, and reads the caller's record in the directory beside it.
async fn with_user<T>(
    service: &Service,
    caller: &Caller,
    outcome: impl Future<Output = Outcome<T>>,
) -> Result<(T, Option<User>), Failure> {
    let ids = std::slice::from_ref(&caller.user);
    let (outcome, known) = tokio::join!(outcome, service.engine.users(ids));
    Ok((outcome?, known?.remove(&caller.user)))
}

fn rendered(service: &Service, own: &OwnGroup, user: Option<&User>) -> Response<Body> {
    json(StatusCode::OK, &OwnGroupBody::new(own, user, app_id(service.audience())))
}
