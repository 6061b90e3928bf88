//! Publishes events outside of the service: to a bus of EventBridge, and as webhooks
//! (docs/events.md).

mod bus;
mod cloud_event;
mod error;
mod queue;
mod secrets;
mod webhook;

pub use error::{PublishError, UndeliveredError};
pub use webhook::Webhook;

use crate::config::{AwsConfig, ConfigError, Environment, settings};
use crate::domain::event::Event;
use crate::outbound::Outbound;
use bus::Bus;
use cloud_event::CloudEvent;
use queue::WebhookQueue;

/// Publishes events. Clones share connections.
#[derive(Clone)]
pub struct Publisher {
    /// The `source` of the events: `PUBLIC_URL`.
    source: String,
    bus: Option<Bus>,
    webhooks: Option<WebhookQueue>,
}

impl Publisher {
    /// Creates the clients from `EVENT_BUS`, `WEBHOOK_QUEUE_URL`, `PUBLIC_URL` and the AWS variables.
    ///
    /// # Errors
    /// `ConfigError` with the name of the missing or invalid variable.
    pub(crate) fn configure(
        environment: &Environment,
        outbound: &Outbound,
    ) -> Result<Self, ConfigError> {
        let aws = AwsConfig::read(environment)?;
        let bus = environment.optional(settings::EVENT_BUS);
        let queue = environment.optional(settings::WEBHOOK_QUEUE_URL);
        Ok(Self {
            source: environment.url(settings::PUBLIC_URL)?,
            bus: bus.map(|name| Bus::new(name, &aws, outbound)),
            webhooks: queue.map(|url| WebhookQueue::new(url, &aws, outbound)),
        })
    }

    /// Publishes the events, whose order is that of their changes. An event that was published
    /// before is published again with the same id.
    ///
    /// # Errors
    /// `PublishError` if EventBridge or SQS did not take all events. Publishing them again loses
    /// nothing.
    pub async fn publish(&self, events: &[Event]) -> Result<(), PublishError> {
        let events: Vec<_> = events.iter().map(|it| CloudEvent::of(it, &self.source)).collect();
        let to_bus = async {
            match &self.bus {
                Some(bus) => bus.put(&events).await,
                None => Ok(()),
            }
        };
        let to_queue = async {
            match &self.webhooks {
                Some(queue) => queue.send(&events).await,
                None => Ok(()),
            }
        };
        let (put, sent) = futures::join!(to_bus, to_queue);
        put.and(sent)
    }
}
