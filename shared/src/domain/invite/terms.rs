//! The terms of an invite: what it grants, and under which conditions.

use serde::{Deserialize, Serialize};

use crate::domain::clock::Timestamp;
use crate::domain::deserialize_trimmed;
use crate::domain::language::LanguageTag;
use crate::domain::member::MembershipPeriod;
use crate::domain::redirect::RedirectUrl;
use crate::domain::role::Roles;
use crate::domain::rule::InviteRule;
use crate::domain::text::{ApiData, Message, Metadata};

/// Whether the invitee must prove the invited identity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", remote = "Self")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum IdentityPolicy {
    /// The invitee must prove it.
    #[default]
    Strict,
    /// Every holder of the link may accept. Links always have this policy.
    Bearer,
}

deserialize_trimmed!(IdentityPolicy);

/// The terms of an invite: what it grants, and under which conditions.
#[derive(Clone, Debug, PartialEq)]
pub struct Terms {
    /// The roles of the membership.
    pub roles: Roles,
    /// Whether the invitee must prove the invited identity.
    pub identity_policy: IdentityPolicy,
    /// A personal message.
    pub message: Option<Message>,
    /// The inviter's own data.
    pub metadata: Metadata,
    /// The data that the inviting API stores for its own answers.
    pub api_data: ApiData,
    /// The rule that allowed the inviter to invite.
    pub rule: InviteRule,
    /// The page that opens after accepting.
    pub redirect_url: Option<RedirectUrl>,
    /// When the invite expires. `None` for a link that never expires.
    pub expires_at: Option<Timestamp>,
    /// The language of the mail and the page. `None` for the default.
    pub locale: Option<LanguageTag>,
    /// How long the membership lasts, from the acceptance on. `None` if it does not end.
    pub membership_expires_in: Option<MembershipPeriod>,
}
