use serde_json::json;

use super::*;
use crate::function::handler;

/// The sequence numbers of each invocation of a fake function.
type Seen = Arc<Mutex<Vec<Vec<u64>>>>;

struct Fake {
    delivery: Delivery,
    seen: Seen,
}

/// Creates a function that answers each invocation with `answer(earlier invocations, sequence
/// numbers)`. An `Err` panics.
fn fake(mapping: &str, answer: fn(usize, &[u64]) -> Result<Value, ()>) -> Fake {
    let seen = Seen::default();
    let log = Arc::clone(&seen);
    let handler = handler(move |event| {
        let numbers: Vec<u64> = event["Records"]
            .as_array()
            .unwrap()
            .iter()
            .map(|record| sequence_number(record).parse().unwrap())
            .collect();
        let before = log.lock().unwrap().len();
        log.lock().unwrap().push(numbers.clone());
        async move { Ok(answer(before, &numbers).expect("this function fails")) }
    });
    let source = serde_yaml_ng::from_str(mapping).unwrap();
    let pause = Duration::from_nanos(100);
    Fake {
        delivery: Delivery {
            function: "F".into(),
            handler,
            source,
            pause,
            on_failure: OnFailure::default(),
        },
        seen,
    }
}

impl Fake {
    async fn run(&self, numbers: std::ops::RangeInclusive<u64>) -> Vec<Vec<u64>> {
        let records = numbers
            .map(|number| json!({"dynamodb": {"SequenceNumber": number.to_string()}}))
            .collect();
        self.delivery.deliver(records).await;
        self.seen.lock().unwrap().clone()
    }

    fn given_up(&self) -> Vec<GivenUp> {
        self.delivery.on_failure.0.lock().unwrap().clone()
    }
}

fn failed(numbers: &[&str]) -> Value {
    json!({ "batchItemFailures": numbers.iter().map(|number| json!({ "itemIdentifier": number })).collect::<Vec<_>>() })
}

#[tokio::test]
async fn records_arrive_in_batches_and_in_order() {
    let fake = fake("{BatchSize: 2}", |_, _| Ok(json!({})));
    assert_eq!(fake.run(1..=5).await, [vec![1, 2], vec![3, 4], vec![5]]);
    assert_eq!(fake.delivery.on_failure.count(), 0);
}

/// Returns a record with this sequence number of the item with this key.
fn of_item(sk: &str, number: u64) -> Value {
    let key = json!({"sk": {"S": sk}, "pk": {"S": "G#1"}});
    json!({"dynamodb": {"Keys": key, "SequenceNumber": number.to_string()}})
}

/// Delivers a record for each item of `items`, numbered from 1. Returns the batches in the order of
/// their invocations.
async fn batches(mapping: &str, items: &[&str]) -> Vec<Vec<u64>> {
    let fake = fake(mapping, |_, _| Ok(json!({})));
    let records = (1..).zip(items).map(|(number, item)| of_item(item, number));
    fake.delivery.deliver(records.collect()).await;
    fake.seen.lock().unwrap().clone()
}

#[tokio::test]
async fn several_batches_are_delivered_at_once_if_their_items_differ() {
    let four = "{BatchSize: 2, ParallelizationFactor: 4}";
    let mut different = batches(four, &["a", "b", "c", "d", "e"]).await;
    different.sort();
    assert_eq!(different, [vec![1, 2], vec![3, 4], vec![5]]);
    assert!(batches(four, &[]).await.is_empty());
    let one = "{BatchSize: 2, ParallelizationFactor: 1}";
    let in_order = batches(one, &["a", "b", "c", "d", "e"]).await;
    assert_eq!(in_order, [vec![1, 2], vec![3, 4], vec![5]]);
}

#[tokio::test]
async fn the_records_of_an_item_stay_in_order() {
    let four = "{BatchSize: 2, ParallelizationFactor: 4}";
    let seen = batches(four, &["a", "a", "b", "a", "c", "a", "b"]).await.concat();
    for numbers in [vec![1, 2, 4, 6], vec![3, 7]] {
        let of_item: Vec<u64> =
            seen.iter().copied().filter(|number| numbers.contains(number)).collect();
        assert_eq!(of_item, numbers, "{seen:?}");
    }
    assert_eq!(seen.len(), 7);
}

#[tokio::test]
async fn a_lane_does_not_wait_for_another() {
    let met = Arc::new(tokio::sync::Barrier::new(2));
    let Fake { mut delivery, .. } =
        fake("{BatchSize: 1, ParallelizationFactor: 2}", |_, _| Ok(json!({})));
    delivery.handler = handler(move |_| {
        let met = Arc::clone(&met);
        async move {
            // It ends only when both lanes are here.
            met.wait().await;
            Ok(json!({}))
        }
    });
    let delivered = delivery.deliver(vec![of_item("a", 1), of_item("b", 2)]);
    tokio::time::timeout(Duration::from_secs(10), delivered).await.unwrap();
}

#[tokio::test]
async fn a_partial_failure_is_retried_from_its_lowest_number() {
    let fake =
        fake("{BatchSize: 5, FunctionResponseTypes: [ReportBatchItemFailures]}", |before, _| {
            Ok(if before == 0 { failed(&["4", "3"]) } else { failed(&[]) })
        });
    assert_eq!(fake.run(1..=5).await, [vec![1, 2, 3, 4, 5], vec![3, 4, 5]]);
}

#[tokio::test]
async fn an_empty_or_unknown_identifier_fails_the_whole_batch() {
    for identifier in ["", "99"] {
        let answer = failed(&[identifier]);
        let records = ["1", "2"].map(|number| json!({"dynamodb": {"SequenceNumber": number}}));
        assert_eq!(lowest_failure(&answer, &records), Some(0));
    }
    assert_eq!(lowest_failure(&json!({"batchItemFailures": [{}]}), &[]), Some(0));
    assert_eq!(lowest_failure(&json!({"batchItemFailures": null}), &[]), None);
    assert_eq!(lowest_failure(&json!({"batchItemFailures": "x"}), &[]), Some(0));
}

#[tokio::test]
async fn partial_failures_need_the_mapping_s_setting() {
    let fake = fake("{BatchSize: 5}", |_, _| Ok(failed(&["1"])));
    assert_eq!(fake.run(1..=2).await, [vec![1, 2]]);
}

#[tokio::test]
async fn after_the_last_retry_the_next_batch_follows() {
    let fake = fake("{BatchSize: 2, MaximumRetryAttempts: 2}", |_, numbers| {
        if numbers[0] == 1 { Err(()) } else { Ok(json!({})) }
    });
    assert_eq!(fake.run(1..=3).await, [vec![1, 2], vec![1, 2], vec![1, 2], vec![3]]);
    let expected = GivenUp {
        function: "F".into(),
        invocations: 3,
        batch_size: 2,
        start_sequence_number: "1".into(),
        end_sequence_number: "2".into(),
    };
    assert_eq!(fake.given_up(), [expected]);
}

#[tokio::test]
async fn bisecting_gives_up_only_the_poisoned_record() {
    let fake = fake(
        "{BatchSize: 4, MaximumRetryAttempts: 1, BisectBatchOnFunctionError: true}",
        |_, numbers| {
            if numbers.contains(&3) { Err(()) } else { Ok(json!({})) }
        },
    );
    assert_eq!(
        fake.run(1..=4).await,
        [vec![1, 2, 3, 4], vec![1, 2], vec![3, 4], vec![3], vec![3], vec![4]]
    );
    assert_eq!(fake.given_up().len(), 1);
    assert_eq!(fake.given_up()[0].start_sequence_number, "3");
}

#[tokio::test]
async fn without_a_maximum_retries_continue() {
    let fake =
        fake("{BatchSize: 1}", |before, _| if before < 20 { Err(()) } else { Ok(json!({})) });
    // The pauses are short because they start at 100 ns and double at most sixteen times.
    assert_eq!(fake.run(1..=1).await.len(), 21);
    assert_eq!(fake.delivery.on_failure.count(), 0);
}
