//! Puts events on a bus of EventBridge (`PutEvents`).

use std::time::Duration;

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::config::retry::RetryConfig;
use aws_sdk_eventbridge::config::timeout::TimeoutConfig;
use aws_sdk_eventbridge::config::{BehaviorVersion, Builder, Region};
use aws_sdk_eventbridge::primitives::DateTime;
use aws_sdk_eventbridge::types::{PutEventsRequestEntry, PutEventsResultEntry};

use super::cloud_event::CloudEvent;
use super::error::PublishError;
use crate::config::AwsConfig;
use crate::outbound::{Outbound, back_off, credentials, failure_kind};

/// The most events of one request to EventBridge.
const MOST: usize = 10;
/// The number of requests after which the events that EventBridge refuses are given back.
const ATTEMPTS: u32 = 4;
/// The `source` of the events on the bus, by which rules find them.
const SOURCE: &str = "beckon";

/// A bus of EventBridge.
#[derive(Clone)]
pub(super) struct Bus {
    client: Client,
    name: String,
}

impl Bus {
    pub(super) fn new(name: &str, aws: &AwsConfig, outbound: &Outbound) -> Self {
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
        config.set_endpoint_url(aws.eventbridge_endpoint.clone());
        Self { client: Client::from_conf(config.build()), name: name.to_owned() }
    }

    /// Puts the events on the bus. EventBridge keeps no order.
    ///
    /// # Errors
    /// `PublishError::Bus` if EventBridge did not take all events.
    pub(super) async fn put(&self, events: &[CloudEvent]) -> Result<(), PublishError> {
        for chunk in events.chunks(MOST) {
            self.put_chunk(chunk).await?;
        }
        Ok(())
    }

    /// Puts at most [`MOST`] events on the bus. EventBridge may take a part of them, so the others
    /// are put again.
    async fn put_chunk(&self, events: &[CloudEvent]) -> Result<(), PublishError> {
        let mut left: Vec<&CloudEvent> = events.iter().collect();
        let mut cause = String::new();
        for attempt in 0..ATTEMPTS {
            back_off(attempt).await;
            let entries = left.iter().map(|event| self.entry(event)).collect();
            let answer = self.client.put_events().set_entries(Some(entries)).send().await;
            let answer = answer.map_err(|error| PublishError::Bus {
                left: left.len(),
                cause: failure_kind(&error),
            })?;
            if let Some(code) = answer.entries().iter().find_map(PutEventsResultEntry::error_code) {
                cause = code.to_owned();
            }
            left = refused(left, answer.entries());
            if left.is_empty() {
                return Ok(());
            }
        }
        Err(PublishError::Bus { left: left.len(), cause })
    }

    fn entry(&self, event: &CloudEvent) -> PutEventsRequestEntry {
        PutEventsRequestEntry::builder()
            .event_bus_name(&self.name)
            .source(SOURCE)
            .detail_type(event.kind())
            .time(DateTime::from_secs(event.at().seconds()))
            .detail(event.json())
            .build()
    }
}

/// Returns the events that have no result, or a result with an error.
fn refused<'a>(put: Vec<&'a CloudEvent>, results: &[PutEventsResultEntry]) -> Vec<&'a CloudEvent> {
    let is_taken = |at: usize| results.get(at).is_some_and(|result| result.error_code().is_none());
    put.into_iter().enumerate().filter(|(at, _)| !is_taken(*at)).map(|(_, event)| event).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_taken_only_with_a_result_of_its_own() {
        let events = ["1", "2", "3"].map(|id| CloudEvent::in_group(id, "g"));
        let left = |results: &[PutEventsResultEntry]| {
            let left = refused(events.iter().collect(), results).into_iter();
            left.map(|event| event.id().to_owned()).collect::<Vec<_>>()
        };
        let taken = PutEventsResultEntry::builder().event_id("e").build();
        let failed = PutEventsResultEntry::builder().error_code("InternalFailure").build();
        assert_eq!(left(&[taken.clone(), failed, taken.clone()]), ["2"]);
        assert_eq!(left(&[taken]), ["2", "3"]);
        assert_eq!(left(&[]), ["1", "2", "3"]);
    }
}
