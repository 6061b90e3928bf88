//! The resolution of an invite: how it ended.

use serde::{Deserialize, Serialize};

use super::State;
use crate::domain::clock::Timestamp;
use crate::domain::ids::UserId;
use crate::domain::text::Message;

/// The end of one generation of an invite: its cause, its time and its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// The cause.
    pub end: End,
    /// When the invite ended.
    pub at: Timestamp,
    /// The user who ended the invite. `None` if it ended by time or uses, or without a sign-in.
    pub by: Option<UserId>,
    /// That user's name in their access token, for a user whom neither the directory nor the group
    /// knows by name.
    pub by_name: Option<String>,
}

/// The cause of an invite's end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The invitee accepted and joined.
    Accepted,
    /// The invitee declined.
    Declined {
        /// The reason, if the invitee gave one.
        reason: Option<Message>,
    },
    /// The invite was withdrawn.
    Revoked {
        /// Why it was withdrawn.
        reason: RevokeReason,
    },
    /// The invite's time passed.
    Expired,
    /// All uses of a counted link are taken.
    Exhausted,
}

/// The reason why an invite was withdrawn (docs/contracts/native.md#the-invite).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum RevokeReason {
    /// A member revoked it.
    RevokedByMember,
    /// An app that acts for a group without an owner revoked it.
    RevokedByApp,
    /// The invitee was removed from the group, and the invite would have let them back in.
    MemberRemoved,
    /// The inviter left, was removed, or lost the right to make it.
    InviterGone,
    /// The invitee became a member in another way.
    Joined,
    /// Another invite replaced it.
    Replaced,
    /// The group was deleted.
    GroupDeleted,
    /// The invitee refuses all invites.
    OptedOut,
}

impl RevokeReason {
    /// Returns the reason in one word, as `resolution_reason` shows it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RevokedByMember => "revoked_by_member",
            Self::RevokedByApp => "revoked_by_app",
            Self::MemberRemoved => "member_removed",
            Self::InviterGone => "inviter_gone",
            Self::Joined => "joined",
            Self::Replaced => "replaced",
            Self::GroupDeleted => "group_deleted",
            Self::OptedOut => "opted_out",
        }
    }
}

impl Resolution {
    /// Returns the resolution without the name of its user and without the invitee's words.
    pub(super) fn without_personal_data(&self) -> Self {
        let end = match &self.end {
            End::Declined { .. } => End::Declined { reason: None },
            other @ (End::Accepted | End::Revoked { .. } | End::Expired | End::Exhausted) => {
                other.clone()
            }
        };
        Self { end, by_name: None, ..self.clone() }
    }

    /// Returns the final state of this resolution.
    pub fn state(&self) -> State {
        match self.end {
            End::Accepted => State::Accepted,
            End::Declined { .. } => State::Declined,
            End::Revoked { .. } => State::Revoked,
            End::Expired => State::Expired,
            End::Exhausted => State::Exhausted,
        }
    }

    /// Returns whether the invite was declined by a caller who did not sign in. A mail scanner can
    /// do that, so it is not final.
    pub fn is_decline_without_sign_in(&self) -> bool {
        matches!(self.end, End::Declined { .. }) && self.by.is_none()
    }

    /// Returns the reason for declining. `None` if the invitee gave none or did not decline.
    pub fn decline_reason(&self) -> Option<&Message> {
        match &self.end {
            End::Declined { reason } => reason.as_ref(),
            End::Accepted | End::Revoked { .. } | End::Expired | End::Exhausted => None,
        }
    }

    /// Returns why the invite was withdrawn. `None` if it ended in another way.
    pub fn revoke_reason(&self) -> Option<RevokeReason> {
        match &self.end {
            End::Revoked { reason } => Some(*reason),
            End::Accepted | End::Declined { .. } | End::Expired | End::Exhausted => None,
        }
    }
}
