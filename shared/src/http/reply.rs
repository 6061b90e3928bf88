//! The one way in which an endpoint answers: in time, whatever happens, with every fault logged
//! once.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use lambda_http::http::{HeaderValue, header};
use lambda_http::{Body, Request, Response};

use super::request_id;
use crate::engine::{Fault, Mistake, Stop, Unavailable};

/// How long an endpoint may take; below the function's own timeout, which would give an answer that
/// is not ours.
const DEADLINE: Duration = Duration::from_secs(8);

/// Why an endpoint gives nothing: a fault of ours, or something else that the caller is told.
pub trait Ending: From<Fault> {
    /// The fault, if it is one.
    fn fault(&self) -> Option<&Fault>;
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
    /// The response, but for the headers that [`reply`] sets. `request_id` is what a caller can
    /// tell the operator.
    fn response(&self, request_id: &str) -> Response<Body>;

    /// After how many seconds another try is worth it: `Retry-After`.
    fn retry_after(&self) -> Option<i64>;

    /// What a caller is asked for: `WWW-Authenticate`.
    fn challenge(&self) -> Option<&str>;
}

/// The answer to `request`: what the endpoint gave, or its failure.
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

/// What `answer` gives, if it comes in time and does not panic. A fault is logged once, here, with
/// the id of `request`.
///
/// A panic becomes this API's 500 instead of API Gateway's, and the process serves the next
/// request. The hook of [`crate::telemetry::init`] logs where it happened.
///
/// # Errors
/// Those of `answer`, `Unavailable::Late` after the deadline, `Mistake::Panic` after a panic.
pub async fn settle<T, E: Ending>(
    request: &Request,
    answer: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    // A request shares connections and keys with the next ones, and both stay whole whenever a
    // request ends.
    let answer = AssertUnwindSafe(answer)
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
    async fn a_panic_is_a_mistake_of_ours_and_the_next_answer_comes() {
        let request = Request::default();
        let stop = settle(&request, panics()).await.unwrap_err();
        assert_eq!(stop, Stop::from(Mistake::Panic));
        assert_eq!(settle(&request, async { Ok::<_, Stop>(1) }).await, Ok(1));
    }
}
