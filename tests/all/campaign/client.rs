//! A client that sends a request again until it gets a definite answer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use harness::{Answer, App, Person};
use reqwest::Method;
use serde_json::Value;

/// The number of times that a request is sent before the campaign fails.
const TRIES: u32 = 200;
/// The wait after the first unclear answer. It grows by as much with each further one.
const WAIT: Duration = Duration::from_millis(15);
const LONGEST_WAIT: Duration = Duration::from_millis(500);
/// Longer than a key of a request that was cut off is refused, and than the cool-down of a resend, in
/// seconds.
pub(super) const A_MINUTE: i64 = 61;

/// The service, with counts of what its clients saw.
pub(super) struct Clients<'a> {
    pub(super) app: &'a App,
    /// The requests that were sent.
    pub(super) requests: AtomicU64,
    /// The answers that do not tell whether the request was carried out.
    pub(super) unclear: AtomicU64,
}

/// The first definite answer to a request, and whether an earlier one was unclear.
pub(super) struct Definite {
    pub(super) answer: Answer,
    pub(super) is_repeated: bool,
}

impl Definite {
    /// Asserts the status.
    #[track_caller]
    pub(super) fn is(self, status: u16) -> Answer {
        self.answer.is(status)
    }
}

/// A request to the service.
pub(super) struct Request<'a> {
    pub(super) method: Method,
    pub(super) path: &'a str,
    pub(super) body: Option<&'a Value>,
    pub(super) key: Option<&'a str>,
}

impl<'a> Request<'a> {
    pub(super) fn post(path: &'a str, body: &'a Value) -> Self {
        Self { method: Method::POST, path, body: Some(body), key: None }
    }
}

impl<'a> Clients<'a> {
    pub(super) fn of(app: &'a App) -> Self {
        Self { app, requests: AtomicU64::new(0), unclear: AtomicU64::new(0) }
    }

    /// Sends the request until its outcome is clear.
    ///
    /// # Panics
    /// The outcome stays unclear.
    pub(super) async fn sends(&self, person: &Person, request: &Request<'_>) -> Definite {
        for tries in 0..TRIES {
            self.requests.fetch_add(1, Ordering::Relaxed);
            let mut asked = person.request(request.method.clone(), request.path);
            if let Some(body) = request.body {
                asked = asked.json(body);
            }
            if let Some(key) = request.key {
                asked = asked.header("idempotency-key", key);
            }
            let answer = person.sends_whatever(asked).await;
            let is_claimed = answer.json["code"] == "idempotency_in_progress";
            if answer.status < 500 && !is_claimed {
                return Definite { answer, is_repeated: tries > 0 };
            }
            self.unclear.fetch_add(1, Ordering::Relaxed);
            if is_claimed {
                self.app.advance(A_MINUTE);
            }
            tokio::time::sleep(LONGEST_WAIT.min(WAIT * (tries + 1))).await;
        }
        panic!("{} {} has no clear outcome", request.method, request.path)
    }

    /// Sends a `POST` request until its outcome is clear.
    pub(super) async fn posts(&self, person: &Person, path: &str, body: &Value) -> Definite {
        self.sends(person, &Request::post(path, body)).await
    }
}
