//! `GET /v1/me/blocks` and `GET`, `PUT`, `DELETE /v1/me/blocks/{kind}/{id}`: the senders whose
//! invites the caller does not want to see.

use std::convert::Infallible;

use lambda_http::http::{Method, StatusCode};
use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::native::{self, BlockBody, Code, Problem, blocked_of_path, page};
use shared::auth::Caller;
use shared::domain::block::Blocked;
use shared::http::{json, known_query, respond};

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    native::respond(&request, dispatch(service, &request)).await
}

async fn dispatch(service: &Service, request: &Request) -> Result<Response<Body>, Problem> {
    let caller = service.caller(request).await?;
    match blocked_of_path(request)? {
        None => list(service, request, &caller).await,
        Some(of) => one(service, request, &caller, &of).await,
    }
}

async fn list(
    service: &Service,
    request: &Request,
    caller: &Caller,
) -> Result<Response<Body>, Problem> {
    let (limit, cursor) = &page(request)?;
    native::fitting_page(*limit, |limit| async move {
        let page = service.engine.list_blocks(caller, limit, cursor.as_deref()).await?;
        let data: Vec<BlockBody<'_>> = page.data.iter().map(BlockBody::new).collect();
        Ok(native::list(&data, page.next_cursor.as_deref()))
    })
    .await
}

async fn one(
    service: &Service,
    request: &Request,
    caller: &Caller,
    of: &Blocked,
) -> Result<Response<Body>, Problem> {
    known_query(request, &[])?;
    let engine = &service.engine;
    let block = match *request.method() {
        Method::PUT => Some(engine.block(caller, of, service.clock.now()).await?),
        Method::DELETE => {
            engine.unblock(caller, of).await?;
            return Ok(respond(StatusCode::NO_CONTENT, "", Body::Empty));
        }
        _ => engine.get_block(caller, of).await?,
    };
    match block {
        Some(block) => Ok(json(StatusCode::OK, &BlockBody::new(&block))),
        None => Err(Problem::new(Code::BlockNotFound, "You do not block this sender.")),
    }
}
