//! The use cases of mails.

mod digest;
mod feedback;
mod hand_over;
mod result;
mod send;
mod suppressions;

pub use feedback::Reported;
pub use hand_over::Outgoing;
pub use result::SendOutcome;
