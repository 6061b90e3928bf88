//! Compares the engine's units with AWS's published rules (DynamoDB Developer Guide, "DynamoDB
//! on-demand capacity mode" and "Using Global Secondary Indexes"), because the cost table depends
//! on them.

use harness::table::ask_by;
use serde_json::{Value, json};

use super::{Recorder, Units};

/// A table with one index behind a recorder.
struct Table {
    recorder: Recorder,
    client: reqwest::Client,
}

impl Table {
    async fn make() -> Self {
        let table = Self {
            recorder: Recorder::start().await.unwrap(),
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
        };
        let key = |hash: &str| json!([{"AttributeName": hash, "KeyType": "HASH"}]);
        let index = json!({"IndexName": "by_group", "KeySchema": key("g"), "Projection": {"ProjectionType": "ALL"}});
        let attributes = json!([{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "g", "AttributeType": "S"}]);
        let body = json!({"TableName": "table", "KeySchema": key("pk"), "AttributeDefinitions": attributes, "GlobalSecondaryIndexes": [index],
            "BillingMode": "PAY_PER_REQUEST"});
        table.sends("CreateTable", body).await;
        table
    }

    async fn sends(&self, operation: &str, body: Value) {
        ask_by(&self.client, self.recorder.url(), operation, &body).await.unwrap();
    }

    /// Returns the read and write units of the call.
    async fn costs(&self, operation: &str, mut body: Value) -> (Units, Units) {
        if operation != "TransactWriteItems" {
            body["TableName"] = json!("table");
        }
        self.recorder.take();
        self.sends(operation, body).await;
        let calls = self.recorder.take();
        assert_eq!(calls.len(), 1);
        (calls[0].read.clone(), calls[0].write.clone())
    }
}

/// Returns an item of exactly this many bytes. Names and texts count as UTF-8.
fn item(key: &str, group: Option<&str>, bytes: usize) -> Value {
    let own = "pk".len() + key.len() + group.map_or(0, |group| "g".len() + group.len()) + "x".len();
    let mut item = json!({"pk": {"S": key}, "x": {"S": "x".repeat(bytes - own)}});
    if let Some(group) = group {
        item["g"] = json!({"S": group});
    }
    item
}

fn units(units: &[(&str, f64)]) -> Units {
    units.iter().map(|(name, units)| ((*name).to_owned(), *units)).collect()
}

#[tokio::test]
async fn a_write_costs_one_unit_per_kilobyte_and_two_in_a_transaction() {
    let table = Table::make().await;
    for (bytes, expected) in [(1024, 1.0), (1025, 2.0), (3000, 3.0)] {
        let item = item(&format!("k{bytes}"), None, bytes);
        assert_eq!(
            table.costs("PutItem", json!({"Item": item})).await.1,
            units(&[("table", expected)]),
            "{bytes}"
        );
        let put = json!({"TransactItems": [{"Put": {"TableName": "table", "Item": item}}]});
        assert_eq!(
            table.costs("TransactWriteItems", put).await.1,
            units(&[("table", 2.0 * expected)]),
            "{bytes}, in a transaction"
        );
    }
}

#[tokio::test]
async fn an_index_costs_one_unit_per_new_or_changed_entry_and_two_for_a_moved_one() {
    let table = Table::make().await;
    let put = async |item: Value| table.costs("PutItem", json!({"Item": item})).await.1;
    assert_eq!(put(item("k", Some("a"), 500)).await, units(&[("table", 1.0), ("by_group", 1.0)]));
    assert_eq!(put(item("k", Some("a"), 500)).await, units(&[("table", 1.0)]), "no change");
    assert_eq!(
        put(item("k", Some("a"), 600)).await,
        units(&[("table", 1.0), ("by_group", 1.0)]),
        "a changed attribute"
    );
    assert_eq!(
        put(item("k", Some("b"), 600)).await,
        units(&[("table", 1.0), ("by_group", 2.0)]),
        "a changed key"
    );
    assert_eq!(
        put(item("k", None, 600)).await,
        units(&[("table", 1.0), ("by_group", 1.0)]),
        "removed from the index"
    );
    // A transaction doubles the units of the table but not those of the index.
    let write = json!({"TransactItems": [{"Put": {"TableName": "table", "Item": item("k", Some("c"), 600)}}]});
    assert_eq!(
        table.costs("TransactWriteItems", write).await.1,
        units(&[("table", 2.0), ("by_group", 1.0)])
    );
}

#[tokio::test]
async fn a_read_costs_one_unit_per_four_kilobytes_or_eight_if_eventually_consistent() {
    let table = Table::make().await;
    for (bytes, consistent, expected) in
        [(4096, true, 1.0), (4097, true, 2.0), (4097, false, 1.0), (100, false, 0.5)]
    {
        let key = format!("k{bytes}");
        table.costs("PutItem", json!({"Item": item(&key, None, bytes)})).await;
        let get = json!({"Key": {"pk": {"S": key}}, "ConsistentRead": consistent});
        assert_eq!(
            table.costs("GetItem", get).await.0,
            units(&[("table", expected)]),
            "{bytes}, {consistent}"
        );
    }
    let missing = json!({"Key": {"pk": {"S": "nothing"}}, "ConsistentRead": true});
    assert_eq!(
        table.costs("GetItem", missing).await.0,
        units(&[("table", 1.0)]),
        "a missing item costs as much as the smallest one"
    );
}

#[tokio::test]
async fn a_query_costs_the_sum_of_all_items_it_scans() {
    let table = Table::make().await;
    for at in 0..10 {
        table.costs("PutItem", json!({"Item": item(&format!("k{at}"), Some("a"), 1000)})).await;
    }
    let query = json!({"IndexName": "by_group", "KeyConditionExpression": "g = :g", "ExpressionAttributeValues": {":g": {"S": "a"}}, "Select": "COUNT"});
    assert_eq!(
        table.costs("Query", query).await.0,
        units(&[("by_group", 1.5)]),
        "10,000 bytes are three times 4 KiB, at half price"
    );
}
