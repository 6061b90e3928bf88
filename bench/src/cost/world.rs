//! A local service behind a recorder, and the people who call it over HTTP.

use std::time::Duration;

use beckon::Options;
use harness::{Answer, App, Person};
use reqwest::Method;
use serde_json::{Value, json};

use super::recorder::{By, Call, Recorder, own_settings};
use super::row::{Row, StartedBy};
use crate::fault::Fault;

/// The number of looks for SES's report.
const PATIENCE: u32 = 500;

/// A request to be measured: function, case, method and path.
pub(super) type What<'a> = (&'a str, &'a str, Method, String);

/// The service, and the rows so far.
pub(super) struct World {
    app: App,
    recorder: Recorder,
    feedback: bool,
    pub(super) rows: Vec<Row>,
}

impl World {
    /// Starts a service in memory without demo data, whose SES reports what becomes of the mails if
    /// `feedback` is `true`.
    pub(super) async fn start(feedback: bool) -> Result<Self, Fault> {
        let recorder = Recorder::start().await?;
        let options = Options {
            port: 0,
            dynamodb: Some(recorder.url().to_owned()),
            demo: false,
            schedules: false,
            feedback,
            own_settings: Some(own_settings),
            ..Options::default()
        };
        let app = App::over(beckon::start(options).await?);
        Ok(Self { app, recorder, feedback, rows: Vec::new() })
    }

    /// Returns a person with this user id and name, and a verified address if there is one.
    pub(super) fn person(&self, sub: &str, name: &str, email: &str) -> Person {
        let person = self.app.user(sub).name(name).claim("scope", json!("AdminGroups"));
        if email.is_empty() { person } else { person.email(email) }
    }

    /// Moves the clock forward.
    pub(super) fn advance(&self, seconds: i64) {
        self.app.advance(seconds);
    }

    /// Returns the time, in seconds since 1970.
    pub(super) fn now(&self) -> i64 {
        self.app.now()
    }

    /// Waits until the functions on the stream have done everything.
    pub(super) async fn settled(&self) -> Result<(), Fault> {
        self.recorder.settled().await
    }

    /// Makes a request that is not measured.
    pub(super) async fn does(
        &self,
        by: &Person,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<Value, Fault> {
        succeeded(path, sent(by, method, path, body).await)
    }

    /// Measures a request and, in rows of their own, its mail and its consequences. Returns the
    /// answer's body.
    pub(super) async fn measures(
        &mut self,
        by: Option<&Person>,
        what: What<'_>,
        body: Value,
    ) -> Result<Value, Fault> {
        let (function, case, method, path) = what;
        let nobody = self.app.nobody();
        self.recorder.settled().await?;
        let gate = self.recorder.hold_stream().await;
        self.recorder.take();
        self.recorder.holds_answers(true);
        let sent = sent(by.unwrap_or(&nobody), method, &path, &body).await;
        let answer = succeeded(&path, sent)?;
        let calls = self.recorder.take();
        drop(gate);
        let calls = free_of_refusals(function, case, calls)?;
        let started_by = match function.starts_with("background-") {
            true => StartedBy::Change,
            false => StartedBy::Request,
        };
        self.rows.push(Row::of(function, case, started_by, &calls));
        self.recorder.settled().await?;
        if self.feedback {
            self.reported().await?;
            self.recorder.settled().await?;
        }
        self.recorder.holds_answers(false);
        let calls = self.recorder.take();
        let after = format!("after {function}, {case}");
        for (name, started_by, by) in [
            ("background-send-mail", StartedBy::Mail, By::Other),
            ("background-record-delivery", StartedBy::Change, By::RecordDelivery),
            ("background-follow", StartedBy::Change, By::Follow),
        ] {
            let calls: Vec<Call> = calls.iter().filter(|call| call.by == by).cloned().collect();
            if !calls.is_empty() {
                self.rows.push(Row::of(name, &after, started_by, &calls));
            }
        }
        Ok(answer)
    }
}

impl World {
    /// Waits until SES's report about a mail is written.
    async fn reported(&self) -> Result<(), Fault> {
        for _ in 0..PATIENCE {
            if self.recorder.has_written(By::RecordDelivery) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err("SES's report was not written".into())
    }
}

/// Sends the request with an API key, which the bungie API requires.
async fn sent(by: &Person, method: Method, path: &str, body: &Value) -> Answer {
    let request = by.request(method, path).header("x-api-key", "bench");
    by.sends(if body.is_null() { request } else { request.json(body) }).await
}

/// Returns the calls, or a `Fault` if one was refused, because the cost of a refused call is
/// unknown.
fn free_of_refusals(function: &str, case: &str, calls: Vec<Call>) -> Result<Vec<Call>, Fault> {
    match calls.iter().find(|call| call.refused) {
        Some(call) => Err(format!("{function}, {case}: {} was refused", call.operation).into()),
        None => Ok(calls),
    }
}

/// Returns the body of the answer, which must be a success.
fn succeeded(path: &str, answer: Answer) -> Result<Value, Fault> {
    match answer.status {
        200..300 => Ok(answer.json),
        status => Err(format!("{path} was answered with {status}: {}", answer.text).into()),
    }
}
