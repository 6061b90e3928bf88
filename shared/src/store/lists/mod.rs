//! Lists of events, invites, members and memberships: key ranges that are read page by page, with
//! authenticated cursors.

mod entries;
mod events;
mod inbox;
mod invites;
mod members;
mod page;
mod ranges;
mod sent;
mod whole;

pub use inbox::InboxKeys;
pub use page::{ListError, PagePosition};
pub use ranges::InviteList;
