//! What can go wrong between us and the table.

use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};

/// Why the table gave no usable answer. Expected refusals are outcomes of each access instead.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Throttled, timed out, or in conflict with other writes for too long: worth another try later.
    #[error("the table is unavailable: {0}")]
    Unavailable(String),
    /// An item does not have the form that it was written in.
    #[error("the item {key} can't be read: {problem}")]
    Corrupt {
        /// The item's type and what is wrong; never its contents.
        key: &'static str,
        /// What the reader said.
        problem: String,
    },
    /// DynamoDB refused the request: a mistake of ours or of the deployment's.
    #[error("the table refused the request: {0}")]
    Refused(String),
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
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    fn from(error: SdkError<E>) -> Self {
        let later = match &error {
            SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => true,
            _ => error.code().is_some_and(|code| TRANSIENT.contains(&code)),
        };
        // A service's message may repeat the item; the code never does.
        let text = error.code().map_or_else(|| DisplayErrorContext(&error).to_string(), str::to_owned);
        if later { Self::Unavailable(text) } else { Self::Refused(text) }
    }
}
