//! The use cases of groups.

mod change;
mod create;
mod delete;
mod events;
mod first_owner;
mod read;
mod seen;
mod stats;

pub use change::GroupChange;
pub use create::NewGroup;
pub use delete::Progress;
pub use first_owner::FirstOwner;
pub use read::GroupView;
pub use seen::SeenGroup;
pub use stats::InviteStats;
