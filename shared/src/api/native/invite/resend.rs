//! Resending an invite, and revealing its link.

use lambda_http::http::StatusCode;
use lambda_http::{Body, Response};
use serde::{Deserialize, Serialize};

use super::super::{Instant, with_etag};
use super::RULE;
use super::created::{CreatedBody, link};
use crate::domain::clock::Timestamp;
use crate::domain::counters::RequestId;
use crate::domain::invite::TokenChoice;
use crate::domain::language::LanguageTag;
use crate::engine::{Created, ResendRequest, Revealed};
use crate::http::json;

/// The body of `POST /v1/groups/{group}/invites/{invite}/resend`; all of it may be absent.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResendBody {
    /// `rotate` for a new token, so that the old link no longer works; `keep` for the same token.
    /// `rotate` if absent.
    token: Option<TokenChoice>,
    /// The language of the mail and the page; as it was if absent.
    locale: Option<LanguageTag>,
    /// Whether to send a mail if the invitee's address is known; `true` if absent.
    notify: Option<bool>,
}

impl ResendBody {
    /// Returns how to resend the invite. `entropy` identifies the request.
    pub fn request(self, entropy: [u8; 16]) -> ResendRequest {
        ResendRequest {
            token: self.token.unwrap_or_default(),
            locale: self.locale,
            notify: self.notify.unwrap_or(true),
            rule: RULE,
            request: RequestId::from_entropy(entropy),
        }
    }
}

/// Returns the response to a caller who resent the invite: the invite at `now`, its token, and its
/// link under `public_url`.
pub fn resent(resent: &Created, public_url: &str, now: Timestamp) -> Response<Body> {
    let body = CreatedBody::new(resent, public_url, now);
    with_etag(json(StatusCode::OK, &body), resent.invite.version)
}

/// The response to a person who asks for a new invite.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RenewalBody {
    /// Always `renewal_request`.
    object: &'static str,
}

impl Default for RenewalBody {
    fn default() -> Self {
        Self { object: "renewal_request" }
    }
}

/// The present link of an invite.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevealedBody<'a> {
    /// The link.
    url: String,
    /// The link's token, a secret.
    token: &'a str,
    /// The expiry time; `null` for a link that never expires.
    expires_at: Option<Instant>,
}

impl<'a> RevealedBody<'a> {
    /// Renders the link under `public_url`.
    pub fn new(revealed: &'a Revealed, public_url: &str) -> Self {
        let Revealed { token, expires_at } = revealed;
        Self {
            url: link(public_url, token),
            token: token.expose(),
            expires_at: expires_at.map(Instant::from),
        }
    }
}
