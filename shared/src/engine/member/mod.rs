//! The use cases of members.

mod add;
mod edit;
mod manage_as_owner;
mod people;
mod read;

pub use edit::MemberEdit;
pub use people::{People, Person, PersonId};
pub use read::{OwnGroup, Roster};
