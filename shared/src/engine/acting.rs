//! The person who acts, and when.

use crate::auth::Caller;
use crate::domain::clock::Timestamp;

/// The caller of a use case, and the present.
#[derive(Clone, Copy, Debug)]
pub struct Acting<'a> {
    /// The caller.
    pub caller: &'a Caller,
    /// The present.
    pub now: Timestamp,
}
