//! The native API: JSON, bearer JWTs, RFC 9457 problems (docs/contracts/native.md).

mod code;
mod problem;
mod render;
mod request;

pub use code::Code;
pub use problem::{Problem, respond};
pub use render::{
    CreatedBody, GroupBody, InviteBody, ListBody, MemberBody, PreviewBody, UserBody, with_etag,
};
pub use request::{InviteName, if_match, invite_filter, page};
