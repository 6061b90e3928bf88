//! The HTTP API: it matches the route, builds the event, invokes the function and returns its
//! answer, like API Gateway.

mod answer;
mod cors;
mod event;
mod routes;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use shared::domain::clock::Clock;
use uuid::Uuid;

use cors::Asked;
use event::RequestContext;
use routes::Routes;

use crate::commits::Commits;
use crate::function::{InvokeError, invoke_with_text};
use crate::message::message;
use crate::registry::Handlers;
use crate::template::{Cors, Template};

/// The largest request body, as at API Gateway: 10 MB.
const BODY_LIMIT: usize = 10 * 1024 * 1024;
/// The most bytes of an event or an answer, as at Lambda.
const PAYLOAD_LIMIT: usize = 6_291_556;
/// The longest that the gateway waits for a request's body.
const BODY_TIMEOUT: Duration = Duration::from_secs(20);
/// The longest that an HTTP API waits for a function.
const INTEGRATION_LIMIT: Duration = Duration::from_secs(30);

/// The HTTP API of all request functions.
pub(crate) struct Gateway {
    routes: Routes,
    handlers: Handlers,
    clock: Clock,
    domain: String,
    commits: Commits,
    cors: Option<Cors>,
}

impl Gateway {
    /// Creates the API at `domain`, such as `127.0.0.1:3000`, with the template's routes to these
    /// functions. It answers when `commits` are on the disk.
    pub(crate) fn new(
        template: &Template,
        handlers: Handlers,
        clock: Clock,
        domain: String,
        commits: Commits,
    ) -> Self {
        let cors = template.cors.clone();
        Self { routes: Routes::new(template), handlers, clock, domain, commits, cors }
    }

    /// Answers a request. On any failure the answer is the gateway's own 404, 413, 500 or 503.
    pub(crate) async fn answer(&self, request: Request) -> Response<Body> {
        let request_id = Uuid::new_v4().to_string();
        let asked = Asked::of(request.method(), request.headers());
        let mut response = self.dispatch(request, &request_id).await;
        if let (Some(cors), Some(asked)) = (&self.cors, asked) {
            cors::set(cors, &asked, response.headers_mut());
        }
        if let Ok(value) = HeaderValue::from_str(&request_id) {
            response.headers_mut().insert(HeaderName::from_static("apigw-requestid"), value);
        }
        response
    }

    async fn dispatch(&self, request: Request, request_id: &str) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let Some(matched) = self.routes.find(parts.method.as_str(), parts.uri.path()) else {
            return message(StatusCode::NOT_FOUND, "Not Found");
        };
        let Some(handler) = self.handlers.get(matched.function) else {
            return message(StatusCode::NOT_FOUND, "Not Found");
        };
        let reading = axum::body::to_bytes(body, BODY_LIMIT);
        let body = match tokio::time::timeout(BODY_TIMEOUT, reading).await {
            Ok(Ok(body)) => body,
            // This is also a caller who stops sending, but then no caller reads the answer.
            Ok(Err(_)) => return too_large(),
            Err(_) => return message(StatusCode::REQUEST_TIMEOUT, "Request Timeout"),
        };
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |info| info.0.ip());
        let context =
            RequestContext { domain: &self.domain, peer, now: self.clock.now(), request_id };
        let event = event::build(&parts, &body, &matched, &context).to_string();
        if event.len() > PAYLOAD_LIMIT {
            return too_large();
        }
        let answer = invoke_with_text(handler, event, INTEGRATION_LIMIT).await;
        // Like DynamoDB, report nothing that could still be lost. A failed function may have
        // written, so this comes before its outcome.
        let on_disk = tokio::time::timeout(INTEGRATION_LIMIT, self.commits.on_disk());
        if let Err(error) = on_disk.await.unwrap_or_else(|elapsed| Err(elapsed.into())) {
            tracing::error!(%error, "the data could not be flushed to the disk");
            return message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable");
        }
        match answer {
            Ok(answer) if answer.len() > PAYLOAD_LIMIT => {
                tracing::error!(function = matched.function, "a function's answer is too large");
                message(StatusCode::BAD_GATEWAY, "Internal Server Error")
            }
            Ok(answer) => answer::response(&answer).unwrap_or_else(|error| {
                tracing::error!(function = matched.function, %error, "the gateway cannot return a function's answer");
                message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
            }),
            Err(error) => failure(matched.function, &error),
        }
    }
}

fn too_large() -> Response<Body> {
    message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large")
}

fn failure(function: &str, error: &InvokeError) -> Response<Body> {
    tracing::error!(function, %error, "a function failed");
    match error {
        InvokeError::Timeout(_) => message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
        InvokeError::Form(_) | InvokeError::Panic => {
            message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::function::{Handler, handler};
    use crate::template::{Function, Route, TEMPLATE};

    fn gateway(answer: Handler) -> Gateway {
        over(answer, Commits::default())
    }

    fn over(answer: Handler, commits: Commits) -> Gateway {
        let mut template = Template::parse(TEMPLATE).unwrap();
        let routes = vec![Route { path: Some("/a/{id}".into()), method: Some("POST".into()) }];
        template.functions = vec![Function {
            id: "F".into(),
            routes,
            streams: Vec::new(),
            schedules: Vec::new(),
            queues: Vec::new(),
            has_topic: false,
        }];
        Gateway::new(
            &template,
            Handlers::from([("F".to_owned(), answer)]),
            Clock::system(),
            "127.0.0.1:3000".into(),
            commits,
        )
    }

    async fn post(gateway: &Gateway, path: &str, body: Vec<u8>) -> (StatusCode, String) {
        let response = gateway.answer(Request::post(path).body(Body::from(body)).unwrap()).await;
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_panic_becomes_a_500_and_the_gateway_keeps_running() {
        let gateway = gateway(handler(|event| async move {
            assert_ne!(event["pathParameters"]["id"], "bad");
            Ok(json!({"statusCode": 204}))
        }));
        let (status, body) = post(&gateway, "/a/bad", Vec::new()).await;
        assert_eq!(
            (status.as_u16(), body.as_str()),
            (500, r#"{"message":"Internal Server Error"}"#)
        );
        assert_eq!(post(&gateway, "/a/good", Vec::new()).await.0, 204);
    }

    #[tokio::test]
    async fn an_unknown_route_is_a_404_and_a_large_body_a_413() {
        let gateway = gateway(handler(|_| async { Ok(json!({"statusCode": 204})) }));
        assert_eq!(
            post(&gateway, "/b", Vec::new()).await,
            (StatusCode::NOT_FOUND, r#"{"message":"Not Found"}"#.into())
        );
        let (status, body) = post(&gateway, "/a/1", vec![0; BODY_LIMIT + 1]).await;
        assert_eq!(
            (status.as_u16(), body.as_str()),
            (413, r#"{"message":"Request Entity Too Large"}"#)
        );
        // Lambda takes less than API Gateway.
        assert_eq!(post(&gateway, "/a/1", vec![0; BODY_LIMIT]).await.0, 413);
        assert_eq!(post(&gateway, "/a/1", vec![0; 4_000_000]).await.0, 204);
    }

    #[tokio::test]
    async fn an_answer_above_lambda_s_limit_is_a_502() {
        let gateway = gateway(handler(|event| async move {
            let bytes = event["pathParameters"]["id"].as_str().unwrap().parse().unwrap();
            Ok(json!({"statusCode": 200, "body": "x".repeat(bytes)}))
        }));
        let envelope = r#"{"statusCode":200,"body":""}"#.len();
        let most = PAYLOAD_LIMIT - envelope;
        assert_eq!(post(&gateway, &format!("/a/{most}"), Vec::new()).await.0, 200);
        let (status, body) = post(&gateway, &format!("/a/{}", most + 1), Vec::new()).await;
        assert_eq!(
            (status.as_u16(), body.as_str()),
            (502, r#"{"message":"Internal Server Error"}"#)
        );
    }

    #[tokio::test]
    async fn an_answer_without_a_status_is_a_500() {
        let gateway = gateway(handler(|_| async { Ok(json!({})) }));
        assert_eq!(post(&gateway, "/a/1", Vec::new()).await.0, 500);
    }

    #[tokio::test]
    async fn answers_wait_until_the_data_is_on_the_disk() {
        let (commits, flushing, go_on) = Commits::held();
        let gateway =
            Arc::new(over(handler(|_| async { Ok(json!({"statusCode": 204})) }), commits));

        let asked = Arc::clone(&gateway);
        let answer = crate::tasks::spawn(async move { post(&asked, "/a/1", Vec::new()).await.0 });
        tokio::task::spawn_blocking(move || flushing.recv_timeout(Duration::from_secs(10)))
            .await
            .unwrap()
            .unwrap();
        assert!(!answer.is_finished());
        go_on.send(()).unwrap();
        assert_eq!(answer.await.unwrap(), 204);

        drop(go_on);
        let failing = Commits::new(
            rusqlite::Connection::open_in_memory().unwrap(),
            Box::new(|| Err(std::io::ErrorKind::Other.into())),
        );
        let gateway = over(handler(|_| async { Ok(json!({"statusCode": 204})) }), failing);
        let (status, body) = post(&gateway, "/a/1", Vec::new()).await;
        assert_eq!((status.as_u16(), body.as_str()), (503, r#"{"message":"Service Unavailable"}"#));
    }
}
