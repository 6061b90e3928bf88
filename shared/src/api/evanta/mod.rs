//! The evanta API: `/group_invites` and `/group_members` as Evanta's app API has them: token
//! headers, JSON or Rails forms, objects under their root keys (docs/contracts/evanta.md).

mod credentials;
mod failure;
mod group;
mod render;
mod request;

pub use credentials::caller;
pub use failure::{Failure, respond};
pub use group::{SeenGroup, see};
pub use render::{CreatedBody, GroupBody, GroupInvitesBody, JoinedBody, MyInvitesBody, UserBody};
pub use request::{InviteForm, MemberForm, fields, group_of_path};
