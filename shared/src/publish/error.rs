//! The reasons why an event is not published, or a webhook is not delivered. None shows a URL, a
//! body or a message of another service.

/// EventBridge or SQS did not take all events.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// EventBridge did not take some events.
    #[error("EventBridge did not take {left} events: {cause}")]
    Bus {
        /// The number of events that it did not take.
        left: usize,
        /// The error code, or the stage that the request reached.
        cause: String,
    },
    /// SQS did not take some messages.
    #[error("SQS did not take {left} events: {cause}")]
    Queue {
        /// The number of events that it did not take.
        left: usize,
        /// The error code, or the stage that the request reached.
        cause: String,
    },
}

/// The receiver did not take a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UndeliveredError {
    /// The receiver responded with a status other than 2xx.
    #[error("the receiver responded with status {0}")]
    Status(u16),
    /// The receiver did not respond in time.
    #[error("the receiver did not respond in time")]
    TimedOut,
    /// The receiver could not be reached, or the connection broke.
    #[error("the receiver could not be reached, or the connection broke")]
    Unreachable,
    /// The message cannot be a request.
    #[error("the message cannot be a request")]
    NoRequest,
}
