//! The use cases of members.

mod add;
mod change;
mod edit;
mod ended;
mod manage_as_owner;
mod orphans;
mod people;
mod read;

pub use edit::MemberEdit;
pub use people::{People, Person, PersonId};
pub use read::OwnGroup;
