//! `GET /console`: serves the page where members manage their groups' invites
//! (docs/contracts/pages.md#console). It reads nothing: the page's script calls the native API.

mod page;

use std::convert::Infallible;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use page::Console;
use shared::Service;
use shared::engine::Fault;
use shared::http::{accepted_language, query_parameter, settle};
use shared::texts::Language;

/// Answers with the page, which is the same for everybody who reads the same language.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    let console = Console {
        app: &service.app_name,
        sign_in_url: &service.sign_in_url,
        public_url: &service.public_url,
        language: language(&request).unwrap_or(service.page.language),
    };
    let answer = settle(&request, async { Ok(console.answer()) }).await;
    Ok(answer.unwrap_or_else(|fault: Fault| {
        let status = match fault {
            Fault::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Fault::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        page::sorry(status, console.language)
    }))
}

/// Returns the language of the parameter `lang`, or the one that the browser prefers.
fn language(request: &Request) -> Option<Language> {
    let chosen = query_parameter(request, "lang").iter().find_map(|tag| Language::of(tag));
    chosen.or_else(|| accepted_language(request.headers()))
}
