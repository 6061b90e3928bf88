//! `/v1/groups` and `/v1/groups/{group}`: creates, lists, reads, changes and deletes groups.

use std::convert::Infallible;

use lambda_http::http::{Method, StatusCode};
use lambda_http::{Body, Request, RequestExt, Response};
use shared::Service;
use shared::api::native::{
    self, GroupBody, GroupChangeBody, NewGroupBody, Problem, if_match, page, with_etag,
};
use shared::auth::Caller;
use shared::domain::ids::GroupId;
use shared::engine::{GroupView, NotFound, Refusal};
use shared::http::{json, json_body, known_query, path_parameter, random_number, respond};

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    native::respond(&request, dispatch(service, &request)).await
}

async fn dispatch(service: &Service, request: &Request) -> Result<Response<Body>, Problem> {
    let caller = service.caller(request).await?;
    if request.method() != Method::GET {
        known_query(request, &[])?;
    }
    let one =
        request.path_parameters_ref().and_then(|parameters| parameters.first("group")).is_some();
    match (request.method(), one) {
        (&Method::POST, false) => create(service, request, &caller).await,
        (&Method::GET, false) => list(service, request, &caller).await,
        (&Method::PATCH, true) => update(service, request, &caller).await,
        (&Method::DELETE, true) => delete(service, request, &caller).await,
        (&Method::GET, true) => get(service, request, &caller).await,
        // The gateway sends no other method here.
        _ => Err(Refusal::NotFound(NotFound::Group).into()),
    }
}

async fn create(
    service: &Service,
    request: &Request,
    caller: &Caller,
) -> Result<Response<Body>, Problem> {
    let body: NewGroupBody = json_body(request, service.body_limit)?;
    let (new, owner) = body.new_group(GroupId::from_random(random_number()));
    let now = service.clock.now();
    let view = service.engine.create_group_owned_by(owner, caller, new, now).await?;
    Ok(rendered(StatusCode::CREATED, &view))
}

async fn list(
    service: &Service,
    request: &Request,
    caller: &Caller,
) -> Result<Response<Body>, Problem> {
    let (limit, cursor) = &page(request)?;
    native::fitting_page(*limit, |limit| async move {
        let page = service.engine.list_groups(caller, limit, cursor.as_deref()).await?;
        let data: Vec<GroupBody<'_>> = page.data.iter().map(GroupBody::new).collect();
        Ok(native::list(&data, page.next_cursor.as_deref()))
    })
    .await
}

async fn get(
    service: &Service,
    request: &Request,
    caller: &Caller,
) -> Result<Response<Body>, Problem> {
    let group = path_parameter(request, "group", GroupId::parse)?;
    let view = service.engine.get_group(caller, &group).await?;
    Ok(rendered(StatusCode::OK, &view))
}

async fn update(
    service: &Service,
    request: &Request,
    caller: &Caller,
) -> Result<Response<Body>, Problem> {
    let group = path_parameter(request, "group", GroupId::parse)?;
    let version = if_match(request)?;
    let body: GroupChangeBody = json_body(request, service.body_limit)?;
    let now = service.clock.now();
    let view = service.engine.update_group(caller, &group, &body.change(), version, now).await?;
    Ok(rendered(StatusCode::OK, &view))
}

async fn delete(
    service: &Service,
    request: &Request,
    caller: &Caller,
) -> Result<Response<Body>, Problem> {
    let group = path_parameter(request, "group", GroupId::parse)?;
    service.engine.delete_group(caller, &group, service.clock.now()).await?;
    Ok(respond(StatusCode::NO_CONTENT, "", Body::Empty))
}

fn rendered(status: StatusCode, view: &GroupView) -> Response<Body> {
    with_etag(json(status, &GroupBody::new(view)), view.group.version)
}
