//! A connection to the table that loses answers.

use std::sync::{Arc, Mutex};

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use beckon::Options;
use shared::config::settings;

use crate::{App, Proxy, Reply};

/// The table of another app, behind a proxy that can fail.
pub struct LossyTable {
    proxy: Proxy,
    name: String,
    fault: Arc<Mutex<Option<Fault>>>,
}

/// A fault that the calls of an operation meet.
#[derive(Clone, Copy)]
enum Fault {
    /// The next call is carried out, and its answer is lost.
    Lost(&'static str),
    /// The next calls, as many as the number says, don't reach the table.
    Refused(&'static str, u32),
}

impl Fault {
    fn operation(self) -> &'static str {
        match self {
            Self::Lost(operation) | Self::Refused(operation, _) => operation,
        }
    }
}

impl LossyTable {
    /// Starts a proxy in front of this app's table.
    pub async fn of(app: &App) -> Self {
        let upstream: Arc<str> = app.setting(settings::AWS_ENDPOINT_URL_DYNAMODB).into();
        let fault: Arc<Mutex<Option<Fault>>> = Arc::default();
        let state = Arc::clone(&fault);
        let proxy = Proxy::start(move |call| {
            let (met, upstream) = (met(&state, call.operation()), Arc::clone(&upstream));
            async move {
                if matches!(met, Some(Fault::Refused(..))) {
                    return Ok(failure());
                }
                let reply = call.forward(&upstream).await?;
                Ok::<_, reqwest::Error>(if met.is_none() { reply } else { failure() })
            }
        });
        Self { proxy: proxy.await, name: app.setting(settings::TABLE_NAME).to_owned(), fault }
    }

    /// Returns options for a service that uses this table.
    pub fn options(&self) -> Options {
        let table = (settings::TABLE_NAME.name().to_owned(), self.name.clone());
        Options {
            dynamodb: Some(self.proxy.url.clone()),
            settings: vec![table],
            ..Options::default()
        }
    }

    /// Makes the next call of this operation succeed without an answer.
    pub fn loses_the_answer_to(&self, operation: &'static str) {
        *self.fault.lock().expect("the lock is not poisoned") = Some(Fault::Lost(operation));
    }

    /// Makes the next `times` calls of this operation fail. The SDK makes three attempts.
    pub fn refuses(&self, operation: &'static str, times: u32) {
        *self.fault.lock().expect("the lock is not poisoned") =
            Some(Fault::Refused(operation, times));
    }

    /// Returns whether the fault has happened.
    pub fn has_failed(&self) -> bool {
        self.fault.lock().expect("the lock is not poisoned").is_none()
    }
}

/// Returns the fault that a call of this operation meets, and counts it down.
fn met(fault: &Mutex<Option<Fault>>, operation: Option<&str>) -> Option<Fault> {
    let mut fault = fault.lock().expect("the lock is not poisoned");
    let found = fault.filter(|fault| operation == Some(fault.operation()))?;
    *fault = match found {
        Fault::Refused(operation, times) if times > 1 => Some(Fault::Refused(operation, times - 1)),
        Fault::Refused(..) | Fault::Lost(_) => None,
    };
    Some(found)
}

/// Returns the answer of a table that fails.
fn failure() -> Reply {
    let error =
        r#"{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"a fault"}"#;
    let kind = HeaderValue::from_static("application/x-amz-json-1.0");
    Reply {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        headers: HeaderMap::from_iter([(header::CONTENT_TYPE, kind)]),
        body: error.into(),
    }
}
