//! The evanta API: `/group_invites` and `/group_members`, for clients of Evanta's app API
//! (docs/contracts/evanta.md).
//!
//! Requests have a token header, and a body in JSON or as a Rails form. Objects are under root keys.

mod credentials;
mod failure;
mod render;
mod request;

pub use credentials::caller;
pub use failure::{Failure, respond};
pub use render::{CreatedBody, GroupBody, JoinedBody, UserBody, group_invites, my_invites};
pub use request::{InviteForm, MemberForm, fields, group_of_path, invite_of_path};
