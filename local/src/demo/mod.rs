//! Demo data: the people and groups of the APIs' own examples, so that those example requests work
//! as they are.

mod people;
mod seed;

pub(crate) use people::{GROUP, OWNER, PEOPLE, Person};
pub use seed::DemoError;
pub(crate) use seed::seed;
