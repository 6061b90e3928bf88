//! A table that carries out the first part of a batch alone.

use serde_json::{Value, json};

use crate::{Call, Reply};

/// Forwards the first key of a batch that reads, or the first write of one that writes, and answers
/// that the others are unprocessed.
pub(crate) async fn forward_first(mut call: Call, upstream: &str) -> Result<Reply, reqwest::Error> {
    let reads = call.operation() == Some("BatchGetItem");
    let mut first: Value = serde_json::from_slice(&call.body).expect("the request is JSON");
    let mut rest = json!({});
    let tables = first["RequestItems"].as_object_mut().expect("a batch names its tables");
    for (name, part) in tables.iter_mut() {
        let mut left = part.clone();
        let lists = if reads { (&mut part["Keys"], &mut left["Keys"]) } else { (part, &mut left) };
        let (Value::Array(taken), Value::Array(unprocessed)) = lists else {
            panic!("a batch has a list of each table");
        };
        taken.truncate(1);
        unprocessed.remove(0);
        if !unprocessed.is_empty() {
            rest[name.as_str()] = left;
        }
    }
    call.body = first.to_string().into();
    let reply = call.forward(upstream).await?;
    let mut answer: Value = serde_json::from_slice(&reply.body).expect("the answer is JSON");
    answer[if reads { "UnprocessedKeys" } else { "UnprocessedItems" }] = rest;
    Ok(Reply { body: answer.to_string().into(), ..reply })
}
