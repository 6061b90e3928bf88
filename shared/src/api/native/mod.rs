//! The native API: JSON, bearer JWTs, RFC 9457 problems (docs/contracts/native.md).
//!
//! Each noun has a module with the bodies of its requests and responses. One method turns a request
//! body into the engine's input. A response body is a plain struct with a derived `Serialize`.

mod block;
mod code;
mod credentials;
mod etag;
mod event;
mod explanation;
mod group;
mod invite;
mod list;
mod member;
mod problem;
mod query;
#[cfg(feature = "openapi")]
pub mod reference;
mod stats;
mod suppression;
mod user;

pub use block::{BlockBody, blocked_of_path};
pub use code::Code;
pub use credentials::caller_naming;
pub use etag::{if_match, with_etag};
pub use event::event_filter;
pub use explanation::Explanation;
pub use group::{GroupBody, GroupChangeBody, NewGroupBody};
pub use invite::{
    AcceptBody, AcceptedBody, BodyLimits, DeclineBody, DeclinedBody, InviteBody, InviteChangeBody,
    InvitesBody, NarrowBody, NarrowedBody, NewInviteBody, PreviewBody, RULE, ReadItems,
    RenewalBody, ResendBody, ResendInvitesBody, RevealedBody, RevokeInvitesBody, TokenBody, chosen,
    created, csv, inbox_filter, invite_filter, making, resent, wants_csv,
};
pub use list::{Listed, fitting_page, list, ordered_page, page};
pub use member::{MemberBody, MemberEditBody, member_of_path};
pub use problem::{Problem, respond};
pub use stats::{InviteStatsBody, first_day};
pub use suppression::{SuppressionBody, address_of_path};
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
