//! What a request to AWS needs leave for: IAM's action, on what, and for a table the first part of
//! the keys.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

/// One thing that a policy has to allow.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Access {
    /// As IAM calls it, as `dynamodb:GetItem`.
    pub action: String,
    /// `table`, `index/<name>` or `identity`.
    pub resource: String,
    /// What the partition's key begins with, up to its first `#`; empty where there are no keys.
    pub keys: String,
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.action, self.resource, self.keys)
    }
}

impl Access {
    /// Reads what its display has written.
    pub fn parse(line: &str) -> Option<Self> {
        let [action, resource, keys] = line.splitn(3, ' ').collect::<Vec<_>>().try_into().ok()?;
        Some(Self { action: action.into(), resource: resource.into(), keys: keys.into() })
    }

    fn of_table(operation: &str, key: &Value) -> Self {
        let partition =
            key["pk"]["S"].as_str().unwrap_or_else(|| panic!("{operation} without a key: {key}"));
        Self {
            action: format!("dynamodb:{operation}"),
            resource: "table".into(),
            keys: prefix(partition),
        }
    }
}

/// Everything that the request needs leave for: `target` is DynamoDB's header, `path` where it was
/// sent.
///
/// An operation that this doesn't know is a panic, for what isn't read can't be compared with a
/// policy.
pub fn of_request(target: Option<&str>, path: &str, body: &[u8]) -> BTreeSet<Access> {
    let Some((_, operation)) = target.and_then(|target| target.split_once('.')) else {
        assert!(
            path.ends_with("/v2/email/outbound-emails"),
            "{path}: add it to tests/harness/access.rs"
        );
        return BTreeSet::from([Access {
            action: "ses:SendEmail".into(),
            resource: "identity".into(),
            keys: String::new(),
        }]);
    };
    let body: Value = serde_json::from_slice(body).expect("a request is JSON");
    match operation {
        "GetItem" | "UpdateItem" | "DeleteItem" => {
            BTreeSet::from([Access::of_table(operation, &body["Key"])])
        }
        "PutItem" => BTreeSet::from([Access::of_table(operation, &body["Item"])]),
        "BatchGetItem" => {
            let tables = body["RequestItems"].as_object().expect("tables").values();
            tables
                .flat_map(|table| table["Keys"].as_array().expect("keys"))
                .map(|key| Access::of_table(operation, key))
                .collect()
        }
        "TransactWriteItems" => {
            body["TransactItems"].as_array().expect("writes").iter().map(of_write).collect()
        }
        "Query" => BTreeSet::from([of_query(&body)]),
        other => panic!("{other}: add it to tests/harness/access.rs"),
    }
}

/// A write of a transaction: IAM knows it by its own name, and none for the transaction.
fn of_write(write: &Value) -> Access {
    let (kind, write) = write.as_object().and_then(|write| write.iter().next()).expect("a write");
    match kind.as_str() {
        "Put" => Access::of_table("PutItem", &write["Item"]),
        "Update" => Access::of_table("UpdateItem", &write["Key"]),
        "Delete" => Access::of_table("DeleteItem", &write["Key"]),
        "ConditionCheck" => Access::of_table("ConditionCheckItem", &write["Key"]),
        other => panic!("{other}: add it to tests/harness/access.rs"),
    }
}

fn of_query(query: &Value) -> Access {
    let condition = query["KeyConditionExpression"].as_str().expect("a condition");
    let equals = condition.split(" AND ").find_map(|part| {
        part.trim().split_once('=').filter(|(name, _)| !name.trim().ends_with(['<', '>']))
    });
    let (_, value) = equals.unwrap_or_else(|| panic!("no partition in {condition}"));
    let partition = query["ExpressionAttributeValues"][value.trim()]["S"]
        .as_str()
        .unwrap_or_else(|| panic!("no partition in {query}"));
    let resource = query["IndexName"]
        .as_str()
        .map_or_else(|| "table".into(), |index| format!("index/{index}"));
    Access { action: "dynamodb:Query".into(), resource, keys: prefix(partition) }
}

/// Up to and with the first `#`.
fn prefix(key: &str) -> String {
    let (first, _) =
        key.split_once('#').unwrap_or_else(|| panic!("a partition's key without '#': {key}"));
    format!("{first}#")
}
