//! `/unsubscribe/{token}`: ends the mails to the address of the token (RFC 8058). `GET` shows a page
//! with a button and changes nothing, because mail scanners open links; `POST` unsubscribes.

mod page;

use std::convert::Infallible;

use lambda_http::http::Method;
use lambda_http::{Body, Request, RequestExt, Response};
use page::View;
use shared::Service;
use shared::engine::Fault;
use shared::http::{accepted_language, settle};

/// Answers the request with a page, for every token.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    let token = request
        .path_parameters_ref()
        .and_then(|parameters| parameters.first("token"))
        .unwrap_or_default();
    let view = settle(&request, async {
        // The body says `List-Unsubscribe=One-Click`. It is not read, because nothing else is posted.
        let (known, asked) = if *request.method() == Method::POST {
            let now = service.clock.now();
            (service.engine.unsubscribe(token, now).await?, View::Unsubscribed)
        } else {
            (service.engine.knows_unsubscribe_token(token), View::Question)
        };
        Ok(if known { asked } else { View::Unknown })
    });
    let view = view.await.unwrap_or_else(|fault: Fault| match fault {
        Fault::Unavailable(_) => View::Unavailable,
        Fault::Internal(_) => View::Failed,
    });
    let language = accepted_language(request.headers()).unwrap_or(service.page.language);
    Ok(page::answer(view, &service.app_name, language))
}
