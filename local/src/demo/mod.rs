//! Demo data: the people of the start page, and the people and groups of the APIs' own examples, so
//! that those example requests work as they are.

mod people;
mod seed;

pub(crate) use people::{
    EXAMPLE_GROUP, EXAMPLE_PEOPLE, GROUP, Group, INVITEE, OWNER, PEOPLE, Person, person,
};
pub use seed::DemoError;
pub(crate) use seed::seed;
