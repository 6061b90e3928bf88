//! Direct access to the table, in DynamoDB's JSON.

use std::collections::BTreeSet;

use reqwest::Client;
use serde_json::{Value, json};

/// A header in the form of a signature. The engines that tests use check only the form.
const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=tests/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0";

/// Sends a request to the engine at `endpoint`, and returns the answer.
///
/// # Panics
/// The engine refuses the request, or doesn't answer.
pub async fn ask(endpoint: &str, operation: &str, request: &Value) -> Value {
    let client = Client::builder().no_proxy().build().expect("the client is built");
    ask_by(&client, endpoint, operation, request).await.unwrap_or_else(|error| panic!("{error}"))
}

/// Sends a request to the engine at `endpoint` with this client, which keeps its connection open.
///
/// # Errors
/// Returns the reason if the engine refuses the request or doesn't answer.
pub async fn ask_by(
    client: &Client,
    endpoint: &str,
    operation: &str,
    request: &Value,
) -> Result<Value, String> {
    let named = |error: reqwest::Error| format!("{operation}: {error}");
    let request = client
        .post(endpoint)
        .header("authorization", SIGNED)
        .header("x-amz-date", "20260101T000000Z")
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
        .body(request.to_string());
    let answer = request.send().await.map_err(named)?;
    let (status, text) = (answer.status(), answer.text().await.map_err(named)?);
    if !status.is_success() {
        return Err(format!("{operation}: {status}: {text}"));
    }
    serde_json::from_str(&text).map_err(|error| format!("{operation}: {error}: {text}"))
}

/// Returns every item of the table, in DynamoDB's JSON.
///
/// # Panics
/// The engine refuses the request, or doesn't answer.
pub async fn scan(endpoint: &str, name: &str) -> Vec<Value> {
    let mut items = Vec::new();
    let mut request = json!({ "TableName": name, "ConsistentRead": true });
    loop {
        let mut page = ask(endpoint, "Scan", &request).await;
        let Value::Array(found) = page["Items"].take() else { panic!("{page}") };
        items.extend(found);
        if page["LastEvaluatedKey"].is_null() {
            return items;
        }
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"].take();
    }
}

/// Returns these items of the table except the rate windows and allowances, and the events and digests
/// that the stream's function writes afterwards, as text in DynamoDB's JSON.
pub fn stored(items: &[Value]) -> BTreeSet<String> {
    let is_later = |item: &&Value| {
        item["type"]["S"] == "digest" || item["type"]["S"] == "event" && item["with_act"].is_null()
    };
    let is_limit =
        |item: &&Value| item["type"]["S"] == "window" || item["type"]["S"] == "allowance";
    let kept = items.iter().filter(|item| !is_limit(item) && !is_later(item));
    kept.map(Value::to_string).collect()
}

/// Creates the table `name` with the keys and indexes of the table `like`, but without a stream.
///
/// Tests that invoke functions one by one use it, because the local service would send mails from a
/// stream.
pub async fn make_like(endpoint: &str, like: &str, name: &str) {
    let described = ask(endpoint, "DescribeTable", &json!({ "TableName": like })).await;
    let described = &described["Table"];
    let index = |index: &Value| json!({"IndexName": index["IndexName"], "KeySchema": index["KeySchema"], "Projection": index["Projection"]});
    let indexes: Vec<Value> =
        described["GlobalSecondaryIndexes"].as_array().unwrap().iter().map(index).collect();
    let table = json!({"TableName": name, "AttributeDefinitions": described["AttributeDefinitions"], "KeySchema": described["KeySchema"],
        "GlobalSecondaryIndexes": indexes, "BillingMode": "PAY_PER_REQUEST"});
    ask(endpoint, "CreateTable", &table).await;
}

/// Deletes the table.
pub async fn delete(endpoint: &str, name: &str) {
    ask(endpoint, "DeleteTable", &json!({ "TableName": name })).await;
}
