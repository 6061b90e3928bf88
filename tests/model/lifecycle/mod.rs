//! Invites, memberships and the group: what requests, the stream's function and the clock's function
//! do to them, in every order of calls.

mod accept;
mod act;
mod answer;
mod as_domain;
mod call;
mod clear;
mod conditions;
mod create;
mod follow;
mod group;
mod index;
mod manage;
mod membership;
mod notes;
mod people;
mod properties;
mod rows;
mod rules;
mod start;
mod state;
mod step;
mod stream;
mod table;
mod tick;

pub use act::Request;
pub use conditions::Condition;
pub use rows::{ALICE, BOB, CAROL, Person, Slot};
pub use start::Start;
pub use state::{Action, Lifecycle, State};
