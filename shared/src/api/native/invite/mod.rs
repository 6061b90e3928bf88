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
