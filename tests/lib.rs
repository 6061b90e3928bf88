//! What the tests in `all/` and the programs beside them share.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "all of this is for tests, which fail by panics"
)]

pub mod access;
mod asked;
pub mod events;
pub mod table;

pub use asked::asked;
