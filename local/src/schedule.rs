//! Invokes the functions that a schedule starts, like EventBridge Scheduler.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use shared::domain::clock::Clock;

use crate::function::{Handler, InvokeError, invoke};
use crate::registry::Handlers;
use crate::template::Template;

/// The longest that a scheduled function may run: Lambda's own limit.
const INVOCATION_LIMIT: Duration = Duration::from_secs(900);

/// A function, and how often it is started.
#[derive(Clone)]
pub(crate) struct Scheduled {
    function: String,
    every: Duration,
    handler: Handler,
    clock: Clock,
}

impl Scheduled {
    /// Returns the schedules of the template, with the handlers of their functions.
    pub(crate) fn all(template: &Template, handlers: &Handlers, clock: &Clock) -> Vec<Self> {
        let functions = template.functions.iter();
        let schedules = functions.flat_map(|function| {
            function.schedules.iter().map(|schedule| (&function.id, schedule.schedule_expression))
        });
        let scheduled = schedules.filter_map(|(function, every)| {
            let handler = Arc::clone(handlers.get(function)?);
            Some(Self { function: function.clone(), every, handler, clock: clock.clone() })
        });
        scheduled.collect()
    }

    /// Invokes the function again and again until the service ends. The first time is one interval
    /// after the start.
    pub(crate) async fn run(self) {
        loop {
            tokio::time::sleep(self.every).await;
            if let Err(error) = self.invoke().await {
                tracing::warn!(function = self.function, %error, "a scheduled function failed");
            }
        }
    }

    /// Invokes the function once, and returns its logical id and its answer.
    ///
    /// # Errors
    /// The variants of [`invoke`].
    pub(crate) async fn invoke(&self) -> Result<(String, Value), InvokeError> {
        let name =
            format!("arn:aws:scheduler:local:123456789012:schedule/default/{}", self.function);
        let event = json!({
            "version": "0", "id": name, "detail-type": "Scheduled Event", "source": "aws.scheduler",
            "account": "123456789012", "time": self.clock.now().to_string(), "region": "local",
            "resources": [name], "detail": "{}",
        });
        let answer = invoke(&self.handler, &event, INVOCATION_LIMIT).await?;
        Ok((self.function.clone(), answer))
    }
}
