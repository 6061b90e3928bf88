//! Functions as Lambda invokes them: each takes an event as JSON text and returns an answer as JSON
//! text.

use std::convert::Infallible;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use aws_lambda_events::event::dynamodb::Event;
use aws_lambda_events::event::streams::DynamoDbEventResponse;
use futures::future::BoxFuture;
use lambda_http::lambda_runtime::{Context, LambdaEvent};
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, Body, Request, Response, Service as _, service_fn};
use serde::ser::Error as _;
use serde_json::Value;
use shared::config::ConfigError;
use shared::engine::{Fault, Ticked};
use shared::{QueueEvent, QueueResponse, ScheduledEvent, Service, StreamService, WebhookService};

use crate::tasks;

/// A function, ready to be invoked.
pub type Handler =
    Arc<dyn Fn(String) -> BoxFuture<'static, Result<String, serde_json::Error>> + Send + Sync>;

/// The state of a function, for example a `Service`, created at the first invocation.
pub(crate) type Started<T> = Arc<LazyLock<T, Box<dyn FnOnce() -> T + Send>>>;

/// The reason why an invocation has no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InvokeError {
    /// The event or the answer does not have the format of the function's trigger.
    #[error("the event or the answer has the wrong format: {0}")]
    Form(#[from] serde_json::Error),
    /// The function panicked.
    #[error("the function panicked")]
    Panic,
    /// The function took longer than its limit.
    #[error("the function took longer than {0:?}")]
    Timeout(Duration),
}

/// Runs `handler` on `event` in its own task. As on Lambda, a panic ends only the invocation, and
/// the invocation continues if the caller disconnects.
///
/// # Errors
/// `Panic` if the function panics, `Timeout` if it takes longer than `limit`, `Form` if the event
/// or the answer does not have the format of the trigger.
pub(crate) async fn invoke_with_text(
    handler: &Handler,
    event: String,
    limit: Duration,
) -> Result<String, InvokeError> {
    let handler = Arc::clone(handler);
    let task = tasks::spawn(async move { handler(event).await });
    match tokio::time::timeout(limit, task).await {
        Ok(Ok(answer)) => Ok(answer?),
        Ok(Err(_)) => Err(InvokeError::Panic),
        Err(_) => Err(InvokeError::Timeout(limit)),
    }
}

/// Runs `handler` as [`invoke_with_text`] does.
///
/// # Errors
/// Those of [`invoke_with_text`].
pub(crate) async fn invoke(
    handler: &Handler,
    event: &Value,
    limit: Duration,
) -> Result<Value, InvokeError> {
    let answer = invoke_with_text(handler, event.to_string(), limit).await?;
    Ok(serde_json::from_str(&answer)?)
}

/// The `handle` of a function that API Gateway starts.
pub type RequestHandle =
    for<'a> fn(&'a Service, Request) -> BoxFuture<'a, Result<Response<Body>, Infallible>>;

/// The `handle` of a function that the table's stream starts, with the service `T`.
pub type StreamHandle<T> =
    for<'a> fn(&'a T, Event) -> BoxFuture<'a, Result<DynamoDbEventResponse, Infallible>>;

/// The `handle` of a function that a schedule starts.
pub type ScheduleHandle =
    for<'a> fn(&'a StreamService, ScheduledEvent) -> BoxFuture<'a, Result<Ticked, Fault>>;

/// The `handle` of a function that a topic starts.
pub type TopicHandle = for<'a> fn(&'a StreamService, Value) -> BoxFuture<'a, Result<(), Fault>>;

/// The `handle` of a function that a queue starts.
pub type QueueHandle =
    for<'a> fn(&'a WebhookService, QueueEvent) -> BoxFuture<'a, Result<QueueResponse, Infallible>>;

/// Returns the handler of a request function. It uses `lambda_http`'s own adapter, so that the
/// function gets the same request as on Lambda.
pub(crate) fn request_handler(service: Started<Service>, handle: RequestHandle) -> Handler {
    Arc::new(move |event| {
        let service = Arc::clone(&service);
        Box::pin(async move {
            let request: LambdaRequest = serde_json::from_str(&event)?;
            let mut context = Context::default();
            if let LambdaRequest::ApiGatewayV2(request) = &request {
                let id = request.request_context.request_id.clone();
                context.request_id = id.unwrap_or_default();
            }
            let mut adapter = Adapter::from(service_fn(|request| handle(&service, request)));
            let Ok(answer) = adapter.call(LambdaEvent::new(request, context)).await;
            serde_json::to_string(&answer)
        })
    })
}

/// Returns the handler of a function that the table's stream starts.
pub(crate) fn stream_handler<T: Send + Sync + 'static>(
    service: Started<T>,
    handle: StreamHandle<T>,
) -> Handler {
    Arc::new(move |event| {
        let service = Arc::clone(&service);
        Box::pin(async move {
            let event: Event = serde_json::from_str(&event)?;
            let Ok(answer) = handle(&service, event).await;
            serde_json::to_string(&answer)
        })
    })
}

/// Returns the handler of a function that a schedule starts.
pub(crate) fn schedule_handler(service: Started<StreamService>, handle: ScheduleHandle) -> Handler {
    Arc::new(move |event| {
        let service = Arc::clone(&service);
        Box::pin(async move {
            let event: ScheduledEvent = serde_json::from_str(&event)?;
            // A function's error is text to whatever invoked it.
            let ticked = handle(&service, event).await.map_err(serde_json::Error::custom)?;
            serde_json::to_string(&ticked)
        })
    })
}

/// Returns the handler of a function that a topic starts.
pub(crate) fn topic_handler(service: Started<StreamService>, handle: TopicHandle) -> Handler {
    Arc::new(move |event| {
        let service = Arc::clone(&service);
        Box::pin(async move {
            let event = serde_json::from_str(&event)?;
            handle(&service, event).await.map_err(serde_json::Error::custom)?;
            serde_json::to_string(&())
        })
    })
}

/// Returns the handler of a function that a queue starts. Without a receiver of webhooks each
/// invocation fails, because the function does not start.
pub(crate) fn queue_handler(
    service: Started<Result<WebhookService, ConfigError>>,
    handle: QueueHandle,
) -> Handler {
    Arc::new(move |event| {
        let service = Arc::clone(&service);
        Box::pin(async move {
            let event: QueueEvent = serde_json::from_str(&event)?;
            let service = LazyLock::force(&service).as_ref();
            let service = service.map_err(serde_json::Error::custom)?;
            let Ok(answer) = handle(service, event).await;
            serde_json::to_string(&answer)
        })
    })
}

/// Returns the handler that answers as `answer` does.
#[cfg(test)]
pub(crate) fn handler<F>(answer: impl Fn(Value) -> F + Send + Sync + 'static) -> Handler
where
    F: Future<Output = Result<Value, serde_json::Error>> + Send + 'static,
{
    Arc::new(move |event| {
        let answered = serde_json::from_str(&event).map(&answer);
        Box::pin(async move { Ok(answered?.await?.to_string()) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_ends_only_the_invocation() {
        let handler: Handler = Arc::new(|_| Box::pin(async { panic!("boom") }));
        let error = invoke(&handler, &Value::Null, Duration::from_secs(1)).await.unwrap_err();
        assert!(matches!(error, InvokeError::Panic));
    }

    #[tokio::test]
    async fn an_invocation_ends_at_its_limit() {
        let handler: Handler = Arc::new(|_| Box::pin(std::future::pending()));
        let error = invoke(&handler, &Value::Null, Duration::from_millis(1)).await.unwrap_err();
        assert!(matches!(error, InvokeError::Timeout(_)));
    }
}
