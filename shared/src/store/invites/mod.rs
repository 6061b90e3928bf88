//! Invites: reads with the records that a decision needs, and the writes that create invites,
//! change their state, and record the delivery of their mails.

mod create;
mod mark;
mod read;
mod transition;

pub use create::PutInvitesOutcome;
pub use read::CreateReads;
pub(super) use transition::{IS_PENDING, SAME_ROLES};
