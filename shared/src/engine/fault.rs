//! Failures on our side. The caller learns only whether a retry is worthwhile; the log has the
//! rest.

use super::refusal::{Conflict, Denied, Forbidden, Limited, NotFound, Refusal};
use crate::store::{ListError, StoreError};

/// A failure on our side. It is unknown whether anything was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A later retry may succeed.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// A bug or a wrong deployment. A retry changes nothing.
    #[error(transparent)]
    Internal(#[from] Mistake),
}

/// The part that cannot answer now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// The table.
    #[error(transparent)]
    Table(StoreError),
    /// This record changed on every attempt to write it.
    #[error("too many conflicts on {0}")]
    Conflicts(&'static str),
    /// The endpoint, which exceeded its deadline.
    #[error("no answer before the deadline")]
    Late,
}

/// A bug or a wrong deployment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mistake {
    /// The table rejects the request, or holds an item that cannot be read.
    #[error(transparent)]
    Table(StoreError),
    /// The endpoint panicked.
    #[error("the endpoint panicked")]
    Panic,
    /// The group that represents the application cannot be read.
    #[error("the application has no group")]
    NoApplication,
}

impl Fault {
    /// Returns whether one item cannot be read. A retry meets the same item.
    pub fn is_unreadable_item(&self) -> bool {
        matches!(self, Self::Internal(Mistake::Table(StoreError::Corrupt { .. })))
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::Unavailable(Unavailable::Table(error)),
            StoreError::Corrupt { .. } | StoreError::Refused(_) => {
                Self::Internal(Mistake::Table(error))
            }
        }
    }
}

/// The reason why a use case has no outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// A rule refused the request.
    Refused(Refusal),
    /// Something failed on our side.
    Failed(Fault),
}

impl Stop {
    /// Converts the reason into the failure type of an API.
    pub fn into_failure<F: From<Refusal> + From<Fault>>(self) -> F {
        match self {
            Self::Refused(refusal) => refusal.into(),
            Self::Failed(fault) => fault.into(),
        }
    }
}

/// Implements the conversions into [`Stop`] that `?` and `into` need.
macro_rules! stops_for {
    ($variant:ident: $($reason:ty),+) => {
        $(
            impl From<$reason> for Stop {
                fn from(reason: $reason) -> Self {
                    Self::$variant(reason.into())
                }
            }
        )+
    };
}

stops_for!(Refused: Refusal, NotFound, Denied, Forbidden, Conflict, Limited);
stops_for!(Failed: Fault, Unavailable, Mistake, StoreError);

impl From<ListError> for Stop {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Cursor(_) => Refusal::InvalidCursor.into(),
            ListError::Store(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_corrupt_item_is_unreadable() {
        let corrupt = StoreError::Corrupt { item: "invite", problem: "unknown variant".into() };
        assert!(Fault::from(corrupt).is_unreadable_item());
        for other in [StoreError::Refused("x".into()), StoreError::Unavailable("x".into())] {
            assert!(!Fault::from(other).is_unreadable_item());
        }
    }

    #[test]
    fn a_fault_names_only_the_part_that_failed() {
        let table = Fault::from(StoreError::Unavailable("ThrottlingException".into()));
        assert_eq!(table.to_string(), "the table is unavailable: ThrottlingException");
        assert!(matches!(table, Fault::Unavailable(_)));
        let refused = Fault::from(StoreError::Refused("ValidationException".into()));
        assert!(matches!(refused, Fault::Internal(Mistake::Table(_))), "{refused:?}");
    }
}
