//! Rules about the alarms: each watches a metric that exists, and notifies the topic.

use serde_yaml_ng::Value;

use super::rule::{Rule, unless};
use super::template::of_type;
use super::tree::yaml;

pub(super) const RULES: &[Rule] = &[Rule {
    says: "Each alarm watches a metric of AWS or of this template, notifies the topic, and ignores missing data, unless it watches for invocations.",
    broken: |house| alarms(house.template()),
    mutant: (
        "template.yaml",
        "      MetricName: IteratorAge\n",
        "      MetricName: IteratorAges\n",
    ),
}];

/// The metrics of AWS that alarms may watch, with the dimension that they need. `None` for the
/// rates of SES, which belong to the whole account.
const METRICS_OF_AWS: &[(&str, &str, Option<&str>)] = &[
    ("AWS/Lambda", "IteratorAge", Some("FunctionName")),
    ("AWS/Lambda", "Errors", Some("FunctionName")),
    ("AWS/Lambda", "Invocations", Some("FunctionName")),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible", Some("QueueName")),
    ("AWS/DynamoDB", "ReadThrottleEvents", Some("TableName")),
    ("AWS/DynamoDB", "WriteThrottleEvents", Some("TableName")),
    ("AWS/SES", "Reputation.BounceRate", None),
    ("AWS/SES", "Reputation.ComplaintRate", None),
];

fn alarms(template: &Value) -> Vec<String> {
    let filters: Vec<&Value> = of_type(template, "AWS::Logs::MetricFilter")
        .map(|(_, filter)| &filter["MetricTransformations"][0])
        .collect();
    let known = |metric: &Value| {
        let (namespace, name) =
            (yaml(&metric["Namespace"]), metric["MetricName"].as_str().unwrap_or("?"));
        let of_aws = METRICS_OF_AWS.iter().any(|(space, known, dimension)| {
            namespace.trim() == *space
                && *known == name
                && metric["Dimensions"][0]["Name"].as_str() == *dimension
        });
        of_aws
            || filters.iter().any(|filter| {
                yaml(&filter["MetricNamespace"]) == namespace
                    && filter["MetricName"].as_str() == Some(name)
            })
    };
    let mut broken = Vec::new();
    let mut count = 0;
    for (id, alarm) in of_type(template, "AWS::CloudWatch::Alarm") {
        count += 1;
        let watched: Vec<&Value> = match alarm["Metrics"].as_sequence() {
            Some(metrics) => metrics
                .iter()
                .map(|metric| &metric["MetricStat"]["Metric"])
                .filter(|metric| !metric.is_null())
                .collect(),
            None => vec![alarm],
        };
        let good = !watched.is_empty()
            && watched.into_iter().all(known)
            && yaml(&alarm["AlarmActions"]).contains("AlarmTopic")
            && alarm["AlarmDescription"].is_string()
            && alarm["TreatMissingData"].as_str().is_some_and(|treatment| match treatment {
                "notBreaching" | "ignore" => true,
                // A function that is not invoked has no data.
                "breaching" => alarm["MetricName"] == "Invocations",
                _ => false,
            });
        broken.extend(unless(good, id));
    }
    broken.extend(unless(
        count >= 6,
        "add an alarm for each of errors, latency, stream age, queue, table and SES",
    ));
    broken
}
