//! The use cases of invites.

mod accept;
mod create;
mod create_for_user;
mod create_or_find;
mod decline;
mod find_own;
mod invitees;
mod list;
mod list_across_groups;
mod list_own_unjoined;
mod list_unjoined;
mod of_account;
mod preview;
mod revoke;
mod update;

pub use accept::Accepted;
pub use create::{
    Created, Invitation, InviteeRequest, LinkRequest, NewInvitation, NewInvite, Notice,
    PersonRequest,
};
pub use create_for_user::InvitedUser;
pub use invitees::InviteeIds;
pub use list::InviteFilter;
pub use list_own_unjoined::OwnUnjoinedInvites;
pub use list_unjoined::UnjoinedInvites;
pub use of_account::AccountInvites;
pub use preview::Preview;
pub use update::InviteChange;
