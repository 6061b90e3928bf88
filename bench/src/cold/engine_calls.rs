//! Measures the engine without the SDK: the read and the write that creating an invite needs at
//! least.

use std::time::{Duration, Instant};

use harness::table::ask_by;
use reqwest::Client;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fault::Fault;

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
    let indexes = ["by_group", "by_invitee", "by_sender", "due"];
    let parts = indexes.iter().flat_map(|index| [format!("{index}_pk"), format!("{index}_sk")]);
    for name in parts.chain(["pk".to_owned(), "sk".to_owned(), "by_id_pk".to_owned()]) {
        item[name.as_str()] = json!({"S": key});
    }
    item
}
