//! Lists of invites, members and memberships: key ranges that are read page by page, with
//! authenticated cursors.

mod invites;
mod members;
mod page;
mod ranges;

pub use page::ListError;
pub use ranges::InviteList;
