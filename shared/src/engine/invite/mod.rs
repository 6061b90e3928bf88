//! The use cases of invites.

mod accept;
mod acceptable;
mod create;
mod create_for_user;
mod create_or_find;
mod decline;
mod find_own;
mod inbox;
mod invitees;
mod join;
mod join_seen;
mod list;
mod list_across_groups;
mod list_own_unjoined;
mod list_unjoined;
mod many;
mod of_account;
mod opened;
mod preview;
mod renewal;
mod reveal;
mod revoke;
mod update;

pub use accept::Accepted;
pub use create::{
    Bulk, Created, Creation, Invitation, InviteeRequest, LinkRequest, Making, NewInvitation,
    NewInvite, Notice, OnDuplicate, PersonRequest, Repeatable, ResendRequest,
};
pub use create_for_user::InvitedUser;
pub use invitees::InviteeIds;
pub use list_own_unjoined::OwnUnjoinedInvites;
pub use list_unjoined::UnjoinedInvites;
pub use many::{Acted, Choice, MOST_AT_ONCE, Many, Remaining};
pub use of_account::AccountInvites;
pub use preview::Preview;
pub use reveal::Revealed;
pub use update::InviteChange;
