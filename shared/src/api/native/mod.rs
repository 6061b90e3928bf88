//! The native API: JSON, bearer JWTs, RFC 9457 problems (docs/contracts/native.md).
//!
//! Each noun has a module with the bodies of its requests and responses. One method turns a request
//! body into the engine's input. A response body is a plain struct with a derived `Serialize`.

mod code;
mod credentials;
mod etag;
mod group;
mod invite;
mod list;
mod member;
mod problem;
mod user;

pub use code::Code;
pub use credentials::caller_naming;
pub use etag::{if_match, with_etag};
pub use group::{GroupBody, GroupChangeBody, NewGroupBody};
pub use invite::{
    AcceptBody, AcceptedBody, DeclineBody, DeclinedBody, InviteBody, NewInviteBody, PreviewBody,
    RULE, TokenBody, created, invite_filter,
};
pub use list::{ListBody, page};
pub use member::{MemberBody, MemberEditBody, member_of_path};
pub use problem::{Problem, respond};
pub use user::{ProfileBody, UserBody};

use serde::Serialize;

use crate::domain::clock::Timestamp;

/// An instant in RFC 3339, in UTC and whole seconds: `2023-11-07T05:31:56Z`.
#[derive(Serialize)]
#[serde(transparent)]
struct Instant(String);

impl From<Timestamp> for Instant {
    fn from(at: Timestamp) -> Self {
        Self(at.to_string())
    }
}
