//! The queue of webhooks: an SQS FIFO queue, which keeps the order of the events about one subject.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::timeout::TimeoutConfig;
use aws_sdk_sqs::config::{BehaviorVersion, Builder, Region};
use aws_sdk_sqs::operation::send_message_batch::SendMessageBatchOutput;
use aws_sdk_sqs::types::{BatchResultErrorEntry, SendMessageBatchRequestEntry};

use super::cloud_event::CloudEvent;
use super::error::PublishError;
use crate::config::AwsConfig;
use crate::outbound::{Outbound, back_off, credentials, failure_kind};

/// The most messages of one request to SQS.
const MOST: usize = 10;
/// The number of failed requests after which the messages are given back.
const ATTEMPTS: u32 = 4;

/// The queue of webhooks.
#[derive(Clone)]
pub(super) struct WebhookQueue {
    client: Client,
    url: String,
}

impl WebhookQueue {
    pub(super) fn new(url: &str, aws: &AwsConfig, outbound: &Outbound) -> Self {
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(Duration::from_secs(2))
            .operation_timeout(Duration::from_secs(5))
            .build();
        let mut config = Builder::new()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(aws.region.clone()))
            .credentials_provider(credentials(aws))
            .http_client(outbound.sdk())
            .timeout_config(timeouts)
            .retry_config(RetryConfig::standard().with_max_attempts(3));
        config.set_endpoint_url(aws.sqs_endpoint.clone());
        Self { client: Client::from_conf(config.build()), url: url.to_owned() }
    }

    /// Sends the events, those about one subject in their order. SQS drops an event that it took in
    /// the five minutes before.
    ///
    /// # Errors
    /// `PublishError::Queue` if SQS did not take all events.
    pub(super) async fn send(&self, events: &[CloudEvent]) -> Result<(), PublishError> {
        let mut left: Vec<&CloudEvent> = events.iter().collect();
        let mut failures = 0;
        while !left.is_empty() {
            back_off(failures).await;
            let batch = next_batch(&left);
            let refused =
                |cause, left: &[&CloudEvent]| PublishError::Queue { left: left.len(), cause };
            let answer = self.send_batch(&batch).await.map_err(|cause| refused(cause, &left))?;
            let place = |id: &str| id.parse().ok().and_then(|at: usize| batch.get(at));
            let sent = answer.successful().iter().filter_map(|result| place(result.id()));
            let sent: BTreeSet<&str> = sent.map(|event| event.id()).collect();
            left.retain(|event| !sent.contains(event.id()));
            if sent.len() < batch.len() {
                failures += 1;
                if failures == ATTEMPTS {
                    let code = answer.failed().first().map(BatchResultErrorEntry::code);
                    return Err(refused(code.unwrap_or_default().to_owned(), &left));
                }
            }
        }
        Ok(())
    }

    async fn send_batch(&self, batch: &[&CloudEvent]) -> Result<SendMessageBatchOutput, String> {
        let entry = |(at, event): (usize, &&CloudEvent)| {
            SendMessageBatchRequestEntry::builder()
                .id(at.to_string())
                .message_body(event.json())
                .message_group_id(event.group())
                .message_deduplication_id(event.id())
                .build()
        };
        let entries: Result<Vec<_>, _> = batch.iter().enumerate().map(entry).collect();
        let entries = entries.map_err(|_| "a message could not be made".to_owned())?;
        let request = self.client.send_message_batch().queue_url(&self.url);
        let answer = request.set_entries(Some(entries)).send().await;
        answer.map_err(|error| failure_kind(&error))
    }

    /// Hides a received message from now on for this time. SQS holds back the later messages of its
    /// group as well.
    ///
    /// # Errors
    /// The error code, or the stage that the request reached. The message then stays hidden for the
    /// queue's own time.
    pub(super) async fn hide(&self, receipt: &str, pause: Duration) -> Result<(), String> {
        let seconds = i32::try_from(pause.as_secs()).unwrap_or(i32::MAX);
        let request = self.client.change_message_visibility().queue_url(&self.url);
        let request = request.receipt_handle(receipt).visibility_timeout(seconds);
        request.send().await.map(|_| ()).map_err(|error| failure_kind(&error))
    }
}

/// Returns the events of the next request: the first of each subject, in their order.
///
/// SQS may take some messages of a request and refuse others. With two events about one subject in a
/// request, it could take the later one only, and so turn their order round.
fn next_batch<'a>(left: &[&'a CloudEvent]) -> Vec<&'a CloudEvent> {
    let mut groups = BTreeSet::new();
    left.iter().copied().filter(|event| groups.insert(event.group())).take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids<'a>(events: &[&'a CloudEvent]) -> Vec<&'a str> {
        events.iter().map(|event| event.id()).collect()
    }

    #[test]
    fn a_request_has_the_first_event_of_each_subject() {
        let events = [("1", "g"), ("2", "g"), ("3", "h"), ("4", "i"), ("5", "h")];
        let events = events.map(|(id, group)| CloudEvent::in_group(id, group));
        let mut left: Vec<&CloudEvent> = events.iter().collect();
        assert_eq!(ids(&next_batch(&left)), ["1", "3", "4"]);
        // SQS has refused the third.
        left.retain(|event| !["1", "4"].contains(&event.id()));
        assert_eq!(ids(&next_batch(&left)), ["2", "3"]);
        assert!(next_batch(&[]).is_empty());
    }

    #[test]
    fn a_request_has_at_most_ten_events() {
        let events = (0..12).map(|at| CloudEvent::in_group(&at.to_string(), &at.to_string()));
        let events: Vec<CloudEvent> = events.collect();
        assert_eq!(next_batch(&events.iter().collect::<Vec<_>>()).len(), MOST);
    }
}
