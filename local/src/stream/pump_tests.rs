use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use super::*;
use crate::database::Clients;
use crate::embedded::embedded;
use crate::function::handler;
use crate::tasks::Tasks;
use crate::template::{TEMPLATE, Template};

const MAPPING: &str = r#"{BatchSize: 10, FilterCriteria: {Filters: [{Pattern: '{"dynamodb":{"NewImage":{"outbox":{"S":["queued"]}}}}'}]}}"#;

async fn clients(tasks: &mut Tasks) -> Clients {
    let engine = embedded(None).await.unwrap();
    tasks.start(engine.serve);
    Clients::of_engine(&engine.url)
}

async fn put(clients: &Clients, sk: &str, outbox: &str) {
    let text = |value: &str| AttributeValue::S(value.to_owned());
    let request = clients
        .tables
        .put_item()
        .table_name("beckon")
        .item("pk", text("G#1"))
        .item("sk", text(sk))
        .item("outbox", text(outbox));
    request.send().await.unwrap();
}

/// The records that the pump's function has received.
type Seen = Arc<Mutex<Vec<Value>>>;

fn pump(clients: &Clients, stream_arn: String, commits: Commits) -> (Pump, Seen) {
    let seen = Seen::default();
    let log = Arc::clone(&seen);
    let handler = handler(move |event| {
        log.lock().unwrap().extend(event["Records"].as_array().unwrap().clone());
        async { Ok(json!({})) }
    });
    let source = serde_yaml_ng::from_str(MAPPING).unwrap();
    let delivery = Delivery {
        function: "F".into(),
        handler,
        source,
        pause: POLL,
        on_failure: OnFailure::default(),
    };
    let filter = Filter::new(&delivery.source.filter_criteria).unwrap();
    (
        Pump {
            stream: Stream {
                client: clients.streams.clone(),
                arn: stream_arn,
                written: None,
                commits,
            },
            filter,
            delivery,
        },
        seen,
    )
}

async fn until_seen(seen: &Seen, count: usize) {
    for _ in 0..200 {
        if seen.lock().unwrap().len() >= count {
            break;
        }
        tokio::time::sleep(POLL).await;
    }
}

#[tokio::test]
async fn matching_changes_of_the_table_reach_the_function() {
    let mut tasks = Tasks::default();
    let clients = clients(&mut tasks).await;
    let table = Template::parse(TEMPLATE).unwrap().table;
    let stream_arn = clients.ensure_table("beckon", &table).await.unwrap();
    assert_eq!(clients.ensure_table("beckon", &table).await.unwrap(), stream_arn);
    put(&clients, "before", "queued").await;
    let (pump, seen) = pump(&clients, stream_arn, Commits::default());
    tasks.start(pump.run());
    put(&clients, "other", "sent").await;
    put(&clients, "after", "queued").await;
    until_seen(&seen, 2).await;
    let records = seen.lock().unwrap().clone();
    let keys: Vec<_> = records
        .iter()
        .map(|record| record["dynamodb"]["Keys"]["sk"]["S"].as_str().unwrap())
        .collect();
    assert_eq!(keys, ["before", "after"]);
    assert_eq!(records[0]["eventName"], "INSERT");
    assert!(record::sequence_number(&records[0]) < record::sequence_number(&records[1]));
}

#[test]
fn a_shard_is_read_after_its_parent() {
    let shard = |id: &str, parent: Option<&str>| Shard {
        id: id.to_owned(),
        parent: parent.map(str::to_owned),
        iterator: None,
        last: None,
    };
    let ids = |open: &mut [Shard]| -> Vec<String> {
        readable(open).map(|shard| shard.id.clone()).collect()
    };
    let mut open = [
        shard("child", Some("parent")),
        shard("parent", Some("trimmed")),
        shard("grandchild", Some("child")),
        shard("other", None),
    ];
    assert_eq!(ids(&mut open), ["parent", "other"]);
    open[1].id = "ended".into();
    assert_eq!(ids(&mut open), ["child", "ended", "other"]);
}

#[tokio::test]
async fn a_function_gets_no_record_before_it_is_on_the_disk() {
    let mut tasks = Tasks::default();
    let clients = clients(&mut tasks).await;
    let stream_arn =
        clients.ensure_table("beckon", &Template::parse(TEMPLATE).unwrap().table).await.unwrap();
    let (commits, flushing, go_on) = Commits::held();
    let (pump, seen) = pump(&clients, stream_arn, commits);
    tasks.start(pump.run());
    put(&clients, "1", "queued").await;
    tokio::task::spawn_blocking(move || flushing.recv_timeout(Duration::from_secs(10)))
        .await
        .unwrap()
        .unwrap();
    assert!(seen.lock().unwrap().is_empty());
    go_on.send(()).unwrap();
    until_seen(&seen, 1).await;
    assert_eq!(seen.lock().unwrap().len(), 1);
}
