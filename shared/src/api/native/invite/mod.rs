//! Invites.

mod answer;
mod body;
mod create;
mod filter;
mod preview;

pub use answer::{AcceptBody, AcceptedBody, DeclineBody, DeclinedBody};
pub use body::InviteBody;
pub use create::{NewInviteBody, created};
pub use filter::invite_filter;
pub use preview::{PreviewBody, TokenBody};

use crate::domain::rule::InviteRule;

/// The rule by which the group's policy says who may create and manage invites.
pub const RULE: InviteRule = InviteRule::Policy;
