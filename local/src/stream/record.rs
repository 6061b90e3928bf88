//! Converts a stream record to the JSON of a Lambda event.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodbstreams::types::{AttributeValue, Record};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

/// Returns the record as an element of `Records` in a stream event.
pub(crate) fn record(record: Record, stream_arn: &str) -> Value {
    let mut change = Map::new();
    if let Some(stream) = record.dynamodb {
        if let Some(at) = stream.approximate_creation_date_time {
            change.insert("ApproximateCreationDateTime".into(), json!(at.secs()));
        }
        for (name, image) in
            [("Keys", stream.keys), ("NewImage", stream.new_image), ("OldImage", stream.old_image)]
        {
            if let Some(image) = image {
                change.insert(name.into(), item(image));
            }
        }
        change.insert("SequenceNumber".into(), json!(stream.sequence_number));
        change.insert("SizeBytes".into(), json!(stream.size_bytes.unwrap_or_default()));
        if let Some(kind) = stream.stream_view_type {
            change.insert("StreamViewType".into(), json!(kind.as_str()));
        }
    }
    let mut event = json!({
        "eventID": record.event_id,
        "eventName": record.event_name.as_ref().map(|name| name.as_str()),
        "eventVersion": record.event_version.as_deref().unwrap_or("1.1"),
        "eventSource": "aws:dynamodb",
        "awsRegion": record.aws_region,
        "eventSourceARN": stream_arn,
    });
    event["dynamodb"] = change.into();
    if let Some(identity) = record.user_identity {
        // Functions use this to recognize removals by time to live.
        event["userIdentity"] =
            json!({"type": identity.r#type, "principalId": identity.principal_id});
    }
    event
}

/// Returns the record's sequence number, or an empty text if it has none.
pub(crate) fn sequence_number(record: &Value) -> &str {
    record["dynamodb"]["SequenceNumber"].as_str().unwrap_or_default()
}

/// Returns the key of the record's item, as texts of its attributes.
pub(super) fn key(record: &Value) -> BTreeSet<String> {
    let attributes = record["dynamodb"]["Keys"].as_object().into_iter().flatten();
    attributes.map(|(name, value)| format!("{name}={value}")).collect()
}

fn item(image: HashMap<String, AttributeValue>) -> Value {
    image.into_iter().map(|(name, value)| (name, attribute(value))).collect::<Map<_, _>>().into()
}

fn attribute(value: AttributeValue) -> Value {
    let (kind, value) = match value {
        AttributeValue::S(text) => ("S", text.into()),
        AttributeValue::N(number) => ("N", number.into()),
        AttributeValue::Bool(truth) => ("BOOL", truth.into()),
        AttributeValue::Null(truth) => ("NULL", truth.into()),
        AttributeValue::B(bytes) => ("B", STANDARD.encode(bytes).into()),
        AttributeValue::Ss(texts) => ("SS", texts.into()),
        AttributeValue::Ns(numbers) => ("NS", numbers.into()),
        AttributeValue::Bs(all) => ("BS", all.iter().map(|bytes| STANDARD.encode(bytes)).collect()),
        AttributeValue::L(list) => ("L", list.into_iter().map(attribute).collect()),
        AttributeValue::M(map) => ("M", item(map)),
        // DynamoDB has no other types. An unknown one must not look like a readable value.
        _ => return Value::Null,
    };
    Map::from_iter([(kind.to_owned(), value)]).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lambda_events::event::dynamodb::Event;
    use aws_sdk_dynamodbstreams::types::{OperationType, StreamRecord};

    #[test]
    fn lambda_events_parses_the_record() {
        let change = StreamRecord::builder()
            .keys("pk", AttributeValue::S("G#1".into()))
            .new_image("n", AttributeValue::N("7".into()))
            .new_image(
                "m",
                AttributeValue::M(HashMap::from([(
                    "l".into(),
                    AttributeValue::L(vec![AttributeValue::Bool(true)]),
                )])),
            )
            .sequence_number("111")
            .build();
        let source = Record::builder()
            .event_id("e")
            .event_name(OperationType::Insert)
            .aws_region("local")
            .dynamodb(change)
            .build();
        let json = record(source, "arn:aws:dynamodb:local:1:table/t/stream/s");
        assert_eq!(json["dynamodb"]["NewImage"]["m"], json!({"M": {"l": {"L": [{"BOOL": true}]}}}));
        assert_eq!(sequence_number(&json), "111");
        let event: Event = serde_json::from_value(json!({ "Records": [json] })).unwrap();
        assert_eq!(event.records[0].event_name, "INSERT");
        assert_eq!(event.records[0].change.sequence_number.as_deref(), Some("111"));
    }
}
