//! The response to a request to create an invite. No other response has a token.

use lambda_http::http::{HeaderValue, StatusCode, header};
use lambda_http::{Body, Response};
use serde::Serialize;

use super::super::with_etag;
use super::body::InviteBody;
use crate::domain::clock::Timestamp;
use crate::domain::invite::Invite;
use crate::domain::token::InviteToken;
use crate::engine::{Created, Creation, Present};
use crate::http::json;

/// The response to the inviter.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = CreatedInviteBody))]
pub(in crate::api::native) struct CreatedBody<'a> {
    /// The invite.
    #[serde(flatten)]
    invite: InviteBody<'a>,
    /// The link's token, a secret.
    token: &'a str,
    /// The link.
    url: String,
}

impl<'a> CreatedBody<'a> {
    /// Renders the invite at `now`, its token, and its link under `public_url`.
    pub(super) fn new(created: &'a Created, public_url: &str, now: Timestamp) -> Self {
        let Created { invite, token, present, invitee_ids: _ } = created;
        Self::of((invite, token), present, public_url, now)
    }

    /// Renders an invite at `now` with its token and its link under `public_url`. `present` has the
    /// records behind the invite.
    pub(super) fn of(
        (invite, token): (&'a Invite, &'a InviteToken),
        present: &'a Present,
        public_url: &str,
        now: Timestamp,
    ) -> Self {
        let invite = InviteBody::new(invite, present, now);
        Self { invite, token: token.expose(), url: link(public_url, token) }
    }
}

/// Returns the link of a token under `public_url`.
pub(super) fn link(public_url: &str, token: &InviteToken) -> String {
    format!("{public_url}/i/{}", token.expose())
}

/// The invite in the response to a request to invite.
#[derive(Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(in crate::api::native) enum CreationBody<'a> {
    /// An invite that was made or resent now.
    Made(Box<CreatedBody<'a>>),
    /// An invite that was not made now, without its token.
    Known(Box<InviteBody<'a>>),
}

impl<'a> CreationBody<'a> {
    /// Renders the outcome at `now`. Its link is under `public_url`.
    pub(super) fn new(creation: &'a Creation, public_url: &str, now: Timestamp) -> Self {
        match creation {
            Creation::Made(created) | Creation::Resent(created) => {
                Self::Made(Box::new(CreatedBody::new(created, public_url, now)))
            }
            Creation::Found(invite, present) | Creation::Planned(invite, present) => {
                Self::Known(Box::new(InviteBody::new(invite, present, now)))
            }
        }
    }
}

/// Returns the status of the response to a request to invite.
pub(super) fn status(creation: &Creation) -> StatusCode {
    match creation {
        Creation::Made(_) => StatusCode::CREATED,
        Creation::Resent(_) | Creation::Found(..) | Creation::Planned(..) => StatusCode::OK,
    }
}

/// Returns the response to the inviter: the invite at `now`, and for a new one its token, and its
/// link under `public_url`.
pub fn created(creation: &Creation, public_url: &str, now: Timestamp) -> Response<Body> {
    let body = json(status(creation), &CreationBody::new(creation, public_url, now));
    match creation {
        Creation::Made(Created { invite, .. }) => {
            let mut response = with_etag(body, invite.version);
            let location = format!("/v1/groups/{}/invites/{}", invite.group, invite.id);
            let location = HeaderValue::from_str(&location).ok();
            response.headers_mut().extend(location.map(|value| (header::LOCATION, value)));
            response
        }
        Creation::Resent(Created { invite, .. }) | Creation::Found(invite, _) => {
            with_etag(body, invite.version)
        }
        // Nothing has this version yet.
        Creation::Planned(..) => body,
    }
}
