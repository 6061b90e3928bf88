//! Invites: read with what a decision needs, created by one conditional write, moved between states
//! by another, and marked with what became of their mail.

mod create;
mod mark;
mod read;
mod transition;

pub use create::PutInvitesOutcome;
pub use read::CreateReads;
pub(super) use transition::{IS_PENDING, SAME_ROLES};
