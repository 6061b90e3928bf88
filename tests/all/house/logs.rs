//! The log queries and metric filters name fields that real log lines have.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use harness::{App, LossyTable, Ses, Verdict, eventually};
use lambda_http::Request;
use serde_json::{Value, json};
use shared::MailService;
use shared::api::native;
use shared::config::{Environment, settings};
use shared::telemetry;
use tracing_subscriber::fmt::MakeWriter;

use super::template::of_type;
use super::tree::House;
use crate::lambda::send_mails;

/// Collects log lines.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    /// Returns the lines so far. Each must be a JSON object.
    fn read(&self) -> Vec<Value> {
        let bytes = self.0.lock().unwrap().clone();
        let text = String::from_utf8(bytes).unwrap();
        text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Waits for the line about a mail with this outcome.
async fn outcome(lines: &Lines, outcome: &str) {
    eventually(outcome, async || {
        let found = lines.read().into_iter().find(|line| line["outcome"] == outcome);
        found.map(|_| ())
    })
    .await;
}

/// Returns the lines that functions write: mails that SES refuses and puts off, a stream record without an
/// invite, a table that fails, a panic, and an item that cannot be read.
async fn real_lines() -> Vec<Value> {
    let lines = Lines::default();
    let subscriber = telemetry::subscriber(&Environment::default(), lines.clone());
    let _guard = tracing::subscriber::set_default(subscriber);
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    // The function that follows changes reads too, and its reads are refused as well.
    table.refuses("BatchGetItem", 1000);
    alice.invites(json!({"email": "ada@example.com"})).await.is(503);
    table.refuses("no further operation", 1);
    let odd = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    app.spoils(&json!({"pk": {"S": "G#3773"}, "sk": {"S": format!("I#{}", odd.id)}})).await;
    assert!(alice.lists("").await.data().is_empty());
    let _answered = native::respond(&Request::default(), ::harness::panics()).await;

    let throttled = Verdict::Refused(429, "TooManyRequestsException");
    let rejected = Ses::first(&[Verdict::Refused(400, "MessageRejected"), throttled]).await;
    let refused = App::with(rejected.options()).await;
    let alice = refused.owner().await;
    alice.invited(json!({"email": "ada@example.com"})).await;
    outcome(&lines, "Failed").await;
    alice.invited(json!({"email": "ada+second@example.com"})).await;
    outcome(&lines, "PutOff").await;
    let own = (settings::AWS_ENDPOINT_URL_SESV2.name().to_owned(), "http://127.0.0.1:1".to_owned());
    let environment = refused.running.environment.with([own]);
    let sender = MailService::start(&environment, refused.running.clock.clone()).unwrap();
    let record = json!({
        "eventID": "1", "eventName": "INSERT", "eventVersion": "1.1", "eventSource": "aws:dynamodb", "awsRegion": "us-east-1",
        "eventSourceARN": "arn:aws:dynamodb:us-east-1:123456789012:table/beckon/stream/1",
        "dynamodb": {"ApproximateCreationDateTime": 1, "Keys": {}, "SequenceNumber": "1", "SizeBytes": 1, "StreamViewType": "NEW_IMAGE", "NewImage": {}},
    });
    let event = serde_json::from_value(json!({"Records": [record]})).unwrap();
    send_mails(&sender, event).await.unwrap();
    lines.read()
}

/// Returns the queries of docs/operations.md and of the dashboard, each as its steps.
fn queries(house: &House) -> Vec<Vec<String>> {
    let mut texts = Vec::new();
    let docs = house.read("docs/operations.md");
    let section = docs.split("\n## Logs\n").nth(1).expect("docs/operations.md describes the logs");
    let section = section.split("\n## ").next().unwrap_or_default();
    for block in section.split("```").skip(1).step_by(2) {
        texts.extend(block.split("\n\n").map(str::to_owned));
    }
    let dashboard = house.read("template.yaml");
    texts.extend(dashboard.split("\"query\": \"").skip(1).map(|rest| {
        let text = rest.split("\"}").next().unwrap_or_default();
        text.replace("\\\"", "\"")
    }));
    let steps = |text: String| {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let steps = lines.flat_map(|line| line.split(" | ").flat_map(|step| step.split("| ")));
        let steps = steps.map(|step| step.trim().to_owned());
        steps.filter(|step| !step.is_empty() && !step.starts_with("SOURCE")).collect::<Vec<_>>()
    };
    texts.into_iter().map(steps).filter(|steps| !steps.is_empty()).collect()
}

/// Returns the fields of our own lines that the query reads, each with the value that it compares
/// with. Fields that begin with `@`, and those that the query itself makes, are not ours.
fn fields(query: &[String]) -> Vec<(String, Option<String>)> {
    let mut made: Vec<String> = Vec::new();
    let mut fields = Vec::new();
    for step in query {
        let (verb, rest) = step.split_once(' ').expect("a step has an argument");
        match verb {
            "parse" => {
                let names = rest.split(" as ").nth(1).expect("parse names its parts");
                made.extend(names.split(',').map(|name| name.trim().to_owned()));
            }
            "filter" => {
                for condition in rest.split(" and ") {
                    let mut words = condition.splitn(3, ' ');
                    let (field, sign, value) =
                        (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
                    let value = (sign == "=").then(|| value.trim_matches('"').to_owned());
                    fields.push((field.to_owned(), value));
                }
            }
            "sort" | "fields" | "display" => {
                let names = rest.split(',').map(|name| name.split_whitespace().next().unwrap());
                fields.extend(names.map(|name| (name.to_owned(), None)));
            }
            "stats" => {
                let by = rest.split(" by ").nth(1).unwrap_or_default();
                fields.extend(by.split(',').map(|name| (name.trim().to_owned(), None)));
            }
            "limit" => {}
            other => panic!("teach this test the step {other}"),
        }
    }
    fields.retain(|(name, _)| !name.is_empty() && !name.starts_with('@') && !made.contains(name));
    fields
}

#[tokio::test]
async fn every_query_and_metric_filter_finds_its_fields_in_real_lines() {
    let lines = real_lines().await;
    let house = House::here();
    for line in &lines {
        for field in ["timestamp", "level", "message"] {
            assert!(line[field].is_string(), "{field} is missing at the top level: {line}");
        }
        assert!(line["timestamp"].as_str().unwrap().ends_with('Z'), "{line}");
        assert!(!line.to_string().contains("ada@example.com"), "{line}");
    }
    for level in ["ERROR", "WARN", "INFO"] {
        assert!(lines.iter().any(|line| line["level"] == level), "no line has the level {level}");
    }
    let has = |line: &Value, (field, value): &(String, Option<String>)| match value {
        Some(value) => line[field] == value.as_str(),
        None => !line[field].is_null(),
    };
    let queries = queries(&house);
    assert!(queries.len() >= 3, "{queries:#?}");
    for query in queries {
        // Lambda writes the lines of its platform.
        if query.iter().any(|step| step.contains("type = \"platform.")) {
            continue;
        }
        let fields = fields(&query);
        assert!(
            lines.iter().any(|line| fields.iter().all(|field| has(line, field))),
            "no real line has the fields of {query:#?}: {fields:?}"
        );
    }
    let filters = of_type(house.template(), "AWS::Logs::MetricFilter");
    let filters = filters.filter(|(_, filter)| {
        filter["LogGroupName"]
            .as_str()
            .or_else(|| match &filter["LogGroupName"] {
                serde_yaml_ng::Value::Tagged(tagged) => tagged.value.as_str(),
                _ => None,
            })
            .is_some_and(|group| group == "FunctionLogs")
    });
    let mut count = 0;
    for (id, filter) in filters {
        count += 1;
        let pattern = filter["FilterPattern"].as_str().expect("a filter has a pattern");
        let inner = pattern.trim_matches(['{', '}']).trim().trim_start_matches("$.");
        let (field, value) = inner.split_once(" = ").expect("a filter compares one field");
        let field = (field.to_owned(), Some(value.trim_matches('"').to_owned()));
        assert!(lines.iter().any(|line| has(line, &field)), "{id}: no real line matches {pattern}");
    }
    assert!(count > 0, "template.yaml has no metric filter over the functions' lines");
}
