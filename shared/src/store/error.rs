//! The errors of the table.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

use crate::outbound::failure_kind;

/// An error of the table. Expected refusals, such as a failed condition, are outcomes of each
/// access instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The table throttled the request, did not respond in time or readably, or had conflicting
    /// writes for too long. A later retry may succeed.
    #[error("the table is unavailable: {0}")]
    Unavailable(String),
    /// An item can't be read from, or written in, its stored form.
    #[error("the item {item} can't be read: {problem}")]
    Corrupt {
        /// The item's type, never its contents.
        item: &'static str,
        /// The deserializer's message, without the values that it quotes.
        problem: String,
    },
    /// DynamoDB refused the request because of a bug or a wrong deployment.
    #[error("the table refused the request: {0}")]
    Refused(String),
}

/// The error codes that a later retry may resolve. Requests without a response are handled
/// separately.
const TRANSIENT: [&str; 7] = [
    "ThrottlingException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "TransactionConflictException",
    "TransactionInProgressException",
    "InternalServerError",
    "ServiceUnavailable",
];

impl StoreError {
    /// Returns the error of an `item` that cannot be read or written. Values that `error` quotes
    /// are left out, because they may be personal.
    pub(super) fn corrupt(item: &'static str, error: impl std::fmt::Display) -> Self {
        Self::Corrupt { item, problem: without_values(&error.to_string()) }
    }
}

impl<E> From<SdkError<E>> for StoreError
where
    E: ProvideErrorMetadata,
{
    fn from(error: SdkError<E>) -> Self {
        let no_response = matches!(
            error,
            SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_)
        );
        // Without a code nothing is known about the request: a success status with a broken body,
        // or an answer that DynamoDB did not write.
        let unreadable = error.raw_response().is_some() && error.code().is_none();
        let server_error =
            error.raw_response().is_some_and(|response| response.status().is_server_error());
        let retryable = no_response
            || unreadable
            || server_error
            || error.code().is_some_and(|code| TRANSIENT.contains(&code));
        let text = failure_kind(&error);
        if retryable { Self::Unavailable(text) } else { Self::Refused(text) }
    }
}

/// Removes the quoted values from a deserializer's message.
fn without_values(message: &str) -> String {
    let outside = message.split('"').step_by(2);
    outside.collect::<Vec<_>>().join("…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deserializer_message_loses_the_values_that_it_quotes() {
        assert_eq!(
            without_values("invalid type: string \"ada@example.com\", expected u32"),
            "invalid type: string …, expected u32"
        );
    }
}
