//! The states of an invite's last mail.

use serde::{Deserialize, Serialize};

/// The state of the last mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum DeliveryState {
    /// No mail was requested.
    NotRequested,
    /// A mail is due.
    Queued,
    /// SES accepted the mail.
    Sent,
    /// The recipient's server does not take the mail yet. SES keeps trying.
    Delayed,
    /// The recipient's server took the mail.
    Delivered,
    /// The mail bounced.
    Bounced,
    /// The recipient complained about the mail.
    Complained,
    /// SES refused the mail permanently.
    Failed,
    /// The mail was not sent, because the recipient has had enough mail or refuses it.
    Suppressed,
}
