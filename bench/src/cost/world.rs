//! A local service whose table is recorded, and people who call it over HTTP.

use beckon::{Options, Running};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use super::recorder::{Call, Recorder};
use super::row::Row;
use crate::Fault;

/// A caller: the claims of their access token.
#[derive(Clone)]
pub(super) struct Person(Value);

impl Person {
    /// Creates a caller with this user id and name, and a verified address unless `email` is empty.
    pub(super) fn new(sub: &str, name: &str, email: &str) -> Self {
        let mut claims = json!({"sub": sub, "name": name, "scope": "AdminGroups"});
        if !email.is_empty() {
            claims["email"] = json!(email);
        }
        Self(claims)
    }

    /// Returns the caller with this claim added.
    pub(super) fn claim(mut self, name: &str, value: Value) -> Self {
        self.0[name] = value;
        self
    }
}

/// A request to be measured: function, case, method and path.
pub(super) type What<'a> = (&'a str, &'a str, Method, String);

/// The service, and the rows so far.
pub(super) struct World {
    running: Running,
    recorder: Recorder,
    client: Client,
    pub(super) rows: Vec<Row>,
}

impl World {
    /// Starts a service in memory without demo data.
    pub(super) async fn start() -> Result<Self, Fault> {
        let recorder = Recorder::start().await?;
        let running = beckon::start(Options {
            port: 0,
            dynamodb: Some(recorder.url.clone()),
            demo: false,
            ..Options::default()
        })
        .await?;
        let client =
            Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Self { running, recorder, client, rows: Vec::new() })
    }

    async fn token(&self, person: &Person) -> Result<String, Fault> {
        let answer: Value = self
            .client
            .post(format!("{}/local/token", self.running.url))
            .json(&person.0)
            .send()
            .await?
            .json()
            .await?;
        answer["access_token"]
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| format!("no token: {answer}").into())
    }

    async fn request(
        &self,
        by: Option<&Person>,
        method: Method,
        path: &str,
    ) -> Result<RequestBuilder, Fault> {
        let request = self
            .client
            .request(method, format!("{}{path}", self.running.url))
            .header("x-api-key", "bench");
        Ok(match by {
            Some(person) => request.bearer_auth(self.token(person).await?),
            None => request,
        })
    }

    /// Makes a request that is not measured.
    pub(super) async fn does(
        &self,
        by: &Person,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<Value, Fault> {
        let request = self.request(Some(by), method, path).await?;
        sent(path, with_body(request, body)).await
    }

    /// Measures a request and, in a row of its own, the mail that follows from it. Returns the
    /// answer's body.
    pub(super) async fn measures(
        &mut self,
        by: Option<&Person>,
        what: What<'_>,
        body: Value,
    ) -> Result<Value, Fault> {
        let (function, case, method, path) = what;
        let request = with_body(self.request(by, method, &path).await?, &body);
        self.recorder.settled().await?;
        let gate = self.recorder.hold_stream().await;
        self.recorder.take();
        self.recorder.holds_answers(true);
        let answer = sent(&path, request).await?;
        let calls = self.recorder.take();
        drop(gate);
        self.rows.push(Row::of(function, case, false, &free_of_refusals(function, case, calls)?));
        self.recorder.settled().await?;
        self.recorder.holds_answers(false);
        let calls = self.recorder.take();
        if !calls.is_empty() {
            self.rows.push(Row::of(
                "background-send-mail",
                &format!("after {function}, {case}"),
                true,
                &calls,
            ));
        }
        Ok(answer)
    }
}

fn with_body(request: RequestBuilder, body: &Value) -> RequestBuilder {
    if body.is_null() { request } else { request.json(body) }
}

/// Returns the calls, or a `Fault` if one was refused, because the cost of a refused call is
/// unknown.
fn free_of_refusals(function: &str, case: &str, calls: Vec<Call>) -> Result<Vec<Call>, Fault> {
    match calls.iter().find(|call| call.refused) {
        Some(call) => Err(format!("{function}, {case}: {} was refused", call.operation).into()),
        None => Ok(calls),
    }
}

/// Sends the request and returns the answer's body, or a `Fault` if it is not a success.
async fn sent(path: &str, request: RequestBuilder) -> Result<Value, Fault> {
    let answer = request.send().await?;
    let (status, text) = (answer.status(), answer.text().await?);
    if !status.is_success() {
        return Err(format!("{path} was answered with {status}: {text}").into());
    }
    Ok(serde_json::from_str(&text).unwrap_or_default())
}
