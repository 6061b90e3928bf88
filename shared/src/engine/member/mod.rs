//! The use cases of members, one file each.

mod add;
mod edit;
mod manage_as_owner;
mod people;
mod read;

pub use edit::MemberEdit;
pub use people::{People, Person, PersonId};
pub use read::{OwnGroup, Roster};
