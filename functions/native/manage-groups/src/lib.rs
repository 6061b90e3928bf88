//! `/v1/groups` and `/v1/groups/{group}`: makes, lists, reads, changes and deletes groups.

use std::convert::Infallible;

use lambda_http::http::{Method, StatusCode};
use lambda_http::{Body, Request, RequestExt, Response};
use serde::Deserialize;
use shared::Service;
use shared::api::native::{self, GroupBody, ListBody, Problem, if_match, page, with_etag};
use shared::auth::Caller;
use shared::domain::from_object;
use shared::domain::group::{GroupType, Policy, PolicyChange, given, given_object};
use shared::domain::ids::GroupId;
use shared::domain::text::{Description, Metadata, Name};
use shared::engine::{GroupChange, NewGroup, NotFound, Refusal};
use shared::http::{json, json_body, known_query, path_parameter, respond};

/// The body of a new group; without `id` one is minted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewGroupBody {
    id: Option<GroupId>,
    name: Name,
    description: Option<Description>,
    #[serde(default, rename = "type")]
    kind: GroupType,
    #[serde(default, deserialize_with = "from_object")]
    policy: PolicyChange,
    #[serde(default)]
    metadata: Metadata,
    /// Only `null`, by which an app's own credential makes a group for others.
    #[serde(default, deserialize_with = "given")]
    owner_user_id: Option<()>,
}

/// The body of a change: what is given replaces what was.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupChangeBody {
    #[serde(default, deserialize_with = "given")]
    name: Option<Name>,
    #[serde(default, deserialize_with = "given")]
    description: Option<Option<Description>>,
    #[serde(default, rename = "type", deserialize_with = "given")]
    kind: Option<GroupType>,
    #[serde(default, deserialize_with = "given_object")]
    policy: Option<PolicyChange>,
    #[serde(default, deserialize_with = "given")]
    metadata: Option<Metadata>,
}

/// Answers the request.
///
/// # Errors
/// None: every failure is an answer.
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
    let NewGroupBody { id, name, description, kind, policy, metadata, owner_user_id } = body;
    let id = id.unwrap_or_else(|| GroupId::from_random(shared::http::random_number()));
    let new =
        NewGroup { id, name, description, kind, policy: policy.apply(Policy::default()), metadata };
    let now = service.clock.now();
    let view = match owner_user_id {
        None => service.engine.create_group(caller, new, now).await?,
        Some(()) => service.engine.create_group_for_others(caller, new, now).await?,
    };
    Ok(with_etag(json(StatusCode::CREATED, &GroupBody::new(&view)), view.group.version))
}

async fn list(
    service: &Service,
    request: &Request,
    caller: &Caller,
) -> Result<Response<Body>, Problem> {
    let (limit, cursor) = page(request)?;
    let page = service.engine.list_groups(caller, limit, cursor.as_deref()).await?;
    Ok(json(
        StatusCode::OK,
        &ListBody::new(page.data.iter().map(GroupBody::new).collect(), page.next_cursor),
    ))
}

async fn get(
    service: &Service,
    request: &Request,
    caller: &Caller,
) -> Result<Response<Body>, Problem> {
    let group = path_parameter(request, "group", GroupId::parse)?;
    let view = service.engine.get_group(caller, &group).await?;
    Ok(with_etag(json(StatusCode::OK, &GroupBody::new(&view)), view.group.version))
}

async fn update(
    service: &Service,
    request: &Request,
    caller: &Caller,
) -> Result<Response<Body>, Problem> {
    let group = path_parameter(request, "group", GroupId::parse)?;
    let version = if_match(request)?;
    let body: GroupChangeBody = json_body(request, service.body_limit)?;
    let GroupChangeBody { name, description, kind, policy, metadata } = body;
    let change = GroupChange { name, description, kind, policy, metadata, open: None };
    let view =
        service.engine.update_group(caller, &group, &change, version, service.clock.now()).await?;
    Ok(with_etag(json(StatusCode::OK, &GroupBody::new(&view)), view.group.version))
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
