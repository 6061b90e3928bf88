//! Lambda's Runtime API as a function meets it: it asks for the next event and posts its answer.

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

/// What a function did.
pub(super) enum Did {
    /// It waits for an event.
    Waits(oneshot::Sender<String>, Instant),
    /// It has answered.
    Answered(Bytes, Instant),
    /// It reported an error.
    Failed(Bytes),
}

/// The API on a port of its own.
pub(super) struct RuntimeApi {
    /// Host and port, as `AWS_LAMBDA_RUNTIME_API` has it.
    pub(super) address: String,
    did: mpsc::UnboundedReceiver<Did>,
    _tasks: JoinSet<()>,
}

type Tell = mpsc::UnboundedSender<Did>;

impl RuntimeApi {
    pub(super) async fn start() -> Result<Self, Fault> {
        let (tell, did) = mpsc::unbounded_channel();
        let (listener, url) = engine::port().await?;
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/{what}", post(answered))
            .route("/2018-06-01/runtime/init/error", post(failed))
            .with_state(tell);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                eprintln!("bench: the Runtime API ended: {error}");
            }
        });
        Ok(Self { address: url.replace("http://", ""), did, _tasks: tasks })
    }

    /// Waits until the function asks for an event.
    pub(super) async fn waits(&mut self) -> Result<(oneshot::Sender<String>, Instant), Fault> {
        match self.did.recv().await {
            Some(Did::Waits(give, at)) => Ok((give, at)),
            Some(Did::Answered(body, _) | Did::Failed(body)) => Err(unexpected(&body)),
            None => Err("the Runtime API has ended".into()),
        }
    }

    /// Gives the event and waits for the answer, which must have this status; when it came.
    pub(super) async fn invokes(
        &mut self,
        give: oneshot::Sender<String>,
        event: String,
        status: u16,
    ) -> Result<(Instant, Instant), Fault> {
        let since = Instant::now();
        give.send(event).map_err(|_| "the function has gone")?;
        match self.did.recv().await {
            Some(Did::Answered(body, at)) => {
                let answer: Value = serde_json::from_slice(&body)?;
                if answer["statusCode"] == status {
                    Ok((since, at))
                } else {
                    Err(unexpected(&body))
                }
            }
            Some(Did::Failed(body)) => Err(unexpected(&body)),
            Some(Did::Waits(..)) | None => Err("the function didn't answer".into()),
        }
    }
}

fn unexpected(body: &Bytes) -> Fault {
    format!("the function answered {}", String::from_utf8_lossy(body)).into()
}

async fn next(State(tell): State<Tell>) -> impl IntoResponse {
    let (give, given) = oneshot::channel();
    // Nobody who listens any more means that the run is over, and so is the wait for an event.
    let _ended = tell.send(Did::Waits(give, Instant::now()));
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
    State(tell): State<Tell>,
    Path((_, what)): Path<(String, String)>,
    body: Bytes,
) -> StatusCode {
    let at = Instant::now();
    let _ended =
        tell.send(if what == "response" { Did::Answered(body, at) } else { Did::Failed(body) });
    StatusCode::ACCEPTED
}

async fn failed(State(tell): State<Tell>, body: Bytes) -> StatusCode {
    let _ended = tell.send(Did::Failed(body));
    StatusCode::ACCEPTED
}
