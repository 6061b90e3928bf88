//! `/v1/me` and `/v1/users/{user}`: reads and writes the directory of users.

use std::convert::Infallible;

use lambda_http::http::{Method, StatusCode};
use lambda_http::{Body, Request, RequestExt, Response};
use shared::Service;
use shared::api::native::{self, Problem, ProfileBody, UserBody};
use shared::domain::ids::UserId;
use shared::domain::user::Profile;
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
    let user = match (request.method(), named) {
        (&Method::GET, false) => service.engine.get_me(&caller).await?,
        (&Method::PUT, false) => service.engine.put_me(&caller, profile(service, request)?).await?,
        (&Method::PUT, true) => {
            let user = path_parameter(request, "user", UserId::parse)?;
            service.engine.put_user(&caller, &user, profile(service, request)?).await?
        }
        // The gateway sends no other method here.
        _ => return Err(Refusal::NotFound(NotFound::User).into()),
    };
    Ok(json(StatusCode::OK, &UserBody::new(&user)))
}

fn profile(service: &Service, request: &Request) -> Result<Profile, Problem> {
    let body: ProfileBody = json_body(request, service.body_limit)?;
    Ok(body.profile())
}
