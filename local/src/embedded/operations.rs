//! The operations of DynamoDB and of its streams, as JSON.

use axum::http::StatusCode;
use dynoxide::{Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The header that names the operation of a request, such as `DynamoDB_20120810.GetItem`.
pub(super) const TARGET: &str = "x-amz-target";

/// Returns the operation that the header [`TARGET`] names.
pub(super) fn named(target: &str) -> &str {
    target.rsplit_once('.').map_or("", |(_, name)| name)
}

/// Carries out an operation, and returns the status and the JSON of its answer.
pub(super) fn answer(database: &Database, operation: &str, body: &[u8]) -> (StatusCode, String) {
    let result = match operation {
        "BatchGetItem" => run(body, |request| database.batch_get_item(request)),
        "BatchWriteItem" => run(body, |request| database.batch_write_item(request)),
        "CreateTable" => run(body, |request| database.create_table(request)),
        "DeleteItem" => run(body, |request| database.delete_item(request)),
        "DeleteTable" => run(body, |request| database.delete_table(request)),
        "DescribeStream" => run(body, |request| database.describe_stream(request)),
        "DescribeTable" => run(body, |request| database.describe_table(request)),
        "DescribeTimeToLive" => run(body, |request| database.describe_time_to_live(request)),
        "GetItem" => run(body, |request| database.get_item(request)),
        "GetRecords" => run(body, |request| database.get_records(request)),
        "GetShardIterator" => run(body, |request| database.get_shard_iterator(request)),
        "ListStreams" => run(body, |request| database.list_streams(request)),
        "ListTables" => run(body, |request| database.list_tables(request)),
        "PutItem" => run(body, |request| database.put_item(request)),
        "Query" => run(body, |request| database.query(request)),
        "Scan" => run(body, |request| database.scan(request)),
        "TransactGetItems" => run(body, |request| database.transact_get_items(request)),
        "TransactWriteItems" => run(body, |request| database.transact_write_items(request)),
        "UpdateItem" => run(body, |request| database.update_item(request)),
        "UpdateTable" => run(body, |request| database.update_table(request)),
        "UpdateTimeToLive" => run(body, |request| database.update_time_to_live(request)),
        _ => {
            let error = r#"{"__type":"com.amazon.coral.service#UnknownOperationException"}"#;
            return (StatusCode::BAD_REQUEST, error.to_owned());
        }
    };
    match result {
        Ok(json) => (StatusCode::OK, json),
        Err(error) => failure(&error),
    }
}

/// Returns the status and the JSON of this error's answer.
pub(super) fn failure(error: &DynoxideError) -> (StatusCode, String) {
    let status = StatusCode::from_u16(error.status_code());
    (status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), error.to_json())
}

fn run<Q: DeserializeOwned, A: Serialize>(
    body: &[u8],
    operation: impl FnOnce(Q) -> dynoxide::Result<A>,
) -> dynoxide::Result<String> {
    let request = serde_json::from_slice(body)
        .map_err(|error| DynoxideError::ValidationException(error.to_string()))?;
    serde_json::to_string(&operation(request)?)
        .map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn asked(database: &Database, operation: &str, request: &Value) -> (u16, Value) {
        let (status, json) = answer(database, operation, request.to_string().as_bytes());
        (status.as_u16(), serde_json::from_str(&json).unwrap())
    }

    #[test]
    fn an_operation_is_answered_like_dynamodb_s() {
        let database = Database::memory().unwrap();
        let table = json!({"TableName": "table", "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]});
        let (status, created) = asked(&database, "CreateTable", &table);
        assert_eq!(status, 200, "{created}");
        let put = json!({"TableName": "table", "Item": {"pk": {"S": "1"}}, "ConditionExpression": "attribute_not_exists(pk)"});
        let (status, first) = asked(&database, "PutItem", &put);
        assert_eq!(status, 200, "{first}");
        let (status, again) = asked(&database, "PutItem", &put);
        assert_eq!(status, 400);
        assert!(
            again["__type"].as_str().unwrap().ends_with("#ConditionalCheckFailedException"),
            "{again}"
        );
        let get = json!({"TableName": "table", "Key": {"pk": {"S": "1"}}});
        assert_eq!(asked(&database, "GetItem", &get).1["Item"]["pk"]["S"], "1");
    }

    #[test]
    fn what_is_not_an_operation_is_refused() {
        let database = Database::memory().unwrap();
        assert_eq!(asked(&database, "Nothing", &json!({})).0, 400);
        assert_eq!(asked(&database, "GetItem", &json!([])).0, 400);
        assert_eq!(answer(&database, "GetItem", b"{").0, 400);
    }
}
