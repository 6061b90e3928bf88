//! Acting on up to a hundred invites of a group in one request. Each invite has an outcome of its
//! own.
//!
//! `select` says which invites a request acts on, and `write` writes the decided ones in
//! transactions. Resending them is in `create`, because a revival is checked as a new invite is.

mod outcome;
mod revoke;
mod select;
mod write;

pub use outcome::{Acted, Choice, MOST_AT_ONCE, Many, Remaining};
