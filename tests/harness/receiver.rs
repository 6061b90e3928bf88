//! A receiver of webhooks for one test.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::IntoResponse;
use beckon::Options;
use serde_json::Value;

use crate::server::Server;

/// A webhook as it arrived.
#[derive(Clone, Debug)]
pub struct Received {
    /// The method and the path with its query.
    pub request: String,
    /// `content-type`.
    pub content_type: String,
    /// `webhook-id`.
    pub id: String,
    /// `webhook-timestamp`.
    pub timestamp: String,
    /// `webhook-signature`.
    pub signature: String,
    /// The body as it arrived.
    pub body: String,
    /// The body as JSON; `null` if it is none.
    pub event: Value,
    /// The status of the response.
    pub status: u16,
}

#[derive(Default)]
struct State {
    next: VecDeque<u16>,
    always: Option<u16>,
    received: Vec<Received>,
}

/// A receiver of webhooks.
pub struct Receiver {
    server: Server,
    state: Arc<Mutex<State>>,
}

impl Receiver {
    /// Starts a receiver that responds with these statuses first, and then takes every webhook.
    pub async fn first(statuses: &[u16]) -> Self {
        let next = statuses.iter().copied().collect();
        Self::start(State { next, ..State::default() }).await
    }

    /// Starts a receiver that responds with this status to every webhook.
    pub async fn always(status: u16) -> Self {
        Self::start(State { always: Some(status), ..State::default() }).await
    }

    async fn start(state: State) -> Self {
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        let receive = move |method: Method, uri: Uri, headers: HeaderMap, body: String| {
            let state = Arc::clone(&shared);
            let request = format!("{method} {uri}");
            async move { state.lock().unwrap().receive(request, &headers, body) }
        };
        let server = Server::start(Router::new().fallback(receive)).await;
        Self { server, state }
    }

    /// Returns its URL.
    pub fn url(&self) -> String {
        format!("{}/webhooks?from=beckon", self.server.url)
    }

    /// Returns the options of a service that posts webhooks to it.
    pub fn options(&self) -> Options {
        Options { webhook: Some(self.url()), ..Options::default() }
    }

    /// Returns every webhook that arrived, in order.
    pub fn received(&self) -> Vec<Received> {
        self.state.lock().unwrap().received.clone()
    }

    /// Returns the webhooks that it took, in order.
    pub fn taken(&self) -> Vec<Received> {
        let received = self.received().into_iter();
        received.filter(|webhook| (200..300).contains(&webhook.status)).collect()
    }
}

impl State {
    fn receive(
        &mut self,
        request: String,
        headers: &HeaderMap,
        body: String,
    ) -> impl IntoResponse + use<> {
        let header = |name: &str| {
            let value = headers.get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let status = self.always.or_else(|| self.next.pop_front()).unwrap_or(204);
        self.received.push(Received {
            request,
            content_type: header("content-type"),
            id: header("webhook-id"),
            timestamp: header("webhook-timestamp"),
            signature: header("webhook-signature"),
            event: serde_json::from_str(&body).unwrap_or_default(),
            body,
            status,
        });
        let status = StatusCode::from_u16(status).expect("a test gives a status");
        // A redirect leads back to the receiver, which would see that it was followed.
        (status, [(header::LOCATION, "/followed")])
    }
}
