//! `/v1/groups/{group}/members` and `/v1/groups/{group}/members/{user}`: lists, changes and removes
//! members.

use std::convert::Infallible;

use lambda_http::http::{Method, StatusCode};
use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::native::{self, MemberBody, MemberEditBody, Problem, member_of_path, page};
use shared::auth::Caller;
use shared::domain::ids::GroupId;
use shared::engine::{NotFound, Refusal};
use shared::http::{json, json_body, known_query, path_parameter, respond};

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
    let group = path_parameter(request, "group", GroupId::parse)?;
    match *request.method() {
        Method::GET => list(service, request, &caller, &group).await,
        Method::PATCH => change(service, request, &caller, &group).await,
        Method::DELETE => remove(service, request, &caller, &group).await,
        // The gateway sends no other method here.
        _ => Err(Refusal::NotFound(NotFound::Group).into()),
    }
}

async fn list(
    service: &Service,
    request: &Request,
    caller: &Caller,
    group: &GroupId,
) -> Result<Response<Body>, Problem> {
    let (limit, cursor) = &page(request)?;
    native::fitting_page(*limit, |limit| async move {
        let page = service.engine.list_members(caller, group, limit, cursor.as_deref()).await?;
        let users = page.data.iter().map(|member| &member.user);
        let present = service.engine.present_users(users).await?;
        let data: Vec<MemberBody<'_>> =
            page.data.iter().map(|member| MemberBody::new(member, &present)).collect();
        Ok(native::list(&data, page.next_cursor.as_deref()))
    })
    .await
}

async fn change(
    service: &Service,
    request: &Request,
    caller: &Caller,
    group: &GroupId,
) -> Result<Response<Body>, Problem> {
    let user = member_of_path(request)?;
    let body: MemberEditBody = json_body(request, service.body_limit)?;
    let edit = body.edit()?;
    let now = service.clock.now();
    let (member, present) = service.engine.edit_member(caller, group, &user, &edit, now).await?;
    Ok(json(StatusCode::OK, &MemberBody::new(&member, &present)))
}

async fn remove(
    service: &Service,
    request: &Request,
    caller: &Caller,
    group: &GroupId,
) -> Result<Response<Body>, Problem> {
    let user = member_of_path(request)?;
    service.engine.remove_member(caller, group, &user, service.clock.now()).await?;
    Ok(respond(StatusCode::NO_CONTENT, "", Body::Empty))
}
