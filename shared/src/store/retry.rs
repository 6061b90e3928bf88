//! Retries of writes that conflict with another write.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

use super::StoreError;
pub(super) use crate::outbound::back_off;

/// The most attempts for a batch read, or for a write that meets a conflict.
pub(super) const ATTEMPTS: u32 = 4;

/// Sends a write of one item, and retries it when it conflicts with a transaction on the same item.
/// The SDK does not retry that error.
pub(super) async fn retrying_conflicts<T, E, F>(send: impl Fn() -> F) -> Result<T, SdkError<E>>
where
    E: ProvideErrorMetadata,
    F: Future<Output = Result<T, SdkError<E>>>,
{
    let mut attempt = 0;
    loop {
        back_off(attempt).await;
        attempt += 1;
        match send().await {
            Err(error)
                if attempt < ATTEMPTS && error.code() == Some("TransactionConflictException") => {}
            result => return result,
        }
    }
}

/// Sends a conditional write of one item. Returns `None` if its condition fails.
///
/// # Errors
/// `Unavailable` or `Refused`.
pub(super) async fn conditional<T, E, F>(send: impl Fn() -> F) -> Result<Option<T>, StoreError>
where
    E: ProvideErrorMetadata,
    F: Future<Output = Result<T, SdkError<E>>>,
{
    match retrying_conflicts(send).await {
        Ok(output) => Ok(Some(output)),
        Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(None),
        Err(error) => Err(error.into()),
    }
}
