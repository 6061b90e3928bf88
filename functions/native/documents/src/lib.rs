//! `GET /openapi.json`, `/openapi/{document}` and `/docs/problems/{code}`: what is written about the
//! APIs, compiled into the function (docs/contracts/native.md#reference-and-problem-pages).
//! `/i/{token}/qr.svg` and `/.well-known`: what else can be told about links without a look at the
//! table (docs/contracts/native.md#qr-codes, docs/contracts/native.md#apps-that-open-links).

mod apps;
mod page;
mod qr;

use std::convert::Infallible;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lambda_http::http::{HeaderValue, StatusCode, header};
use lambda_http::{Body, Request, RequestExt, Response};
use sha2::{Digest, Sha256};
use shared::Service;
use shared::api::native::{self, Code, Problem};
use shared::http::{RequestError, respond};

/// The document of the native API.
static NATIVE: LazyLock<Document> =
    LazyLock::new(|| Document::json(include_str!("../../../../docs/openapi.json")));

/// The documents of the published APIs, by the last part of their path.
static PUBLISHED: LazyLock<[(&str, Document); 5]> = LazyLock::new(|| {
    [
        ("bungie.json", Document::json(include_str!("../../../../docs/openapi/bungie.json"))),
        (
            "chembiohub.json",
            Document::json(include_str!("../../../../docs/openapi/chembiohub.json")),
        ),
        ("evanta.json", Document::json(include_str!("../../../../docs/openapi/evanta.json"))),
        ("onezone.json", Document::json(include_str!("../../../../docs/openapi/onezone.json"))),
        ("rownd.json", Document::json(include_str!("../../../../docs/openapi/rownd.json"))),
    ]
});

/// A text with its entity tag.
struct Document {
    kind: &'static str,
    text: &'static str,
    etag: String,
}

impl Document {
    fn json(text: &'static str) -> Self {
        Self { kind: "application/json", text, etag: etag(text) }
    }
}

/// Answers with the document of the path.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    native::respond(&request, async { document(service, &request) }).await
}

fn document(service: &Service, request: &Request) -> Result<Response<Body>, Problem> {
    let parameters = request.path_parameters_ref();
    if let Some(token) = parameters.and_then(|parameters| parameters.first("token")) {
        return qr::answer(request, &service.public_url, token);
    }
    let path = request.raw_http_path();
    match path {
        "/openapi.json" => return Ok(answer(request, &NATIVE)),
        "/.well-known/apple-app-site-association" => {
            return apps::apple(&service.apps).ok_or_else(unknown);
        }
        "/.well-known/assetlinks.json" => {
            return apps::android(&service.apps).ok_or_else(unknown);
        }
        _ => {}
    }
    if let Some(name) = path.strip_prefix("/openapi/") {
        let found = PUBLISHED.iter().find(|(own, _)| *own == name);
        return found.map(|(_, document)| answer(request, document)).ok_or_else(unknown);
    }
    let Some(rest) = path.strip_prefix("/docs/problems") else { return Err(unknown()) };
    match rest.strip_prefix('/').filter(|code| !code.is_empty()) {
        None => Ok(page::answer(StatusCode::OK, page::index())),
        Some(word) => match Code::ALL.into_iter().find(|code| code.word() == word) {
            Some(code) => Ok(page::answer(StatusCode::OK, page::code(code))),
            None => Ok(page::answer(StatusCode::NOT_FOUND, page::unknown())),
        },
    }
}

fn unknown() -> Problem {
    RequestError::UnknownPath(None).into()
}

/// Returns the document, or 304 if the caller has it.
fn answer(request: &Request, document: &Document) -> Response<Body> {
    let known = request.headers().get_all(header::IF_NONE_MATCH).iter();
    let known = known.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    let unchanged = known
        .map(|tag| tag.trim().trim_start_matches("W/"))
        .any(|tag| tag == "*" || tag == document.etag);
    let mut response = if unchanged {
        respond(StatusCode::NOT_MODIFIED, document.kind, Body::Empty)
    } else {
        respond(StatusCode::OK, document.kind, Body::Text(document.text.to_owned()))
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, page::CACHE);
    headers.extend(HeaderValue::from_str(&document.etag).ok().map(|etag| (header::ETAG, etag)));
    response
}

fn etag(text: &str) -> String {
    format!("\"{}\"", URL_SAFE_NO_PAD.encode(&Sha256::digest(text.as_bytes())[..12]))
}
