//! The caller and the time of a use case.

use crate::auth::Caller;
use crate::domain::clock::Timestamp;

/// The caller of a use case, and the present time.
#[derive(Clone, Copy, Debug)]
pub struct Acting<'a> {
    /// The caller.
    pub caller: &'a Caller,
    /// The present time.
    pub now: Timestamp,
}
