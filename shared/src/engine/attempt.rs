//! The outcome of one attempt of a use case that retries on conflicts.

/// Maximum number of attempts.
pub(super) const ATTEMPTS: u8 = 4;

/// The outcome of one attempt.
#[derive(Debug)]
pub(super) enum Attempt<T> {
    /// The attempt succeeded.
    Done(T),
    /// A record changed after it was read. The use case reads it again and retries.
    Retry,
}

impl<T> Attempt<T> {
    /// Returns the outcome with the value of a success converted.
    pub(super) fn map<U>(self, convert: impl FnOnce(T) -> U) -> Attempt<U> {
        match self {
            Self::Done(value) => Attempt::Done(convert(value)),
            Self::Retry => Attempt::Retry,
        }
    }
}
