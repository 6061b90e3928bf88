//! The events of `events/`, and how their answers are shown.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use beckon::{Callers, Function, Running};
use serde_json::Value;
use shared::config::settings;

/// The case of a request without credentials.
const NOT_SIGNED_IN: &str = "not-signed-in";
/// The headers that carry credentials.
const CREDENTIALS: [&str; 4] = ["authorization", "cookie", "macaroon", "x-auth-token"];

/// Returns the variables of `events/env.json`.
pub fn env_json() -> Vec<(String, String)> {
    let file: Value = serde_json::from_str(&text("env")).expect("events/env.json is JSON");
    let variables = file["Parameters"].as_object().expect("events/env.json has Parameters");
    variables
        .iter()
        .map(|(name, value)| {
            (name.clone(), value.as_str().expect("the variable is text").to_owned())
        })
        .collect()
}

/// Returns the environment of functions that are invoked one by one: the variables of
/// `events/env.json`, and the variables that lead to the table `table` and to this service's inbox.
pub fn environment(running: &Running, table: &str) -> BTreeMap<String, String> {
    let same = running.environment.variables([
        settings::AWS_REGION,
        settings::AWS_ACCESS_KEY_ID,
        settings::AWS_SECRET_ACCESS_KEY,
        settings::AWS_ENDPOINT_URL_DYNAMODB,
    ]);
    let own = [
        (settings::TABLE_NAME, table.to_owned()),
        (settings::AWS_ENDPOINT_URL_SESV2, format!("{}/local/ses", running.url)),
    ];
    let own = own.map(|(setting, value)| (setting.name().to_owned(), value));
    let found = same.expect("the local service sets them").into_iter().chain(own);
    let found = found.chain(no_receiver(running));
    env_json().into_iter().chain(found).collect()
}

/// Returns the variables that lead to this service's queues and bus, and to a receiver of webhooks
/// that does not respond.
pub fn no_receiver(running: &Running) -> impl Iterator<Item = (String, String)> + use<> {
    let url = &running.url;
    let variables = [
        (settings::AWS_ENDPOINT_URL_EVENTBRIDGE, format!("{url}/local/eventbridge")),
        (settings::AWS_ENDPOINT_URL_SQS, format!("{url}/local/sqs")),
        (settings::WEBHOOK_URL, "http://127.0.0.1:1/".to_owned()),
    ];
    variables.into_iter().map(|(setting, value)| (setting.name().to_owned(), value))
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../events")
}

/// Returns the functions that have events, by the names of their folders.
pub fn packages() -> BTreeSet<String> {
    names_in(&folder()).into_iter().filter(|name| folder().join(name).is_dir()).collect()
}

/// Returns whether there is an event with this name, `<function>/<case>`.
pub fn exists(name: &str) -> bool {
    name.split_once('/').is_some_and(|(package, case)| {
        packages().contains(package) && cases(package).contains(case)
    })
}

/// Returns the text of the event. If the case `not-signed-in` has no file, it is `success` without
/// credentials.
pub fn text(name: &str) -> String {
    let file = |name: &str| folder().join(format!("{name}.json"));
    match name.split_once('/') {
        Some((package, NOT_SIGNED_IN)) if !file(name).exists() => {
            without_credentials(&text(&format!("{package}/success")))
        }
        _ => fs::read_to_string(file(name))
            .unwrap_or_else(|error| panic!("events/{name}.json: {error}")),
    }
}

/// Returns the event without the headers and cookies that carry credentials.
fn without_credentials(event: &str) -> String {
    let mut event: Value = serde_json::from_str(event).expect("the event is JSON");
    let whole = event.as_object_mut().expect("the event is an object");
    whole.remove("cookies");
    for headers in ["headers", "multiValueHeaders"] {
        if let Some(headers) = whole.get_mut(headers).and_then(Value::as_object_mut) {
            headers.retain(|name, _| !CREDENTIALS.contains(&name.to_lowercase().as_str()));
        }
    }
    event.to_string()
}

/// Returns the names in a folder.
pub fn names_in(path: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Returns the names of the function's cases. A function whose callers sign in always has the case
/// `not-signed-in`.
pub fn cases(package: &str) -> BTreeSet<String> {
    let mut cases: BTreeSet<String> = names_in(&folder().join(package))
        .iter()
        .filter_map(|name| name.strip_suffix(".json"))
        .map(str::to_owned)
        .collect();
    assert!(!cases.is_empty(), "events/{package} has no events");
    let access = Function::of_package(package).and_then(Function::access);
    if access.is_some_and(|access| access.callers == Callers::SignedIn) {
        cases.insert(NOT_SIGNED_IN.to_owned());
    }
    cases
}

/// Returns the events that must run first, by the name of an event, a function or an API.
pub fn all_given() -> BTreeMap<String, Vec<String>> {
    serde_json::from_str(&text("given")).expect("events/given.json names lists of events")
}

/// Returns the events that must run before this one: those of the event itself, else of its
/// function, else of its API.
pub fn given(name: &str) -> Vec<String> {
    let package = name.split('/').next().unwrap_or_default();
    let api = package.split('-').next().unwrap_or_default();
    let mut all = all_given();
    [name, package, api].into_iter().find_map(|key| all.remove(key)).unwrap_or_default()
}

/// Returns the time that the event names, in seconds since 1970.
pub fn time(event: &Value) -> i64 {
    let context = &event["requestContext"];
    let milliseconds = context["timeEpoch"].as_i64().or(context["requestTimeEpoch"].as_i64());
    let seconds = milliseconds
        .map(|at| at / 1000)
        .or(event["Records"][0]["dynamodb"]["ApproximateCreationDateTime"].as_i64())
        .or(event["Records"][0]["Sns"]["Timestamp"].as_str().map(crate::seconds))
        .or(event["Records"][0]["attributes"]["SentTimestamp"].as_str().map(in_seconds))
        .or(event["time"].as_str().map(crate::seconds));
    seconds.expect("the event has a time")
}

/// Reads a time that SQS writes as milliseconds.
fn in_seconds(milliseconds: &str) -> i64 {
    let milliseconds: i64 = milliseconds.parse().expect("SQS writes a number");
    milliseconds / 1000
}

/// Returns the text with `…` in place of the text between each `open` and `close`.
fn without(text: &str, open: &str, close: &str) -> String {
    let mut parts = text.split(open);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |kept, part| {
        let (_, rest) = part.split_once(close).unwrap_or_default();
        format!("{kept}{open}…{close}{rest}")
    })
}

/// Returns an HTTP answer as text: status, headers, body.
///
/// Names such as `[id]` replace random values. The style and script of a page are left out, because
/// the page has its own tests.
pub fn shown(answer: &Value) -> String {
    let status = &answer["statusCode"];
    let body = answer["body"].as_str().unwrap_or_default();
    let fields = |name: &str| {
        answer[name]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), value.clone()))
    };
    // A REST API reads `multiValueHeaders`, an HTTP API `headers`.
    let headers: BTreeMap<String, Value> =
        fields("multiValueHeaders").chain(fields("headers")).collect();
    let value = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let headers: String =
        headers.iter().map(|(name, header)| format!("{name}: {}\n", value(header))).collect();
    let parsed: Option<Value> = serde_json::from_str(body).ok();
    let body = without(&without(body, "<style>", "</style>"), "<script>", "</script>");
    let headers = without(&headers, "'sha256-", "'");
    let shown =
        format!("{status}\n{headers}\n{}\n", if parsed.is_some() { pretty(&body) } else { body });
    // The rownd API makes the id of a new group.
    let made = parsed
        .as_ref()
        .and_then(|body| body["group"]["id"].as_str())
        .filter(|id| id.bytes().all(|byte| byte.is_ascii_digit()));
    let shown = made.map_or(shown.clone(), |id| shown.replace(id, "[id]"));
    // An event that was written with its act has a random id.
    let listed = parsed.as_ref().and_then(|body| body["data"].as_array());
    let events = listed.into_iter().flatten().filter(|one| one["object"] == "event");
    let ids = events.filter_map(|event| event["id"].as_str());
    let shown = ids.fold(shown, |shown, id| shown.replace(id, "[id]"));
    // An answer with only a token is also that of a link.
    match parsed.filter(|body| {
        body["invitee"]["kind"] == "link"
            || body.as_object().is_some_and(|body| body.keys().eq(["token"]))
    }) {
        Some(link) => shown
            .replace(link["id"].as_str().unwrap_or("[id]"), "[id]")
            .replace(link["token"].as_str().unwrap_or("[token]"), "[token]"),
        None => shown,
    }
}

/// Returns the mail sender's answer and the mails that it sent, newest first, as text.
pub fn shown_mails(answer: &Value, mails: &[Value]) -> String {
    let line = |mail: &Value| {
        format!("to {}: {}\n", mail["to"][0].as_str().unwrap(), mail["subject"].as_str().unwrap())
    };
    format!(
        "{}\n\n{} mails\n{}",
        pretty(&answer.to_string()),
        mails.len(),
        mails.iter().map(line).collect::<String>()
    )
}

/// Returns the name of the event's snapshot.
pub fn snapshot_of(name: &str) -> String {
    name.replace('/', "__")
}

/// Returns the event's snapshot, which is its expected answer; `None` if there is no snapshot.
pub fn snapshot(name: &str) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(format!("all/snapshots/events/{}.snap", snapshot_of(name)));
    // insta's header is between the first two lines of dashes.
    fs::read_to_string(path).ok()?.splitn(3, "---\n").nth(2).map(str::to_owned)
}

/// Formats JSON with one field per line, and keeps the order of the fields.
pub fn pretty(json: &str) -> String {
    let mut text = String::new();
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    let line = |text: &mut String, depth: usize| {
        text.push('\n');
        text.push_str(&"  ".repeat(depth));
    };
    for c in json.chars() {
        if in_string {
            text.push(c);
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
            continue;
        }
        match c {
            '{' | '[' => {
                depth += 1;
                text.push(c);
                line(&mut text, depth);
            }
            '}' | ']' => {
                depth -= 1;
                let kept = text.trim_end().len();
                if text[..kept].ends_with(['{', '[']) {
                    text.truncate(kept)
                } else {
                    line(&mut text, depth)
                }
                text.push(c);
            }
            ',' => {
                text.push(c);
                line(&mut text, depth);
            }
            ':' => text.push_str(": "),
            c if c.is_whitespace() => {}
            c => {
                in_string = c == '"';
                text.push(c);
            }
        }
    }
    text
}
