//! The bungie API: Bungie.net's `GroupV2` invitations of platform accounts
//! (docs/contracts/bungie.md).
//!
//! Every answer has the same envelope. Int64 values are strings, and enumeration values are
//! numbers.

mod answer;
mod application;
mod card;
mod code;
mod invite;
mod membership;
mod page;
mod potential;
mod request;

pub use answer::{ApplicationResponse, Failure, Resolution, respond, success};
pub use application::Application;
pub use code::PlatformErrorCode;
pub use invite::{RULE, asks_for_invites, new_invite};
pub use membership::MembershipType;
pub use page::{SearchResult, on_page};
pub use potential::PotentialMembership;
pub use request::{account, administrator, anybody, current_page, group};
