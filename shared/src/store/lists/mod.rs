//! Lists of invites, members and memberships: key ranges, read page by page, with sealed cursors.

mod invites;
mod members;
mod page;
mod ranges;

pub use page::ListError;
pub use ranges::InviteList;
