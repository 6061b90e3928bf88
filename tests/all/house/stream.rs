//! Rules about the table's stream: no record is lost, and none blocks the others for long.

use serde_yaml_ng::Value;

use super::rule::{Rule, unless};
use super::template::of_type;
use super::tree::{House, events, yaml};

pub(super) const RULES: &[Rule] = &[
    Rule {
        says: "The functions on the stream report the failed records, so that Lambda does not repeat the whole batch.",
        broken: |house| {
            streams(house, |source| {
                source["FunctionResponseTypes"][0].as_str() == Some("ReportBatchItemFailures")
            })
        },
        mutant: (
            "template.yaml",
            "FunctionResponseTypes: [ReportBatchItemFailures]",
            "FunctionResponseTypes: []",
        ),
    },
    Rule {
        says: "A failing batch is split in two, so that one bad record does not block the others.",
        broken: |house| {
            streams(house, |source| source["BisectBatchOnFunctionError"].as_bool() == Some(true))
        },
        mutant: (
            "template.yaml",
            "BisectBatchOnFunctionError: true",
            "BisectBatchOnFunctionError: false",
        ),
    },
    Rule {
        says: "A record has a bounded number of retries; Lambda's default is to retry until it expires after a day.",
        broken: |house| {
            streams(house, |source| {
                source["MaximumRetryAttempts"]
                    .as_i64()
                    .is_some_and(|times| (1..=10_000).contains(&times))
            })
        },
        mutant: ("template.yaml", "MaximumRetryAttempts: 10000", "MaximumRetryAttempts: -1"),
    },
    Rule {
        says: "Retries end after some hours, before the stream drops the record after a day.",
        broken: |house| {
            streams(house, |source| {
                source["MaximumRecordAgeInSeconds"]
                    .as_i64()
                    .is_some_and(|age| (60..86_400).contains(&age))
            })
        },
        mutant: (
            "template.yaml",
            "MaximumRecordAgeInSeconds: 21600",
            "MaximumRecordAgeInSeconds: 86400",
        ),
    },
    Rule {
        says: "Failed records go to a queue.",
        broken: |house| {
            streams(house, |source| {
                yaml(&source["DestinationConfig"]["OnFailure"]["Destination"]).contains("Failed")
            })
        },
        mutant: ("template.yaml", "                Destination: !GetAtt FailedMails.Arn\n", ""),
    },
    Rule {
        says: "A new mapping begins at the oldest record, because LATEST would skip records written meanwhile.",
        broken: |house| {
            streams(house, |source| source["StartingPosition"].as_str() == Some("TRIM_HORIZON"))
        },
        mutant: ("template.yaml", "StartingPosition: TRIM_HORIZON", "StartingPosition: LATEST"),
    },
    Rule {
        says: "The stream starts the function only for records that it handles.",
        broken: |house| {
            streams(house, |source| source["FilterCriteria"]["Filters"][0]["Pattern"].is_string())
        },
        mutant: ("template.yaml", "            FilterCriteria:\n", "            Comment:\n"),
    },
    Rule {
        says: "Each queue of failed records keeps its messages for 14 days and encrypts them.",
        broken: |house| {
            let good = |queue: &Value| {
                queue["MessageRetentionPeriod"].as_i64() == Some(1_209_600)
                    && queue["SqsManagedSseEnabled"].as_bool() == Some(true)
            };
            let queues = of_type(house.template(), "AWS::SQS::Queue");
            queues.flat_map(|(id, queue)| unless(good(queue), id)).collect()
        },
        mutant: (
            "template.yaml",
            "MessageRetentionPeriod: 1209600",
            "MessageRetentionPeriod: 345600",
        ),
    },
];

/// Returns the stream mappings that break a rule. A template without a mapping breaks every rule.
fn streams(house: &House, good: impl Fn(&Value) -> bool) -> Vec<String> {
    let mut seen = false;
    let mut broken = Vec::new();
    for (id, function) in house.deployed() {
        for source in events(function, "DynamoDB") {
            seen = true;
            broken.extend(unless(good(source), id));
        }
    }
    broken.extend(unless(seen, "no stream mapping"));
    broken
}
