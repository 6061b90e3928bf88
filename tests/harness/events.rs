//! The events of `events/`, and how an answer to one is shown.

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
        .map(|(name, value)| (name.clone(), value.as_str().expect("a variable is text").to_owned()))
        .collect()
}

/// Returns the environment of functions that are invoked one by one: the variables of
/// `events/env.json`, and those by which they find the table `table` and the inbox of this service.
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
    env_json().into_iter().chain(found).collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../events")
}

/// The functions that have events, by the names of their folders.
pub fn packages() -> BTreeSet<String> {
    names_in(&folder()).into_iter().filter(|name| folder().join(name).is_dir()).collect()
}

/// Whether there is an event of this name, `<function>/<case>`.
pub fn exists(name: &str) -> bool {
    name.split_once('/').is_some_and(|(package, case)| {
        packages().contains(package) && cases(package).contains(case)
    })
}

/// The text of the event. A request without credentials that has no file is the successful one
/// without its own.
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

/// The event without the headers and cookies that say who calls.
fn without_credentials(event: &str) -> String {
    let mut event: Value = serde_json::from_str(event).expect("an event is JSON");
    let whole = event.as_object_mut().expect("an event is an object");
    whole.remove("cookies");
    for headers in ["headers", "multiValueHeaders"] {
        if let Some(headers) = whole.get_mut(headers).and_then(Value::as_object_mut) {
            headers.retain(|name, _| !CREDENTIALS.contains(&name.to_lowercase().as_str()));
        }
    }
    event.to_string()
}

/// The names in a folder.
pub fn names_in(path: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// The names of the function's cases; a function with callers who sign in always has that of a
/// request without credentials.
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

/// Lists of events, by an event's, a function's or an API's name: those to be run before it.
pub fn all_given() -> BTreeMap<String, Vec<String>> {
    serde_json::from_str(&text("given")).expect("events/given.json names lists of events")
}

/// The events to be run before this one: those given for itself, else for its function, else for
/// its API.
pub fn given(name: &str) -> Vec<String> {
    let package = name.split('/').next().unwrap_or_default();
    let api = package.split('-').next().unwrap_or_default();
    let mut all = all_given();
    [name, package, api].into_iter().find_map(|key| all.remove(key)).unwrap_or_default()
}

/// When the event happened, as it says itself: seconds since 1970.
pub fn time(event: &Value) -> i64 {
    let context = &event["requestContext"];
    let milliseconds = context["timeEpoch"].as_i64().or(context["requestTimeEpoch"].as_i64());
    let seconds = milliseconds
        .map(|at| at / 1000)
        .or(event["Records"][0]["dynamodb"]["ApproximateCreationDateTime"].as_i64());
    seconds.expect("an event says when it happened")
}

/// The text without what stands between each `open` and `close`.
fn without(text: &str, open: &str, close: &str) -> String {
    let mut parts = text.split(open);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |kept, part| {
        let (_, rest) = part.split_once(close).unwrap_or_default();
        format!("{kept}{open}…{close}{rest}")
    })
}

/// An HTTP answer as one reads it: status, headers, body. What is random in it stands as its name;
/// a page's style and script, which are the page's own tests' matter, are left out.
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
    // A REST API takes the one, an HTTP API the other.
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
    // The rownd API mints the id of a group that it makes.
    let made = parsed
        .as_ref()
        .and_then(|body| body["group"]["id"].as_str())
        .filter(|id| id.bytes().all(|byte| byte.is_ascii_digit()));
    let shown = made.map_or(shown.clone(), |id| shown.replace(id, "[id]"));
    // An API's answer of a token alone is a link's too.
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

/// What the mail sender answered, and the mails that went out, newest first.
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

/// The name of the event's snapshot.
pub fn snapshot_of(name: &str) -> String {
    name.replace('/', "__")
}

/// The event's snapshot: what it is answered with; none where it has not been kept.
pub fn snapshot(name: &str) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(format!("all/snapshots/events/{}.snap", snapshot_of(name)));
    // insta's own lines stand between the first two lines of dashes.
    fs::read_to_string(path).ok()?.splitn(3, "---\n").nth(2).map(str::to_owned)
}

/// JSON with one field to a line, in the order in which it was sent.
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
