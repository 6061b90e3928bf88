//! Changing an invite.

use serde::Deserialize;

use super::RULE;
use crate::domain::counters::Version;
use crate::domain::group::given;
use crate::domain::invitee::Lifetime;
use crate::domain::language::LanguageTag;
use crate::domain::member::MembershipPeriod;
use crate::domain::redirect::RedirectTargets;
use crate::domain::role::Roles;
use crate::domain::text::{Message, Metadata};
use crate::engine::InviteChange;
use crate::http::RequestError;

/// The body of `PATCH /v1/groups/{group}/invites/{invite}`. An absent field stays as it is, and
/// `null` clears it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InviteChangeBody {
    /// The granted roles. The caller becomes the person whose right an acceptance asks.
    #[serde(default, deserialize_with = "given")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    roles: Option<Roles>,
    /// The seconds from now until the invite expires; `null` for a link that never expires.
    #[serde(default, deserialize_with = "given")]
    #[cfg_attr(feature = "openapi", schema(minimum = 300, maximum = 31_536_000))]
    expires_in: Option<Option<i64>>,
    /// The inviter's message.
    #[serde(default, deserialize_with = "given")]
    message: Option<Option<Message>>,
    /// The inviting app's own data, which replace all of the old.
    #[serde(default, deserialize_with = "given")]
    metadata: Option<Option<Metadata>>,
    /// The address to which the invitee goes after accepting: a path, or a URL on an allowed
    /// origin.
    #[serde(default, deserialize_with = "given")]
    #[cfg_attr(feature = "openapi", schema(max_length = 2048, format = "uri-reference"))]
    redirect_url: Option<Option<String>>,
    /// The language of the mail and the page.
    #[serde(default, deserialize_with = "given")]
    locale: Option<Option<LanguageTag>>,
    /// How many seconds the membership lasts; `null` if it does not end.
    #[serde(default, deserialize_with = "given")]
    membership_expires_in: Option<Option<i64>>,
    /// Whether a link is paused.
    #[serde(default, deserialize_with = "given")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    paused: Option<bool>,
}

impl InviteChangeBody {
    /// Returns the requested change of the invite at the version `if_match`. A redirect may lead to
    /// `targets`.
    ///
    /// # Errors
    /// `InvalidBody` for a redirect that is not allowed.
    pub fn change(
        self,
        targets: &RedirectTargets,
        if_match: Option<Version>,
    ) -> Result<InviteChange, RequestError> {
        let redirect_url = self.redirect_url.map(|url| {
            let url = url.map(|text| targets.parse(&text)).transpose();
            url.map_err(|invalid| RequestError::field("/redirect_url", invalid))
        });
        let period = self.membership_expires_in.map(|period| {
            let period = period.map(MembershipPeriod::parse).transpose();
            period.map_err(|invalid| RequestError::field("/membership_expires_in", invalid))
        });
        Ok(InviteChange {
            roles: self.roles,
            lifetime: self.expires_in.map(|end| end.map_or(Lifetime::Endless, Lifetime::Seconds)),
            message: self.message,
            metadata: self.metadata.map(Option::unwrap_or_default),
            redirect_url: redirect_url.transpose()?,
            locale: self.locale,
            membership_expires_in: period.transpose()?,
            paused: self.paused,
            rule: RULE,
            if_match,
            ..InviteChange::default()
        })
    }
}
