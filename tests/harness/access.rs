//! The permissions that a request to AWS needs: IAM's action, the resource, and for a table the
//! prefix of the partition keys.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

/// A permission that a policy has to grant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Access {
    /// IAM's action, for example `dynamodb:GetItem`.
    pub action: String,
    /// The resource: `table`, `index/<name>`, `identity`, `event-bus` or `queue`.
    pub resource: String,
    /// The partition key up to and including its first `#`; empty if the request has no keys, or if
    /// the key in the index is an id.
    pub keys: String,
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.action, self.resource, self.keys)
    }
}

impl Access {
    /// Parses a line that [`Display`](fmt::Display) has written.
    pub fn parse(line: &str) -> Option<Self> {
        let [action, resource, keys] = line.splitn(3, ' ').collect::<Vec<_>>().try_into().ok()?;
        Some(Self { action: action.into(), resource: resource.into(), keys: keys.into() })
    }

    /// Returns the access to a resource without keys.
    fn without_keys(action: &str, resource: &str) -> Self {
        Self { action: action.into(), resource: resource.into(), keys: String::new() }
    }

    fn of_table(operation: &str, key: &Value) -> Self {
        let partition = key["pk"]["S"]
            .as_str()
            .unwrap_or_else(|| panic!("{operation} has no partition key: {key}"));
        Self {
            action: format!("dynamodb:{operation}"),
            resource: "table".into(),
            keys: prefix(partition),
        }
    }
}

/// Returns the permissions that a request needs. `target` is DynamoDB's `x-amz-target` header, and
/// `path` is the path of the request.
///
/// # Panics
/// The operation is unknown, because an access that is not read can't be compared with a policy.
pub fn of_request(target: Option<&str>, path: &str, body: &[u8]) -> BTreeSet<Access> {
    let Some((_, operation)) = target.and_then(|target| target.split_once('.')) else {
        assert!(
            path.ends_with("/v2/email/outbound-emails"),
            "{path}: add it to tests/harness/access.rs"
        );
        return BTreeSet::from([Access::without_keys("ses:SendEmail", "identity")]);
    };
    let body: Value = serde_json::from_slice(body).expect("the request is JSON");
    match operation {
        "GetItem" | "UpdateItem" | "DeleteItem" => {
            BTreeSet::from([Access::of_table(operation, &body["Key"])])
        }
        "PutItem" => BTreeSet::from([Access::of_table(operation, &body["Item"])]),
        "BatchGetItem" => {
            let tables =
                body["RequestItems"].as_object().expect("the request names tables").values();
            tables
                .flat_map(|table| table["Keys"].as_array().expect("the request has keys"))
                .map(|key| Access::of_table(operation, key))
                .collect()
        }
        "BatchWriteItem" => {
            let tables =
                body["RequestItems"].as_object().expect("the request names tables").values();
            tables
                .flat_map(|table| table.as_array().expect("the request has writes"))
                .map(|write| Access::of_table(operation, &write["PutRequest"]["Item"]))
                .collect()
        }
        "TransactWriteItems" => body["TransactItems"]
            .as_array()
            .expect("the transaction has writes")
            .iter()
            .map(of_write)
            .collect(),
        "Query" => BTreeSet::from([of_query(&body)]),
        "PutEvents" => BTreeSet::from([Access::without_keys("events:PutEvents", "event-bus")]),
        // IAM has no action for the batch.
        "SendMessageBatch" => BTreeSet::from([Access::without_keys("sqs:SendMessage", "queue")]),
        "ChangeMessageVisibility" => {
            BTreeSet::from([Access::without_keys("sqs:ChangeMessageVisibility", "queue")])
        }
        other => panic!("{other}: add it to tests/harness/access.rs"),
    }
}

/// Returns the permission for one write of a transaction. IAM has an action for each write, and
/// none for the transaction.
fn of_write(write: &Value) -> Access {
    let (kind, write) =
        write.as_object().and_then(|write| write.iter().next()).expect("the write has a kind");
    match kind.as_str() {
        "Put" => Access::of_table("PutItem", &write["Item"]),
        "Update" => Access::of_table("UpdateItem", &write["Key"]),
        "Delete" => Access::of_table("DeleteItem", &write["Key"]),
        "ConditionCheck" => Access::of_table("ConditionCheckItem", &write["Key"]),
        other => panic!("{other}: add it to tests/harness/access.rs"),
    }
}

fn of_query(query: &Value) -> Access {
    let condition =
        query["KeyConditionExpression"].as_str().expect("the query has a key condition");
    let equals = condition.split(" AND ").find_map(|part| {
        part.trim().split_once('=').filter(|(name, _)| !name.trim().ends_with(['<', '>']))
    });
    let (_, value) =
        equals.unwrap_or_else(|| panic!("the condition names no partition: {condition}"));
    let partition = query["ExpressionAttributeValues"][value.trim()]["S"]
        .as_str()
        .unwrap_or_else(|| panic!("the query has no partition: {query}"));
    let index = query["IndexName"].as_str();
    let resource = index.map_or_else(|| "table".into(), |index| format!("index/{index}"));
    // An inviter's id has no prefix (docs/adr/0054).
    let keys = if index == Some("by_sender") { String::new() } else { prefix(partition) };
    Access { action: "dynamodb:Query".into(), resource, keys }
}

/// Returns the key up to and including its first `#`.
fn prefix(key: &str) -> String {
    let (first, _) =
        key.split_once('#').unwrap_or_else(|| panic!("the partition key has no '#': {key}"));
    format!("{first}#")
}
