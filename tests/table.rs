//! The table below the functions, asked in DynamoDB's own JSON.

use serde_json::{Value, json};

/// A signature's form: engines for tests check no more.
const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=tests/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0";

/// What the engine at `endpoint` answers to the request.
pub async fn ask(endpoint: &str, operation: &str, request: &Value) -> Value {
    let request = reqwest::Client::new()
        .post(endpoint)
        .header("authorization", SIGNED)
        .header("x-amz-date", "20260101T000000Z")
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
        .body(request.to_string());
    let answer = request.send().await.unwrap();
    assert!(answer.status().is_success(), "{operation}: {}", answer.text().await.unwrap());
    answer.json().await.unwrap()
}

/// Makes the table `name` like the table `like`, which follows the template, but without a stream:
/// for functions that are invoked one by one, without the local service sending mails of its own
/// accord.
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
