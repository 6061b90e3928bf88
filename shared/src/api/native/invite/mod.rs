//! Invites.

mod answer;
mod body;
mod bulk;
mod change;
mod chosen;
mod create;
mod created;
mod csv;
mod csv_rows;
mod filter;
mod filter_body;
mod making;
mod narrow;
mod preview;
mod resend;

pub use answer::{AcceptBody, AcceptedBody, DeclineBody, DeclinedBody};
pub use body::InviteBody;
pub use bulk::{BodyLimits, InvitesBody, ReadItems};
#[cfg(feature = "openapi")]
pub(super) use bulk::{ManyBody, ManyResultsBody};
pub use change::InviteChangeBody;
#[cfg(feature = "openapi")]
pub(super) use chosen::ChosenResultsBody;
pub use chosen::{ResendInvitesBody, RevokeInvitesBody, chosen};
pub use create::NewInviteBody;
pub use created::created;
#[cfg(feature = "openapi")]
pub(super) use created::{CreatedBody, CreationBody};
pub use csv::{csv, wants_csv};
pub use filter::{inbox_filter, invite_filter};
pub use making::making;
pub use narrow::{NarrowBody, NarrowedBody};
pub use preview::{PreviewBody, TokenBody};
pub use resend::{RenewalBody, ResendBody, RevealedBody, resent};

use crate::domain::rule::InviteRule;

/// The rule by which the group's policy says who may create and manage invites.
pub const RULE: InviteRule = InviteRule::Policy;
