//! What can go wrong between us and the table.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

use crate::outbound::failure_kind;

/// Why the table gave no usable answer. Expected refusals are outcomes of each access instead.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Throttled, timed out, or in conflict with other writes for too long: worth another try
    /// later.
    #[error("the table is unavailable: {0}")]
    Unavailable(String),
    /// An item does not have the form that it was written in.
    #[error("the item {item} can't be read: {problem}")]
    Corrupt {
        /// The kind of item, or the part of one.
        item: &'static str,
        /// What the reader said, without values.
        problem: String,
    },
    /// DynamoDB refused the request: a mistake of ours or of the deployment's.
    #[error("the table refused the request: {0}")]
    Refused(String),
    /// Nobody waited for the answer any more: a mistake of ours ended the work.
    #[error("the work was not finished: {0}")]
    Abandoned(&'static str),
}

/// The error codes that say "later", beside those that never got an answer.
const TRANSIENT: [&str; 7] = [
    "ThrottlingException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "TransactionConflictException",
    "TransactionInProgressException",
    "InternalServerError",
    "ServiceUnavailable",
];

impl<E> From<SdkError<E>> for StoreError
where
    E: ProvideErrorMetadata,
{
    fn from(error: SdkError<E>) -> Self {
        let unanswered = matches!(
            error,
            SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_)
        );
        let failed_there =
            error.raw_response().is_some_and(|response| response.status().is_server_error());
        let later = unanswered
            || failed_there
            || error.code().is_some_and(|code| TRANSIENT.contains(&code));
        let text = failure_kind(&error);
        if later { Self::Unavailable(text) } else { Self::Refused(text) }
    }
}

/// The reader's message without the values that it quotes.
pub(super) fn without_values(message: &str) -> String {
    let outside = message.split('"').step_by(2);
    outside.collect::<Vec<_>>().join("…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_s_message_loses_the_values_it_quotes() {
        assert_eq!(
            without_values("invalid type: string \"ada@example.com\", expected u32"),
            "invalid type: string …, expected u32"
        );
    }
}
