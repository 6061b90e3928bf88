//! An EventBridge for one test, which refuses events as the test says.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::{Json, Router};
use beckon::Options;
use serde_json::{Value, json};
use shared::config::settings;

use crate::server::Server;

#[derive(Default)]
struct State {
    /// For each of the next requests, the places of the entries that are refused.
    next: VecDeque<Vec<usize>>,
    requests: Vec<Vec<Value>>,
    taken: Vec<Value>,
}

/// An EventBridge endpoint.
pub struct Bus {
    server: Server,
    state: Arc<Mutex<State>>,
}

impl Bus {
    /// Starts a bus that refuses these entries of its first requests, and then takes all. A request
    /// can have fewer entries.
    pub async fn refusing(places: &[&[usize]]) -> Self {
        let next = places.iter().map(|places| places.to_vec()).collect();
        let state = Arc::new(Mutex::new(State { next, ..State::default() }));
        let shared = Arc::clone(&state);
        let put = move |body: String| {
            let state = Arc::clone(&shared);
            let request = serde_json::from_str(&body).expect("a request is JSON");
            async move { Json(state.lock().unwrap().put(&request)) }
        };
        let server = Server::start(Router::new().fallback(put)).await;
        Self { server, state }
    }

    /// Returns the options of a service that publishes to it.
    pub fn options(&self) -> Options {
        let endpoint = settings::AWS_ENDPOINT_URL_EVENTBRIDGE.name().to_owned();
        Options { settings: vec![(endpoint, self.server.url.clone())], ..Options::default() }
    }

    /// Returns the events of each request.
    pub fn requests(&self) -> Vec<Vec<Value>> {
        self.state.lock().unwrap().requests.clone()
    }

    /// Returns the events that it took.
    pub fn taken(&self) -> Vec<Value> {
        self.state.lock().unwrap().taken.clone()
    }
}

impl State {
    fn put(&mut self, request: &Value) -> Value {
        let refused = self.next.pop_front().unwrap_or_default();
        let entries = request["Entries"].as_array().expect("a request has entries").iter();
        let details: Vec<Value> = entries
            .map(|entry| {
                let detail = entry["Detail"].as_str().expect("an entry has a detail");
                serde_json::from_str(detail).expect("a detail is JSON")
            })
            .collect();
        let results = details.iter().enumerate().map(|(at, detail)| {
            if refused.contains(&at) {
                return json!({"ErrorCode": "ThrottlingException", "ErrorMessage": "Slow down."});
            }
            self.taken.push(detail.clone());
            json!({"EventId": format!("{}-{at}", self.requests.len())})
        });
        let results: Vec<Value> = results.collect();
        let failed = results.iter().filter(|result| result["EventId"].is_null()).count();
        self.requests.push(details);
        json!({"FailedEntryCount": failed, "Entries": results})
    }
}
