//! The page that stands for the app, on an origin of its own. People go there after joining.

use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, Uri, header};

use crate::message::failed;

/// The app's name.
pub(crate) const APP_NAME: &str = "Acme Planner";

#[derive(Template)]
#[template(path = "app.html")]
struct AppPage<'a> {
    app: &'a str,
    path: &'a str,
}

/// Returns the routes of the app: every path has the same page.
pub(crate) fn router() -> Router {
    Router::new()
        .route("/favicon.ico", axum::routing::get(|| async { StatusCode::NO_CONTENT }))
        .fallback(page)
}

async fn page(uri: Uri) -> Response<Body> {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let html = match (AppPage { app: APP_NAME, path }).render() {
        Ok(html) => html,
        Err(error) => return failed(&error),
    };
    let mut response = Response::new(Body::from(html));
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_path_has_the_page() {
        let response = page(Uri::from_static("/welcome?a=%3Cb%3E")).await;
        assert_eq!(response.status(), StatusCode::OK);
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        let html = String::from_utf8(body.to_vec()).unwrap();
        assert!(html.contains("Acme Planner") && html.contains("/welcome?a=%3Cb%3E"), "{html}");
    }
}
