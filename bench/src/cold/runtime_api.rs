//! Lambda's Runtime API, from which a function gets its events and to which it posts its answers.

use std::time::Instant;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use crate::engine;
use crate::fault::Fault;

/// An action of the function.
pub(super) enum Action {
    /// It waits for an event.
    Waits(oneshot::Sender<String>, Instant),
    /// It answered an event.
    Answered(Bytes, Instant),
    /// It reported an error.
    Failed(Bytes),
}

/// The API on its own port.
pub(super) struct RuntimeApi {
    /// The host and port for `AWS_LAMBDA_RUNTIME_API`.
    pub(super) address: String,
    actions: mpsc::UnboundedReceiver<Action>,
    _tasks: JoinSet<()>,
}

type ActionSender = mpsc::UnboundedSender<Action>;

impl RuntimeApi {
    pub(super) async fn start() -> Result<Self, Fault> {
        let (sender, actions) = mpsc::unbounded_channel();
        let (listener, url) = engine::port().await?;
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/{what}", post(answered))
            .route("/2018-06-01/runtime/init/error", post(failed))
            .with_state(sender);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                eprintln!("bench: the Runtime API ended: {error}");
            }
        });
        Ok(Self { address: url.replace("http://", ""), actions, _tasks: tasks })
    }

    /// Waits until the function asks for an event. Returns the channel for the event, and when it
    /// asked.
    pub(super) async fn waits(&mut self) -> Result<(oneshot::Sender<String>, Instant), Fault> {
        match self.actions.recv().await {
            Some(Action::Waits(give, at)) => Ok((give, at)),
            Some(Action::Answered(body, _) | Action::Failed(body)) => Err(unexpected(&body)),
            None => Err("the Runtime API has ended".into()),
        }
    }

    /// Sends the event and waits for an answer with this status. Returns when it was sent and
    /// answered.
    pub(super) async fn invokes(
        &mut self,
        give: oneshot::Sender<String>,
        event: String,
        status: u16,
    ) -> Result<(Instant, Instant), Fault> {
        let since = Instant::now();
        give.send(event).map_err(|_| "the function has ended")?;
        match self.actions.recv().await {
            Some(Action::Answered(body, at)) => {
                let answer: Value = serde_json::from_slice(&body)?;
                if answer["statusCode"] == status {
                    Ok((since, at))
                } else {
                    Err(unexpected(&body))
                }
            }
            Some(Action::Failed(body)) => Err(unexpected(&body)),
            Some(Action::Waits(..)) | None => Err("the function did not answer".into()),
        }
    }
}

fn unexpected(body: &Bytes) -> Fault {
    format!("the function answered {}", String::from_utf8_lossy(body)).into()
}

async fn next(State(sender): State<ActionSender>) -> impl IntoResponse {
    let (give, given) = oneshot::channel();
    // An error means that the run is over and no event will follow.
    let _ended = sender.send(Action::Waits(give, Instant::now()));
    let mut headers = HeaderMap::new();
    headers.insert(
        "lambda-runtime-aws-request-id",
        HeaderValue::from_static("8476a536-e9f4-11e8-9739-2dfe598c3fcd"),
    );
    headers.insert("lambda-runtime-deadline-ms", HeaderValue::from_static("4102444800000"));
    headers.insert(
        "lambda-runtime-invoked-function-arn",
        HeaderValue::from_static("arn:aws:lambda:us-east-1:123456789012:function:bench"),
    );
    headers.insert(
        "lambda-runtime-trace-id",
        HeaderValue::from_static(
            "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0",
        ),
    );
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    match given.await {
        Ok(event) => (StatusCode::OK, headers, event),
        Err(_) => (StatusCode::GONE, headers, String::new()),
    }
}

async fn answered(
    State(sender): State<ActionSender>,
    Path((_, what)): Path<(String, String)>,
    body: Bytes,
) -> StatusCode {
    let at = Instant::now();
    let _ended = sender.send(if what == "response" {
        Action::Answered(body, at)
    } else {
        Action::Failed(body)
    });
    StatusCode::ACCEPTED
}

async fn failed(State(sender): State<ActionSender>, body: Bytes) -> StatusCode {
    let _ended = sender.send(Action::Failed(body));
    StatusCode::ACCEPTED
}
