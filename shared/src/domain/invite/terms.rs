//! What an invite grants, and under which conditions.

use serde::{Deserialize, Serialize};

use crate::domain::clock::Timestamp;
use crate::domain::redirect::RedirectUrl;
use crate::domain::role::Roles;
use crate::domain::rule::InviteRule;
use crate::domain::text::{ApiData, Message, Metadata};

/// Whether the accepting account must prove the invited identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IdentityPolicy {
    /// It must.
    Strict,
    /// The holder of the link may accept. Links always have this policy.
    Bearer,
}

/// What an invite grants, and under which conditions.
#[derive(Clone, Debug, PartialEq)]
pub struct Terms {
    /// The roles that it grants.
    pub roles: Roles,
    /// Whether the invitee must prove who they are.
    pub identity_policy: IdentityPolicy,
    /// A personal message.
    pub message: Option<Message>,
    /// The inviter's own data.
    pub metadata: Metadata,
    /// What the API that made it keeps for its own answers.
    pub api_data: ApiData,
    /// The rule that it was made under.
    pub rule: InviteRule,
    /// Where to go after accepting.
    pub redirect_url: Option<RedirectUrl>,
    /// When it ends. `None` for a link that never expires.
    pub expires_at: Option<Timestamp>,
}
