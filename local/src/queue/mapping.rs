//! Starts a function with the messages of a queue, like Lambda's event source mapping.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::{Message, Queue, Queues};
use crate::function::{Handler, InvokeError, invoke};
use crate::registry::Handlers;
use crate::tasks;
use crate::template::{QueueSource, Template};

/// The longest that a function may run: Lambda's own limit.
const INVOCATION_LIMIT: Duration = Duration::from_secs(900);
/// The pause between two looks at a queue whose messages are all hidden.
const POLL: Duration = Duration::from_millis(50);

/// One event source mapping.
pub(crate) struct Mapping {
    function: String,
    handler: Handler,
    queue: Queue,
    source: QueueSource,
}

impl Mapping {
    /// Returns the mappings of the template, with the handlers of their functions.
    pub(crate) fn all(template: &Template, handlers: &Handlers, queues: &Queues) -> Vec<Self> {
        let functions = template.functions.iter();
        let sources = functions.flat_map(|function| {
            function.queues.iter().map(|source| (function.id.clone(), source.clone()))
        });
        let mappings = sources.filter_map(|(function, source)| {
            let handler = Arc::clone(handlers.get(&function)?);
            let queue = queues.get(&source.queue)?.clone();
            Some(Self { function, handler, queue, source })
        });
        mappings.collect()
    }

    /// Starts the function with the messages until the service ends.
    pub(crate) async fn run(self) {
        let most = self.source.scaling_config.maximum_concurrency;
        let at_once = Arc::new(Semaphore::new(most.unwrap_or(Semaphore::MAX_PERMITS)));
        let mapping = Arc::new(self);
        // Only a closed semaphore gives no permit.
        while let Ok(permit) = Arc::clone(&at_once).acquire_owned().await {
            let messages = mapping.queue.receive(mapping.source.batch_size);
            if messages.is_empty() {
                drop(permit);
                mapping.wait().await;
                continue;
            }
            let mapping = Arc::clone(&mapping);
            tasks::spawn(async move {
                mapping.deliver(&messages).await;
                drop(permit);
            });
        }
    }

    /// Waits until a message may be there. The time in which a message is hidden passes with the
    /// service's clock, which can be advanced.
    async fn wait(&self) {
        let changed = self.queue.changed.notified();
        if self.queue.count() == 0 {
            changed.await;
        } else {
            // Either is a reason to look again.
            let _changed = tokio::time::timeout(POLL, changed).await;
        }
    }

    /// Starts the function with the messages. Those that it reports stay in the queue, and all of
    /// them if it fails.
    async fn deliver(&self, messages: &[Message]) {
        let records: Vec<Value> = messages.iter().map(|message| self.record(message)).collect();
        let event = json!({ "Records": records });
        let answer = invoke(&self.handler, &event, INVOCATION_LIMIT).await;
        let failed = self.failed(answer, messages);
        for message in messages {
            self.queue.settle(&message.receipt, !failed.contains(&message.id));
        }
    }

    /// Returns the ids of the messages that stay in the queue.
    fn failed(&self, answer: Result<Value, InvokeError>, messages: &[Message]) -> BTreeSet<String> {
        match answer {
            Ok(answer) => {
                let failures = answer["batchItemFailures"].as_array().into_iter().flatten();
                let ids = failures.filter_map(|failure| failure["itemIdentifier"].as_str());
                ids.map(str::to_owned).collect()
            }
            Err(error) => {
                tracing::warn!(function = self.function, %error, "a background function failed");
                messages.iter().map(|message| message.id.clone()).collect()
            }
        }
    }

    /// Returns the message as an element of `Records` in an event of SQS.
    fn record(&self, message: &Message) -> Value {
        let milliseconds = |seconds: i64| (seconds * 1000).to_string();
        json!({
            "messageId": message.id, "receiptHandle": message.receipt, "body": message.body,
            "attributes": {
                "ApproximateReceiveCount": message.receives.to_string(),
                "SentTimestamp": milliseconds(message.sent_at.seconds()),
                "SequenceNumber": format!("{:020}", message.sequence),
                "MessageGroupId": message.group, "SenderId": "local",
                "MessageDeduplicationId": message.deduplication_id,
                "ApproximateFirstReceiveTimestamp": milliseconds(message.sent_at.seconds()),
            },
            "messageAttributes": {}, "eventSource": "aws:sqs", "awsRegion": "local",
            "eventSourceARN": format!("arn:aws:sqs:local:123456789012:{}.fifo", self.source.queue),
        })
    }
}
