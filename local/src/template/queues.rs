//! The queues of `template.yaml`, and the event source mappings from them.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_yaml_ng::Value;

/// An event source mapping from a queue, with Lambda's defaults.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct QueueSource {
    /// The logical id of the queue, from `!GetAtt <id>.Arn`.
    #[serde(deserialize_with = "logical_id")]
    pub(crate) queue: String,
    /// The most messages of one invocation.
    #[serde(default = "default_queue_batch_size")]
    pub(crate) batch_size: usize,
    /// The limit of the invocations at the same time.
    #[serde(default)]
    pub(crate) scaling_config: ScalingConfig,
}

/// The limit of a mapping's invocations.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ScalingConfig {
    /// The most invocations at the same time. `None` means no limit.
    pub(crate) maximum_concurrency: Option<usize>,
}

/// A queue, with SQS's defaults.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Queue {
    /// The seconds for which a received message is hidden.
    #[serde(default = "default_visibility")]
    pub(crate) visibility_timeout: i64,
    /// When a message is given up. `None` if it never is.
    pub(crate) redrive_policy: Option<RedrivePolicy>,
}

/// When a message is given up.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RedrivePolicy {
    /// How often a message is received at most.
    pub(crate) max_receive_count: u32,
}

/// Reads the logical id of `!GetAtt <id>.<attribute>`.
fn logical_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let reference = match Value::deserialize(deserializer)? {
        Value::Tagged(reference) => reference.value,
        plain => plain,
    };
    let id = reference.as_str().and_then(|text| text.split_once('.')).map(|(id, _)| id.to_owned());
    id.ok_or_else(|| D::Error::custom("a queue is named by !GetAtt <id>.Arn"))
}

fn default_queue_batch_size() -> usize {
    10
}

fn default_visibility() -> i64 {
    30
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::{TEMPLATE, Template};

    #[test]
    fn a_queue_and_its_mapping_have_their_settings() {
        let template = Template::parse(TEMPLATE).unwrap();
        let with_queue = template.functions.iter().filter(|function| !function.queues.is_empty());
        let with_queue: Vec<_> = with_queue.map(|function| function.id.as_str()).collect();
        assert_eq!(with_queue, ["BackgroundDeliverWebhook"]);
        let queue = &template.queues["Webhooks"];
        let most = queue.redrive_policy.as_ref().unwrap().max_receive_count;
        assert_eq!((queue.visibility_timeout, most), (150, 10));
        let mapping = "Queue: !GetAtt Webhooks.Arn";
        let mapping: QueueSource = serde_yaml_ng::from_str(mapping).unwrap();
        assert_eq!((mapping.queue.as_str(), mapping.batch_size), ("Webhooks", 10));
        assert_eq!(mapping.scaling_config.maximum_concurrency, None);
        assert!(serde_yaml_ng::from_str::<QueueSource>("Queue: Webhooks").is_err());
    }
}
