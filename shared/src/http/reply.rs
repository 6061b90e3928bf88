//! Runs an endpoint and returns its response. Enforces a deadline, catches panics, and logs each
//! fault once.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use lambda_http::http::{HeaderValue, header};
use lambda_http::{Body, Request, Response};

use super::request_id;
use crate::engine::{Fault, Mistake, Stop, Unavailable};

/// The time limit of an endpoint. It is shorter than the Lambda timeout, after which API Gateway
/// would respond in its own shape.
const DEADLINE: Duration = Duration::from_secs(8);

/// An error that ends an endpoint: a fault of the service, or an error of the request.
pub trait Ending: From<Fault> {
    /// Returns the fault, if the error is one.
    fn fault(&self) -> Option<&Fault>;
}

impl Ending for Fault {
    fn fault(&self) -> Option<&Fault> {
        Some(self)
    }
}

impl Ending for Stop {
    fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Failed(fault) => Some(fault),
            Self::Refused(_) => None,
        }
    }
}

/// An error of an API, in the API's own shape.
pub trait Failure: Ending {
    /// Returns the response, without the headers that [`reply`] adds. `request_id` lets a caller
    /// report the error to the operator.
    fn response(&self, request_id: &str) -> Response<Body>;

    /// Returns the seconds for the header `Retry-After`.
    fn retry_after(&self) -> Option<i64>;

    /// Returns the value of the header `WWW-Authenticate`.
    fn challenge(&self) -> Option<&str>;
}

/// Runs the endpoint `answer` for `request`, and returns its response or its rendered failure.
pub async fn reply<F: Failure>(
    request: &Request,
    answer: impl Future<Output = Result<Response<Body>, F>>,
) -> Response<Body> {
    let failure = match settle(request, answer).await {
        Ok(response) => return response,
        Err(failure) => failure,
    };
    let mut response = failure.response(&request_id(request));
    let retry = failure.retry_after().map(|seconds| HeaderValue::from(seconds.max(1)));
    let challenge = failure.challenge().and_then(|challenge| HeaderValue::from_str(challenge).ok());
    let headers = response.headers_mut();
    headers.extend(retry.map(|value| (header::RETRY_AFTER, value)));
    headers.extend(challenge.map(|value| (header::WWW_AUTHENTICATE, value)));
    response
}

/// Awaits `answer` within the deadline and catches a panic. Logs a fault once, with the id of
/// `request`.
///
/// A panic becomes this API's 500 instead of API Gateway's, and the process serves the next
/// request. The panic hook of [`crate::telemetry::init`] logs the location.
///
/// # Errors
/// The errors of `answer`, [`Unavailable::Late`] after the deadline, and [`Mistake::Panic`] after a
/// panic.
pub async fn settle<T, E: Ending>(
    request: &Request,
    answer: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    // Requests share only connections and keys. Both remain valid when a request is aborted at any
    // point.
    // Boxed, because the compiler limits how deeply futures may be nested.
    let answer = AssertUnwindSafe(Box::pin(answer))
        .catch_unwind()
        .map(|answer| answer.unwrap_or_else(|_| Err(Fault::from(Mistake::Panic).into())));
    let settled = tokio::time::timeout(DEADLINE, answer)
        .await
        .unwrap_or_else(|_| Err(Fault::from(Unavailable::Late).into()));
    settled.inspect_err(|ending| {
        if let Some(fault) = ending.fault() {
            log(fault, &request_id(request));
        }
    })
}

fn log(fault: &Fault, request_id: &str) {
    match fault {
        Fault::Unavailable(_) => {
            tracing::warn!(request.id = request_id, error = %fault, "Answered 503");
        }
        Fault::Internal(_) => {
            tracing::error!(request.id = request_id, error = %fault, "Answered 500");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn panics() -> Result<u8, Stop> {
        tokio::task::yield_now().await;
        panic!("ada@example.com")
    }

    #[tokio::test]
    async fn a_panic_is_a_mistake_and_the_next_request_is_served() {
        let request = Request::default();
        let stop = settle(&request, panics()).await.unwrap_err();
        assert_eq!(stop, Stop::from(Mistake::Panic));
        assert_eq!(settle(&request, async { Ok::<_, Stop>(1) }).await, Ok(1));
    }
}
