//! The events of `events/`, and how an answer to one is shown.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use beckon::Running;
use serde_json::Value;

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
    let same =
        ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL_DYNAMODB"];
    let same = same.map(|name| (name, running.environment.required(name).unwrap().to_owned()));
    let own = [
        ("TABLE_NAME", table.to_owned()),
        ("AWS_ENDPOINT_URL_SESV2", format!("{}/local/ses", running.url)),
    ];
    let found = same.into_iter().chain(own).map(|(name, value)| (name.to_owned(), value));
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
    folder().join(format!("{name}.json")).exists()
}

/// The text of the event.
pub fn text(name: &str) -> String {
    fs::read_to_string(folder().join(format!("{name}.json")))
        .unwrap_or_else(|error| panic!("events/{name}.json: {error}"))
}

/// The names in a folder.
pub fn names_in(path: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// The names of the function's cases.
pub fn cases(package: &str) -> BTreeSet<String> {
    let cases: BTreeSet<String> = names_in(&folder().join(package))
        .iter()
        .filter_map(|name| name.strip_suffix(".json"))
        .map(str::to_owned)
        .collect();
    assert!(!cases.is_empty(), "events/{package} has no events");
    cases
}

/// For an event, by its name, those to be run before it.
pub fn given() -> BTreeMap<String, Vec<String>> {
    serde_json::from_str(&text("given")).expect("events/given.json names lists of events")
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
