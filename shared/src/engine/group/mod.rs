//! The use cases of groups.

mod change;
mod create;
mod delete;
mod first_owner;
mod join;
mod join_seen;
mod read;
mod seen;

pub use change::GroupChange;
pub use create::NewGroup;
pub use first_owner::FirstOwner;
pub use read::GroupView;
pub use seen::SeenGroup;
