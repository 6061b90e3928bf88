//! `/v1/me` and `/v1/users/{user}`: reads and writes the directory of users.

use std::convert::Infallible;

use lambda_http::http::{Method, StatusCode};
use lambda_http::{Body, Request, RequestExt, Response};
use shared::Service;
use shared::api::native::{self, Problem, ProfileBody, UserBody};
use shared::domain::ids::UserId;
use shared::domain::user::ProfileChange;
use shared::engine::{NotFound, Refusal};
use shared::http::{json, json_body, known_query, path_parameter};

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    native::respond(&request, dispatch(service, &request)).await
}

async fn dispatch(service: &Service, request: &Request) -> Result<Response<Body>, Problem> {
    let caller = service.caller(request).await?;
    known_query(request, &[])?;
    let named =
        request.path_parameters_ref().and_then(|parameters| parameters.first("user")).is_some();
    let engine = &service.engine;
    let user = match (request.method(), named) {
        (&Method::GET, false) => engine.get_me(&caller).await?,
        (&(Method::PUT | Method::PATCH), false) => {
            engine.change_me(&caller, &change(service, request)?).await?
        }
        (&Method::GET, true) => engine.get_user(&caller, &user_of_path(request)?).await?,
        (&(Method::PUT | Method::PATCH), true) => {
            let user = user_of_path(request)?;
            engine.change_user(&caller, &user, &change(service, request)?).await?
        }
        // The gateway sends no other method here.
        _ => return Err(Refusal::NotFound(NotFound::User).into()),
    };
    Ok(json(StatusCode::OK, &UserBody::new(&user)))
}

fn user_of_path(request: &Request) -> Result<UserId, Problem> {
    Ok(path_parameter(request, "user", UserId::parse)?)
}

fn change(service: &Service, request: &Request) -> Result<ProfileChange, Problem> {
    let body: ProfileBody = json_body(request, service.body_limit)?;
    Ok(body.change())
}
