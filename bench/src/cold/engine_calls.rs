//! Measures the engine without the SDK: the read and the write that creating an invite needs at
//! least.

use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::Fault;

/// Reads a missing item and writes one of an invite's size to every index, `times` times. Returns
/// how long each pair took.
///
/// # Errors
/// A `Fault` if the engine does not answer or refuses.
pub(super) async fn get_and_put(
    engine: &str,
    table: &str,
    times: usize,
) -> Result<Vec<Duration>, Fault> {
    let client = Client::builder().no_proxy().build()?;
    let mut took = Vec::with_capacity(times);
    // The first pair opens the connection and is not counted.
    for round in 0..=times {
        let key = Uuid::new_v4().to_string();
        let since = Instant::now();
        ask(&client, engine, "GetItem", json!({"TableName": table, "Key": {"pk": {"S": key}, "sk": {"S": key}}, "ConsistentRead": true}))
            .await?;
        ask(&client, engine, "PutItem", json!({"TableName": table, "Item": item(&key), "ConditionExpression": "attribute_not_exists(pk)"}))
            .await?;
        if round > 0 {
            took.push(since.elapsed());
        }
    }
    Ok(took)
}

fn item(key: &str) -> Value {
    let mut item = json!({"filling": {"S": "x".repeat(600)}});
    for name in ["pk", "sk", "by_group_pk", "by_group_sk", "by_invitee_pk", "by_invitee_sk"] {
        item[name] = json!({"S": key});
    }
    item
}

async fn ask(client: &Client, engine: &str, operation: &str, body: Value) -> Result<(), Fault> {
    let request =
        client.post(engine).header("x-amz-target", format!("DynamoDB_20120810.{operation}"));
    let request = request
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-date", "20261121T000000Z");
    // The engine requires a signature but does not check it.
    let signature = "AWS4-HMAC-SHA256 Credential=local/20261121/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0";
    let answer = request.header("authorization", signature).body(body.to_string()).send().await?;
    let status = answer.status();
    let text = answer.text().await?;
    if status.is_success() { Ok(()) } else { Err(format!("{operation}: {status}: {text}").into()) }
}
