//! An SES for one test, which refuses mails as the test says.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use beckon::Options;
use serde_json::{Value, json};

use crate::server::Server;

/// The answer of SES to one request.
#[derive(Clone, Copy)]
pub enum Verdict {
    /// SES takes the mail.
    Taken,
    /// SES refuses the mail with this status and error type.
    Refused(u16, &'static str),
    /// SES refuses the mail with this status, error type and message.
    RefusedSaying(u16, &'static str, &'static str),
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
    /// Starts an SES that gives these answers to the first requests, and then takes every mail.
    pub async fn first(verdicts: &[Verdict]) -> Self {
        Self::start(State { next: verdicts.iter().copied().collect(), ..State::default() }).await
    }

    /// Starts an SES that gives this answer to every request.
    pub async fn always(verdict: Verdict) -> Self {
        Self::start(State { always: Some(verdict), ..State::default() }).await
    }

    /// Starts an SES that gives this answer to mails for `address`, and takes the others.
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

    /// Returns the URL of the endpoint.
    pub fn url(&self) -> String {
        self.server.url.clone()
    }

    /// Returns options for a service that sends its mails here.
    pub fn options(&self) -> Options {
        Options { ses: Some(self.url()), ..Options::default() }
    }

    /// Returns the recipients of all requests, in order.
    pub fn asked(&self) -> Vec<String> {
        self.state.lock().expect("the lock is not poisoned").asked.clone()
    }

    /// Returns the recipients of the mails that SES took, in order.
    pub fn taken(&self) -> Vec<String> {
        self.state.lock().expect("the lock is not poisoned").taken.clone()
    }
}

fn answer(state: &Mutex<State>, mail: &Value) -> Response {
    let to = mail["Destination"]["ToAddresses"][0]
        .as_str()
        .expect("the mail has a recipient")
        .to_owned();
    let mut state = state.lock().expect("the lock is not poisoned");
    state.asked.push(to.clone());
    let applies = state.only_to.as_ref().is_none_or(|only| *only == to);
    let always = state.always.filter(|_| applies);
    match state.next.pop_front().or(always).unwrap_or(Verdict::Taken) {
        Verdict::Taken => {
            state.taken.push(to);
            Json(json!({ "MessageId": format!("m-{}", state.taken.len()) })).into_response()
        }
        Verdict::Refused(status, kind) => refusal(status, kind, "No."),
        Verdict::RefusedSaying(status, kind, message) => refusal(status, kind, message),
    }
}

fn refusal(status: u16, kind: &'static str, message: &str) -> Response {
    let status = StatusCode::from_u16(status).expect("the status is valid");
    let kind = [(HeaderName::from_static("x-amzn-errortype"), kind)];
    (status, kind, Json(json!({ "message": message }))).into_response()
}
