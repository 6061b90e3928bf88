//! Notifies functions of the events of SES, like a topic of SNS.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use shared::domain::clock::Clock;
use tokio::runtime::Handle;
use uuid::Uuid;

use crate::function::{Handler, invoke};
use crate::registry::Handlers;
use crate::template::Template;

/// The longest that a notified function may run: Lambda's own limit.
const INVOCATION_LIMIT: Duration = Duration::from_secs(900);
/// The pauses before the two repetitions of a failed invocation. Lambda waits longer, but a local
/// developer should not.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(2)];

/// The time from a mail to the report about it. Another server must have answered before SES reports
/// anything, so a report seldom overtakes SES's own answer.
const REPORTED_AFTER: Duration = Duration::from_millis(500);

/// The topic with its subscribers.
pub(crate) struct Topic {
    subscribers: Vec<(String, Handler)>,
    clock: Clock,
    runtime: Handle,
}

impl Topic {
    /// Returns the topic to which the functions of the template subscribe. They run on this runtime.
    pub(crate) fn new(
        template: &Template,
        handlers: &Handlers,
        clock: &Clock,
        runtime: &Handle,
    ) -> Self {
        let notified = template.functions.iter().filter(|function| function.has_topic);
        let subscriber = |id: &String| Some((id.clone(), Arc::clone(handlers.get(id)?)));
        let subscribers = notified.filter_map(|function| subscriber(&function.id)).collect();
        Self { subscribers, clock: clock.clone(), runtime: runtime.clone() }
    }

    /// Invokes the subscribers with this message in the background, half a second later.
    pub(crate) fn publish(&self, message: &Value) {
        let event = json!({"Records": [{
            "EventSource": "aws:sns", "EventVersion": "1.0",
            "EventSubscriptionArn": "arn:aws:sns:local:123456789012:mail-events:local",
            "Sns": {
                "Type": "Notification", "MessageId": Uuid::new_v4().to_string(),
                "TopicArn": "arn:aws:sns:local:123456789012:mail-events",
                "Timestamp": self.clock.now().to_string(), "Message": message.to_string(),
            },
        }]});
        for (function, handler) in &self.subscribers {
            let (function, handler) = (function.clone(), Arc::clone(handler));
            let event = event.clone();
            self.runtime.spawn(async move {
                tokio::time::sleep(REPORTED_AFTER).await;
                notify(function, handler, event, PAUSES).await;
            });
        }
    }
}

/// Invokes the function, and repeats a failed invocation as Lambda does.
async fn notify(function: String, handler: Handler, event: Value, pauses: [Duration; 2]) {
    for pause in pauses.map(Some).into_iter().chain([None]) {
        let Err(error) = invoke(&handler, &event, INVOCATION_LIMIT).await else { return };
        match pause {
            Some(pause) => tokio::time::sleep(pause).await,
            None => tracing::error!(function, %error, "a notification was given up"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use serde::ser::Error as _;

    use super::*;
    use crate::function::handler;

    #[tokio::test]
    async fn a_failed_notification_is_repeated_twice() {
        for (failures, invocations) in [(0, 1), (1, 2), (9, 3)] {
            let count = Arc::new(AtomicUsize::new(0));
            let counted = Arc::clone(&count);
            let handler = handler(move |event| {
                let fails = counted.fetch_add(1, Ordering::SeqCst) < failures;
                let failed = || serde_json::Error::custom("unavailable");
                async move { if fails { Err(failed()) } else { Ok(event) } }
            });
            notify("F".into(), handler, Value::Null, [Duration::ZERO; 2]).await;
            assert_eq!(count.load(Ordering::SeqCst), invocations, "{failures} failures");
        }
    }
}
