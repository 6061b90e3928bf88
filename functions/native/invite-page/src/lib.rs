//! `GET /i/{token}`: shows the page of an invitation link. It changes nothing.

pub mod page;
pub mod view;

use std::convert::Infallible;

use lambda_http::http::{HeaderName, HeaderValue, StatusCode};
use lambda_http::{Body, Request, RequestExt, Response};
use page::{InvitePage, TOKEN_REMOVED};
use shared::Service;
use shared::domain::invite::IdentityPolicy;
use shared::domain::redirect::RedirectUrl;
use shared::engine::{Conflict, Denied, Fault, NotFound, Preview, Refusal, Stop};
use shared::http::{respond, settle};
use view::{Dead, Invitation, View};

/// Answers the request with a page, for every token.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    let token = request
        .path_parameters_ref()
        .and_then(|parameters| parameters.first("token"))
        .unwrap_or_default();
    if token == TOKEN_REMOVED {
        return Ok(answer(service, token, View::TokenRemoved));
    }
    let shown = async {
        Ok(show(service, token, &service.engine.preview_invite(token, service.clock.now()).await?))
    };
    Ok(settle(&request, shown)
        .await
        .unwrap_or_else(|stop: Stop| answer(service, token, stopped(&stop))))
}

fn show(service: &Service, token: &str, preview: &Preview) -> Response<Body> {
    let invite = &preview.invite;
    if let Some(dead) = Dead::of(preview.state) {
        return answer(service, token, View::Dead(dead));
    }
    let roles: Vec<String> = invite.terms.roles.names().map(str::to_owned).collect();
    let masked = invite.invitee.masked();
    let invitation = Invitation {
        group_name: &preview.group_name,
        further_groups: &preview.further_groups,
        inviter_name: invite.created_by.name.as_deref(),
        roles: &roles,
        expires_at: invite.terms.expires_at,
        invitee: masked.as_deref(),
        strict: invite.terms.identity_policy == IdentityPolicy::Strict,
        is_link: invite.invitee.link().is_some(),
        redirect_url: invite.terms.redirect_url.as_ref().map(RedirectUrl::as_str),
    };
    answer(service, token, View::Acceptable(invitation))
}

/// Returns the page for a token whose preview failed.
fn stopped(stop: &Stop) -> View<'static> {
    match stop {
        Stop::Refused(
            Refusal::NotFound(NotFound::Invite) | Refusal::Denied(Denied::CaveatNotMet),
        ) => View::Dead(Dead::Unknown),
        Stop::Refused(Refusal::Conflict(Conflict::InviteReplaced)) => View::Dead(Dead::Replaced),
        Stop::Refused(Refusal::Denied(Denied::InviterGone)) => View::Dead(Dead::InviterGone),
        Stop::Refused(Refusal::NotFound(NotFound::Group)) => View::Dead(Dead::GroupGone),
        Stop::Refused(other) => {
            tracing::error!(refusal = ?other, "The preview of an invite failed unexpectedly");
            View::Unavailable
        }
        Stop::Failed(Fault::Unavailable(_)) => View::Unavailable,
        Stop::Failed(Fault::Internal(_)) => View::Failed,
    }
}

fn answer(service: &Service, token: &str, view: View<'_>) -> Response<Body> {
    let status = StatusCode::from_u16(view.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let page = InvitePage {
        token,
        view,
        sign_in_url: &service.sign_in_url,
        public_url: &service.public_url,
    };
    let (status, html) = match page.render() {
        Ok(html) => (status, html),
        Err(error) => {
            tracing::error!(%error, "Can't render the invite page");
            (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Something went wrong on our side. Please try again later.".to_owned(),
            )
        }
    };
    let mut response = respond(status, "text/html; charset=utf-8", Body::Text(html));
    for (name, value) in page::headers() {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}
