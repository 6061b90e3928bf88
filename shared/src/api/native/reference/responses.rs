//! The answers of an operation.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::operation::{Content, Operation, Shape, Success};
use super::schemas::Schemas;
use crate::api::native::Code;
use crate::api::native::problem::ProblemBody;

const PROBLEM: &str = "application/problem+json";

/// Returns the shape of every problem.
pub(super) fn problem() -> Shape {
    Shape::of::<ProblemBody<'static>>()
}

/// Returns the answers of the operation by status. `examples` has real ones, by status and name.
pub(super) fn of(operation: &Operation, schemas: &mut Schemas, examples: &Value) -> Value {
    let mut answers = Map::new();
    for success in &operation.successes {
        let status = success.status.to_string();
        let answer = succeeded(success, schemas, &examples[&status]);
        answers.insert(status, answer);
    }
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in operation.codes() {
        by_status.entry(code.status().as_u16()).or_default().push(code);
    }
    for (status, codes) in by_status {
        let answer = refused(&codes, &examples[status.to_string()]);
        answers.insert(status.to_string(), answer);
    }
    answers.into()
}

fn succeeded(success: &Success, schemas: &mut Schemas, examples: &Value) -> Value {
    let mut answer = json!({ "description": success.description });
    let (kind, schema) = match success.content {
        None => return with_headers(answer, &success.headers),
        Some(Content::One(shape)) => ("application/json", schemas.answer(shape)),
        Some(Content::Page(shape)) => ("application/json", schemas.page(shape)),
        Some(Content::Text(kind)) => (kind, json!({"type": "string"})),
    };
    let mut media = json!({ "schema": schema });
    let named = examples.as_object().into_iter().flatten();
    let named: Map<String, Value> =
        named.map(|(name, value)| (name.clone(), json!({ "value": value }))).collect();
    if !named.is_empty() {
        media["examples"] = named.into();
    }
    answer["content"] = json!({ kind: media });
    if let Some(kind) = success.or_as {
        answer["content"][kind] = json!({"schema": {"type": "string"}});
    }
    with_headers(answer, &success.headers)
}

fn refused(codes: &[Code], examples: &Value) -> Value {
    let lines = codes.iter().map(|code| {
        format!("- `{}`: {}. {}", code.word(), code.title(), code.explanation().meaning)
    });
    let description = lines.collect::<Vec<_>>().join("\n");
    let named = codes.iter().filter_map(|code| {
        let value = examples.get(code.word())?;
        Some((code.word().to_owned(), json!({"summary": code.title(), "value": value})))
    });
    let named: Map<String, Value> = named.collect();
    let mut media = json!({"schema": {"$ref": "#/components/schemas/Problem"}});
    if !named.is_empty() {
        media["examples"] = named.into();
    }
    let words: Vec<&str> = codes.iter().map(|code| code.word()).collect();
    let answer = json!({
        "description": description,
        "content": {PROBLEM: media},
        "x-problem-codes": words,
    });
    let has = |wanted: &[Code]| codes.iter().any(|code| wanted.contains(code));
    let mut headers = Vec::new();
    if has(&[Code::Unauthenticated, Code::InsufficientScope]) {
        headers.push("WWW-Authenticate");
    }
    if has(&[
        Code::RateLimited,
        Code::PendingLimit,
        Code::ResendTooSoon,
        Code::TemporarilyUnavailable,
    ]) {
        headers.push("Retry-After");
    }
    with_headers(answer, &headers)
}

fn with_headers(mut answer: Value, names: &[&str]) -> Value {
    let headers: Map<String, Value> =
        names.iter().map(|name| ((*name).to_owned(), header(name))).collect();
    if !headers.is_empty() {
        answer["headers"] = headers.into();
    }
    answer
}

fn header(name: &str) -> Value {
    let (description, kind) = match name {
        "ETag" => ("The record's version, for `If-Match`.", "string"),
        "Location" => ("The path of the new object.", "string"),
        "Retry-After" => ("The seconds to wait before trying again.", "integer"),
        "WWW-Authenticate" => ("How to sign in (RFC 6750).", "string"),
        _ => ("", "string"),
    };
    json!({"description": description, "schema": {"type": kind}})
}
