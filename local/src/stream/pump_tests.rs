use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use shared::config::{AwsConfig, Environment};

use super::*;
use crate::database::Clients;
use crate::embedded::embedded;
use crate::function::Handler;
use crate::tasks::Tasks;
use crate::template::{TEMPLATE, Template};

const MAPPING: &str = r#"{BatchSize: 10, FilterCriteria: {Filters: [{Pattern: '{"dynamodb":{"NewImage":{"outbox":{"S":["queued"]}}}}'}]}}"#;

async fn clients(tasks: &mut Tasks) -> Clients {
    let engine = embedded(None).await.unwrap();
    let endpoint = engine.url;
    tasks.start(engine.serve);
    let variables =
        [("AWS_REGION", "us-east-1"), ("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "s"), ("AWS_ENDPOINT_URL_DYNAMODB", &endpoint)];
    let environment: Environment = variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Clients::new(&AwsConfig::read(&environment).unwrap())
}

async fn put(clients: &Clients, sk: &str, outbox: &str) {
    let text = |value: &str| AttributeValue::S(value.to_owned());
    let request = clients.tables.put_item().table_name("beckon").item("pk", text("G#1")).item("sk", text(sk)).item("outbox", text(outbox));
    request.send().await.unwrap();
}

#[tokio::test]
async fn changes_of_the_table_reach_the_function_through_the_filter() {
    let mut tasks = Tasks::default();
    let clients = clients(&mut tasks).await;
    let table = Template::parse(TEMPLATE).unwrap().table;
    let stream_arn = clients.ensure_table("beckon", &table).await.unwrap();
    assert_eq!(clients.ensure_table("beckon", &table).await.unwrap(), stream_arn);
    put(&clients, "before", "queued").await;
    let seen = Arc::new(Mutex::new(Vec::<Value>::new()));
    let log = Arc::clone(&seen);
    let handler: Handler = Arc::new(move |event| {
        log.lock().unwrap().extend(event["Records"].as_array().unwrap().clone());
        Box::pin(async { Ok(json!({})) })
    });
    let source = serde_yaml_ng::from_str(MAPPING).unwrap();
    let delivery = Delivery { function: "F".into(), handler, source, pause: POLL, on_failure: OnFailure::default() };
    let filter = Filter::new(&delivery.source.filter_criteria).unwrap();
    tasks.start(Pump { client: clients.streams.clone(), stream_arn, commits: Commits::default(), filter, delivery }.run());
    put(&clients, "other", "sent").await;
    put(&clients, "after", "queued").await;
    for _ in 0..200 {
        if seen.lock().unwrap().len() > 1 {
            break;
        }
        tokio::time::sleep(POLL).await;
    }
    let records = seen.lock().unwrap().clone();
    let keys: Vec<_> = records.iter().map(|record| record["dynamodb"]["Keys"]["sk"]["S"].as_str().unwrap()).collect();
    assert_eq!(keys, ["before", "after"]);
    assert_eq!(records[0]["eventName"], "INSERT");
    assert!(record::sequence_number(&records[0]) < record::sequence_number(&records[1]));
}
