//! Invites: reads with the records that a decision needs, and the writes that create invites,
//! change their state, and record the delivery of their mails.

mod create;
mod mark;
mod read;
mod together;
mod transition;

pub use create::{NewInvites, PutInvitesOutcome};
pub use read::{CreateKeys, CreateReads, ManyReads};
pub use together::TogetherOutcome;
pub(super) use transition::{IS_PENDING, SameGrant};
