//! What the engine itself takes, asked without the SDK, for the least that making an invite needs:
//! one read and one write.

use std::time::{Duration, Instant};

use harness::table::ask_by;
use reqwest::Client;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fault::Fault;

/// Reads an item that isn't there and writes one as large as an invite, into every index, so often;
/// how long each pair took.
///
/// # Errors
/// The engine doesn't answer, or refuses.
pub(super) async fn get_and_put(
    engine: &str,
    table: &str,
    times: usize,
) -> Result<Vec<Duration>, Fault> {
    let client = Client::builder().no_proxy().build()?;
    let mut took = Vec::with_capacity(times);
    // The first pair opens the connection.
    for round in 0..=times {
        let key = Uuid::new_v4().to_string();
        let since = Instant::now();
        let get = json!({"TableName": table, "Key": {"pk": {"S": key}, "sk": {"S": key}}, "ConsistentRead": true});
        ask_by(&client, engine, "GetItem", &get).await?;
        let put = json!({"TableName": table, "Item": item(&key), "ConditionExpression": "attribute_not_exists(pk)"});
        ask_by(&client, engine, "PutItem", &put).await?;
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
