//! The evanta API: `/group_invites` and `/group_members`, for clients of Evanta's app API
//! (docs/contracts/evanta.md).
//!
//! Requests have a token header, and a JSON or Rails form body. Objects are under root keys.

mod credentials;
mod failure;
mod render;
mod request;

pub use credentials::caller;
pub use failure::{Failure, respond};
pub use render::{CreatedBody, GroupBody, GroupInvitesBody, JoinedBody, MyInvitesBody, UserBody};
pub use request::{InviteForm, MemberForm, fields, group_of_path};
