//! What failed on our side. A caller hears no more of it than whether another try is worth it; the
//! operator finds the rest in the log.

use super::refusal::{Conflict, Denied, Forbidden, Limited, NotFound, Refusal};
use crate::store::{ListError, StoreError};

/// A failure on our side. Nobody knows whether anything was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Another try later is worth it.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// A mistake of ours or of the deployment's: another try changes nothing.
    #[error(transparent)]
    Internal(#[from] Mistake),
}

/// What can't answer now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// The table.
    #[error(transparent)]
    Table(StoreError),
    /// This record changed under every attempt to write it.
    #[error("{0} is contended")]
    Contended(&'static str),
    /// The mail service: its error code, or where the request got to.
    #[error("the mail service is unavailable: {0}")]
    Mail(String),
    /// The endpoint, which took longer than its deadline.
    #[error("no answer before the deadline")]
    Late,
}

/// What is wrong here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mistake {
    /// The table refuses the request, or holds an item that can't be read.
    #[error(transparent)]
    Table(StoreError),
    /// The endpoint panicked.
    #[error("the endpoint panicked")]
    Panic,
    /// The group that stands for the application can't be read.
    #[error("the application has no group")]
    NoApplication,
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

/// Why a use case has no outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The caller was refused.
    Refused(Refusal),
    /// Something failed on our side.
    Failed(Fault),
}

impl Stop {
    /// The failure of an API that tells this.
    pub fn into_failure<F: From<Refusal> + From<Fault>>(self) -> F {
        match self {
            Self::Refused(refusal) => refusal.into(),
            Self::Failed(fault) => fault.into(),
        }
    }
}

/// Lets `?` and `into` make a [`Stop`] of everything that a use case stops for.
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
    fn a_fault_names_the_side_that_failed_and_no_other() {
        let mail = Fault::from(Unavailable::Mail("TooManyRequestsException".into())).to_string();
        assert_eq!(mail, "the mail service is unavailable: TooManyRequestsException");
        let table = Fault::from(StoreError::Unavailable("ThrottlingException".into()));
        assert_eq!(table.to_string(), "the table is unavailable: ThrottlingException");
        assert!(matches!(table, Fault::Unavailable(_)));
        let refused = Fault::from(StoreError::Refused("ValidationException".into()));
        assert!(matches!(refused, Fault::Internal(Mistake::Table(_))), "{refused:?}");
    }
}
