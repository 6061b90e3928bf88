//! A connection to the table that loses answers, refuses calls, or holds a write.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use beckon::Options;
use serde_json::json;
use shared::config::settings;
use tokio::sync::{Notify, watch};

use crate::partial::forward_first;
use crate::{App, Proxy, Reply};

/// The table of another app, behind a proxy that can fail.
pub struct LossyTable {
    proxy: Proxy,
    /// The table's name, and the token key of the app.
    settings: Vec<(String, String)>,
    fault: Arc<Mutex<Option<Fault>>>,
    held: Arc<Mutex<Option<Held>>>,
}

/// A write that is held before it reaches the table. The SDK gives up after three seconds, so the
/// test has that long to let it go.
pub struct Hold {
    arrived: Arc<Notify>,
    open: watch::Sender<bool>,
    waiting: watch::Receiver<u32>,
}

impl Hold {
    /// Waits until the write has arrived at the proxy.
    ///
    /// # Panics
    /// No such write arrives within twenty seconds.
    pub async fn arrived(&self) {
        let arrived = tokio::time::timeout(Duration::from_secs(20), self.arrived.notified()).await;
        arrived.expect("the write arrives");
    }

    /// Waits until the service has given up the write and its retries, so that none of them reaches
    /// the table any more.
    ///
    /// # Panics
    /// The service waits for longer than twenty seconds.
    pub async fn given_up(&mut self) {
        let none = self.waiting.wait_for(|waiting| *waiting == 0);
        let ended = tokio::time::timeout(Duration::from_secs(20), none).await;
        ended.expect("the service gives up").expect("the proxy runs");
    }

    /// Forwards the write, and its retries.
    pub fn release(self) {
        self.open.send_replace(true);
    }
}

/// What the proxy knows of a [`Hold`].
struct Held {
    operation: &'static str,
    text: String,
    /// The number of matching writes that pass before the held one.
    before: u32,
    arrived: Arc<Notify>,
    open: watch::Receiver<bool>,
    waiting: watch::Sender<u32>,
}

/// A held call. It ends when the call is let go, and when the service closes its connection.
struct HeldCall {
    open: watch::Receiver<bool>,
    waiting: watch::Sender<u32>,
}

impl HeldCall {
    fn of(held: &Held) -> Self {
        held.waiting.send_modify(|waiting| *waiting += 1);
        held.arrived.notify_one();
        Self { open: held.open.clone(), waiting: held.waiting.clone() }
    }

    async fn let_go(mut self) {
        // A dropped `Hold` lets the write go, too.
        let _ = self.open.wait_for(|open| *open).await;
    }
}

impl Drop for HeldCall {
    fn drop(&mut self) {
        self.waiting.send_modify(|waiting| *waiting -= 1);
    }
}

/// A fault that the calls of an operation meet.
#[derive(Clone, Copy)]
enum Fault {
    /// The next call is carried out, and its answer is lost.
    Lost(&'static str),
    /// The next calls, as many as the number says, don't reach the table.
    Refused(&'static str, u32),
    /// The next calls, as many as the number says, are carried out, and their answers have the
    /// status 200 and a broken body.
    Broken(&'static str, u32, Breakage),
    /// The next calls, as many as the number says, are refused with this error code.
    Coded(&'static str, u32, &'static str),
    /// The next calls, as many as the number says, carry out the first part of their batch, and leave
    /// the rest unprocessed.
    Partial(&'static str, u32),
}

/// The body of a broken answer.
#[derive(Clone, Copy, Debug)]
pub enum Breakage {
    /// The first half of the real body.
    Half,
    /// This text.
    Text(&'static str),
}

/// The name that stands for every operation.
pub const ANY: &str = "*";

impl Fault {
    fn operation(self) -> &'static str {
        match self {
            Self::Lost(operation)
            | Self::Refused(operation, _)
            | Self::Broken(operation, ..)
            | Self::Coded(operation, ..)
            | Self::Partial(operation, _) => operation,
        }
    }

    /// Returns the fault of the calls after this one.
    fn next(self) -> Option<Self> {
        match self {
            Self::Refused(operation, times) if times > 1 => {
                Some(Self::Refused(operation, times - 1))
            }
            Self::Broken(operation, times, body) if times > 1 => {
                Some(Self::Broken(operation, times - 1, body))
            }
            Self::Coded(operation, times, code) if times > 1 => {
                Some(Self::Coded(operation, times - 1, code))
            }
            Self::Partial(operation, times) if times > 1 => {
                Some(Self::Partial(operation, times - 1))
            }
            Self::Lost(_)
            | Self::Refused(..)
            | Self::Broken(..)
            | Self::Coded(..)
            | Self::Partial(..) => None,
        }
    }
}

impl LossyTable {
    /// Starts a proxy in front of this app's table.
    pub async fn of(app: &App) -> Self {
        let upstream: Arc<str> = app.setting(settings::AWS_ENDPOINT_URL_DYNAMODB).into();
        let fault: Arc<Mutex<Option<Fault>>> = Arc::default();
        let held: Arc<Mutex<Option<Held>>> = Arc::default();
        let (state, holds) = (Arc::clone(&fault), Arc::clone(&held));
        let proxy = Proxy::start(move |call| {
            let (met, upstream) = (met(&state, call.operation()), Arc::clone(&upstream));
            let held = held_call(&holds, call.operation(), &call.body);
            async move {
                if let Some(held) = held {
                    held.let_go().await;
                }
                match met {
                    Some(Fault::Refused(..)) => return Ok(failure()),
                    Some(Fault::Coded(_, _, code)) => return Ok(refusal(code)),
                    Some(Fault::Partial(..)) => return forward_first(call, &upstream).await,
                    Some(Fault::Lost(_) | Fault::Broken(..)) | None => {}
                }
                let reply = call.forward(&upstream).await?;
                Ok::<_, reqwest::Error>(match met {
                    None => reply,
                    Some(Fault::Broken(_, _, body)) => broken(reply, body),
                    Some(_) => failure(),
                })
            }
        });
        let shared = [settings::TABLE_NAME, settings::TOKEN_KEY];
        let settings = shared.map(|it| (it.name().to_owned(), app.setting(it).to_owned())).into();
        Self { proxy: proxy.await, settings, fault, held }
    }

    /// Returns options for a service that uses this table, with the same token key.
    pub fn options(&self) -> Options {
        Options {
            dynamodb: Some(self.proxy.url.clone()),
            settings: self.settings.clone(),
            ..Options::default()
        }
    }

    /// Holds the write number `nth` (from 1) of this operation whose body contains `text`, and its
    /// retries, until it is released.
    pub fn holds(&self, operation: &'static str, text: &str, nth: u32) -> Hold {
        let arrived = Arc::<Notify>::default();
        let (open, opened) = watch::channel(false);
        let (waiting, number) = watch::channel(0);
        let held = Held {
            operation,
            text: text.to_owned(),
            before: nth.saturating_sub(1),
            arrived: Arc::clone(&arrived),
            open: opened,
            waiting,
        };
        *self.held.lock().expect("the lock is not poisoned") = Some(held);
        Hold { arrived, open, waiting: number }
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

    /// Makes the next `times` calls of this operation fail with this error code and the status 400.
    pub fn refuses_as(&self, operation: &'static str, times: u32, code: &'static str) {
        *self.fault.lock().expect("the lock is not poisoned") =
            Some(Fault::Coded(operation, times, code));
    }

    /// Makes the next `times` batches of this operation carry out their first part alone, and name the
    /// rest as unprocessed.
    pub fn leaves_a_rest_of(&self, operation: &'static str, times: u32) {
        *self.fault.lock().expect("the lock is not poisoned") =
            Some(Fault::Partial(operation, times));
    }

    /// Makes every call of this operation fail until [`LossyTable::heals`]. Background functions read
    /// the table too, so a number of calls says nothing about whose they are.
    pub fn refuses_all(&self, operation: &'static str) {
        self.refuses(operation, u32::MAX);
    }

    /// Ends the fault.
    pub fn heals(&self) {
        *self.fault.lock().expect("the lock is not poisoned") = None;
    }

    /// Makes the next `times` calls of this operation succeed with a broken answer. [`ANY`] stands
    /// for every operation.
    pub fn breaks_the_answer_to(&self, operation: &'static str, times: u32, body: Breakage) {
        *self.fault.lock().expect("the lock is not poisoned") =
            Some(Fault::Broken(operation, times, body));
    }

    /// Returns whether the fault has happened.
    pub fn has_failed(&self) -> bool {
        self.fault.lock().expect("the lock is not poisoned").is_none()
    }
}

/// Returns the call, if it is the held one or one of its retries.
fn held_call(held: &Mutex<Option<Held>>, operation: Option<&str>, body: &[u8]) -> Option<HeldCall> {
    let mut held = held.lock().expect("the lock is not poisoned");
    let held = held.as_mut().filter(|held| operation == Some(held.operation))?;
    if !String::from_utf8_lossy(body).contains(&held.text) {
        return None;
    }
    if let Some(before) = held.before.checked_sub(1) {
        held.before = before;
        return None;
    }
    Some(HeldCall::of(held))
}

/// Returns the fault that a call of this operation meets, and counts it down.
fn met(fault: &Mutex<Option<Fault>>, operation: Option<&str>) -> Option<Fault> {
    let mut fault = fault.lock().expect("the lock is not poisoned");
    let found = fault
        .filter(|fault| operation.is_some_and(|name| [name, ANY].contains(&fault.operation())))?;
    *fault = found.next();
    Some(found)
}

/// Returns the answer with a success status and a broken body.
fn broken(reply: Reply, body: Breakage) -> Reply {
    let body = match body {
        Breakage::Half => reply.body.slice(..reply.body.len() / 2),
        Breakage::Text(text) => text.into(),
    };
    Reply { status: StatusCode::OK, body, ..reply }
}

/// Returns the answer of a table that fails.
fn failure() -> Reply {
    error(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError")
}

/// Returns the answer of a table that refuses a call with this code.
fn refusal(code: &str) -> Reply {
    error(StatusCode::BAD_REQUEST, code)
}

fn error(status: StatusCode, code: &str) -> Reply {
    let kind = HeaderValue::from_static("application/x-amz-json-1.0");
    let error =
        json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": "a fault"});
    Reply {
        status,
        headers: HeaderMap::from_iter([(header::CONTENT_TYPE, kind)]),
        body: error.to_string().into(),
    }
}
