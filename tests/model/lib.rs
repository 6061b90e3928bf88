//! The rules of Beckon as state machines, which stateright explores in every order of calls
//! (docs/model.md, ADR 0044).
//!
//! [`Lifecycle`] is about invites, memberships and the group. [`Delivery`] is about the mails of two
//! invites to one mailbox. In both, each act is a small program of calls to the table. What an act
//! decides is asked of the domain itself; the conditions of its writes are those of the store.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a model that cannot be built fails its test"
)]

mod delivery;
mod left_out;
mod lifecycle;

pub use delivery::{Delivery, Invite, MailAction, MailCondition, MailState, Ses};
pub use left_out::LeftOut;
pub use lifecycle::{
    ALICE, Action, BOB, CAROL, Condition, Lifecycle, Person, Request, Slot, Start, State,
};
