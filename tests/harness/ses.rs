//! An SES of a test's own, which refuses as the test tells it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use beckon::Options;
use serde_json::{Value, json};

use crate::server::Server;

/// What SES answers to one request.
#[derive(Clone, Copy)]
pub enum Verdict {
    /// It takes the mail.
    Taken,
    /// This status and type of error.
    Refused(u16, &'static str),
}

#[derive(Default)]
struct State {
    next: VecDeque<Verdict>,
    always: Option<Verdict>,
    only_to: Option<String>,
    asked: Vec<String>,
    taken: Vec<String>,
}

/// An SES v2 endpoint.
pub struct Ses {
    server: Server,
    state: Arc<Mutex<State>>,
}

impl Ses {
    /// Answers so to the first requests, and takes every mail after them.
    pub async fn first(verdicts: &[Verdict]) -> Self {
        Self::start(State { next: verdicts.iter().copied().collect(), ..State::default() }).await
    }

    /// Answers so to every request.
    pub async fn always(verdict: Verdict) -> Self {
        Self::start(State { always: Some(verdict), ..State::default() }).await
    }

    /// Answers so to every mail for `address`, and takes the others.
    pub async fn always_to(address: &str, verdict: Verdict) -> Self {
        Self::start(State {
            always: Some(verdict),
            only_to: Some(address.into()),
            ..State::default()
        })
        .await
    }

    async fn start(state: State) -> Self {
        let state = Arc::new(Mutex::new(state));
        let served = Arc::clone(&state);
        let router = Router::new().route(
            "/v2/email/outbound-emails",
            post(async move |Json(mail): Json<Value>| answer(&served, &mail)),
        );
        Self { server: Server::start(router).await, state }
    }

    /// Returns its URL.
    pub fn url(&self) -> String {
        self.server.url.clone()
    }

    /// Returns options for a service that mails by it.
    pub fn options(&self) -> Options {
        Options { ses: Some(self.url()), ..Options::default() }
    }

    /// Returns the recipients of every request, in order.
    pub fn asked(&self) -> Vec<String> {
        self.state.lock().expect("no panic").asked.clone()
    }

    /// Returns the recipients of the mails that it took, in order.
    pub fn taken(&self) -> Vec<String> {
        self.state.lock().expect("no panic").taken.clone()
    }
}

fn answer(state: &Mutex<State>, mail: &Value) -> Response {
    let to = mail["Destination"]["ToAddresses"][0].as_str().expect("a recipient").to_owned();
    let mut state = state.lock().expect("no panic");
    state.asked.push(to.clone());
    let concerned = state.only_to.as_ref().is_none_or(|only| *only == to);
    let standing = state.always.filter(|_| concerned);
    match state.next.pop_front().or(standing).unwrap_or(Verdict::Taken) {
        Verdict::Taken => {
            state.taken.push(to);
            Json(json!({ "MessageId": format!("m-{}", state.taken.len()) })).into_response()
        }
        Verdict::Refused(status, kind) => {
            let status = StatusCode::from_u16(status).expect("a status");
            (
                status,
                [(HeaderName::from_static("x-amzn-errortype"), kind)],
                Json(json!({ "message": "No." })),
            )
                .into_response()
        }
    }
}
