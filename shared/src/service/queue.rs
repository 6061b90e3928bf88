//! The events of an SQS FIFO queue, and the response to them: the fields that Beckon needs. Those of
//! `aws_lambda_events` need the crate `serde_with`, which nothing else needs (ADR 0040).

use serde::{Deserialize, Deserializer, Serialize, de};

/// A batch of messages.
#[derive(Debug, Deserialize)]
pub struct QueueEvent {
    /// The messages, those of one group in their order.
    #[serde(rename = "Records")]
    pub records: Vec<QueueMessage>,
}

/// A message.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QueueMessage {
    /// The message's id, by which the response reports it.
    pub message_id: String,
    /// The handle of this receipt, by which the message is put off.
    pub receipt_handle: String,
    /// The text that was sent.
    pub body: String,
    /// The attributes that SQS gives each message.
    pub attributes: QueueAttributes,
}

/// The attributes that SQS gives each message of a FIFO queue.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct QueueAttributes {
    /// How often the message was received, this time included.
    #[serde(deserialize_with = "number")]
    pub approximate_receive_count: u32,
    /// The group, whose messages stay in order.
    pub message_group_id: String,
    /// The id by which SQS recognizes a repeated message.
    pub message_deduplication_id: String,
}

/// Reads a number, which SQS writes as text.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
}

/// The response: the messages that failed. SQS deletes the others.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct QueueResponse {
    /// The messages that failed.
    pub batch_item_failures: Vec<QueueFailure>,
}

/// A message that failed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct QueueFailure {
    /// The message's id.
    pub item_identifier: String,
}
