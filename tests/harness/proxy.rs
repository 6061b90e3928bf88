//! A proxy between a function and the service that it calls.
//!
//! It reads each call whole. A callback decides whether to forward the call, and what to answer.

use std::fmt::Display;
use std::future::Future;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use reqwest::Client;

use crate::server::Server;

/// The largest request that DynamoDB takes is 16 MB.
const LARGEST: usize = 16 << 20;
/// The headers that belong to a connection or follow from the body.
const NOT_FORWARDED: [header::HeaderName; 4] =
    [header::HOST, header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION];

/// A call that has reached the proxy.
pub struct Call {
    /// The path of the URL, from the first `/` on.
    pub path: String,
    /// The body, which may be changed before it is forwarded.
    pub body: Bytes,
    query: String,
    headers: HeaderMap,
    client: Client,
}

/// The answer to a call.
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// A running proxy. Dropping it stops the proxy.
pub struct Proxy {
    /// The proxy's URL, without a slash at the end.
    pub url: String,
    _server: Server,
}

impl Call {
    /// Returns a header of the call, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    async fn read(request: Request, client: Client) -> Self {
        let (parts, body) = request.into_parts();
        let mut headers = parts.headers;
        for own in NOT_FORWARDED {
            headers.remove(own);
        }
        Self {
            path: parts.uri.path().to_owned(),
            body: axum::body::to_bytes(body, LARGEST).await.expect("the request is read whole"),
            query: parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default(),
            headers,
            client,
        }
    }

    /// Returns the header that names the service and the operation.
    pub fn target(&self) -> Option<&str> {
        self.headers.get("x-amz-target")?.to_str().ok()
    }

    /// Returns DynamoDB's name of the operation; `None` if the call is not to a table.
    pub fn operation(&self) -> Option<&str> {
        self.target()?.strip_prefix("DynamoDB_20120810.")
    }

    /// Forwards the call to this path of `upstream`, a URL without a slash at the end.
    ///
    /// # Errors
    /// Returns an error if `upstream` does not answer.
    pub async fn forward_to(self, upstream: &str, path: &str) -> Result<Reply, reqwest::Error> {
        let request = self.client.post(format!("{upstream}{path}{}", self.query));
        let answer = request.headers(self.headers).body(self.body).send().await?;
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        for own in NOT_FORWARDED {
            headers.remove(own);
        }
        Ok(Reply { status, headers, body: answer.bytes().await? })
    }

    /// Forwards the call to the same path of `upstream`.
    ///
    /// # Errors
    /// Returns an error if `upstream` does not answer.
    pub async fn forward(self, upstream: &str) -> Result<Reply, reqwest::Error> {
        let path = self.path.clone();
        self.forward_to(upstream, &path).await
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        (self.status, self.headers, self.body).into_response()
    }
}

impl Proxy {
    /// Starts a proxy that answers each call with `answer`. An error of `answer` becomes a 502.
    pub async fn start<F, Fut, E>(answer: F) -> Self
    where
        F: Fn(Call) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Result<Reply, E>> + Send,
        E: Display,
    {
        let client = Client::builder().no_proxy().build().expect("the client is built");
        let router = Router::new().fallback(async move |request: Request| {
            let call = Call::read(request, client.clone()).await;
            answer(call).await.map_err(|error| (StatusCode::BAD_GATEWAY, error.to_string()))
        });
        let server = Server::start(router).await;
        Self { url: server.url.clone(), _server: server }
    }
}
