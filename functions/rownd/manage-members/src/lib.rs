//! `/me/groups/{group}/members` and `/me/groups/{group}/members/{member}`: adds, lists, reads,
//! changes and removes members (docs/contracts/rownd.md#members).

use std::convert::Infallible;

use lambda_http::http::{Method, StatusCode};
use lambda_http::{Body, Request, RequestExt, Response};
use shared::Service;
use shared::api::rownd::{
    self, Failure, MemberBody, MemberInput, NewMemberInput, app_id, body, group_of_path,
    member_of_path, member_page, person_of_path,
};
use shared::auth::Caller;
use shared::domain::ids::GroupId;
use shared::engine::{NotFound, People, Person, Refusal};
use shared::http::{json, respond};

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    rownd::respond(&request, dispatch(service, &request)).await
}

async fn dispatch(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    let caller = service.caller(request).await?;
    let group = group_of_path(request)?;
    let one =
        request.path_parameters_ref().and_then(|parameters| parameters.first("member")).is_some();
    match (request.method(), one) {
        (&Method::GET, false) => list(service, request, &caller, &group).await,
        (&Method::POST, false) => add(service, request, &caller, &group).await,
        (&Method::GET, true) => get(service, request, &caller, &group).await,
        (&Method::PUT, true) => update(service, request, &caller, &group).await,
        (&Method::DELETE, true) => remove(service, request, &caller, &group).await,
        // The gateway sends no other method here.
        _ => Err(Refusal::NotFound(NotFound::Member).into()),
    }
}

async fn list(
    service: &Service,
    request: &Request,
    caller: &Caller,
    group: &GroupId,
) -> Result<Response<Body>, Failure> {
    let (size, after) = member_page(request)?;
    let now = service.clock.now();
    let People { page, total, complete } =
        service.engine.list_people(caller, group, after.as_ref(), size, now).await?;
    let app_id = app_id(service.audience());
    let results: Vec<MemberBody<'_>> =
        page.iter().map(|person| MemberBody::new(person, app_id)).collect();
    Ok(rownd::page(total, &results, complete))
}

async fn add(
    service: &Service,
    request: &Request,
    caller: &Caller,
    group: &GroupId,
) -> Result<Response<Body>, Failure> {
    let NewMemberInput { user_id, roles } = body(request, service.body_limit)?;
    let now = service.clock.now();
    let person = service.engine.add_member(caller, group, &user_id, &roles, now).await?;
    Ok(rendered(service, &person))
}

async fn get(
    service: &Service,
    request: &Request,
    caller: &Caller,
    group: &GroupId,
) -> Result<Response<Body>, Failure> {
    let id = person_of_path(request)?;
    let person = service.engine.get_person(caller, group, &id, service.clock.now()).await?;
    Ok(rendered(service, &person))
}

async fn update(
    service: &Service,
    request: &Request,
    caller: &Caller,
    group: &GroupId,
) -> Result<Response<Body>, Failure> {
    let user = member_of_path(request)?;
    let input: MemberInput = body(request, service.body_limit)?;
    let (edit, now) = (input.edit(), service.clock.now());
    let person = service.engine.edit_member_as_owner(caller, group, &user, &edit, now).await?;
    Ok(rendered(service, &person))
}

async fn remove(
    service: &Service,
    request: &Request,
    caller: &Caller,
    group: &GroupId,
) -> Result<Response<Body>, Failure> {
    let user = member_of_path(request)?;
    let now = service.clock.now();
    service.engine.remove_member_as_owner(caller, group, &user, now).await?;
    Ok(respond(StatusCode::NO_CONTENT, "", Body::Empty))
}

fn rendered(service: &Service, person: &Person) -> Response<Body> {
    json(StatusCode::OK, &MemberBody::new(person, app_id(service.audience())))
}
