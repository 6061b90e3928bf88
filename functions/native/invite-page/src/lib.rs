//! `GET /i/{token}`: shows the page of an invitation link. `GET /i`: shows the page of a person's
//! invitations. They change nothing.

pub mod logo;
pub mod look;
pub mod page;
mod texts;
pub mod view;

use std::convert::Infallible;

use lambda_http::http::{HeaderValue, StatusCode, header};
use lambda_http::{Body, Request, RequestExt, Response};
use look::Look;
use page::{InvitePage, TOKEN_REMOVED};
use shared::Service;
use shared::domain::acceptance::{Acceptability, NotAcceptable};
use shared::domain::clock::Timestamp;
use shared::domain::invite::IdentityPolicy;
use shared::domain::token::TokenFlaw;
use shared::engine::{Conflict, Denied, Fault, NotFound, Preview, Refusal, Stop};
use shared::http::{accepted_language, scripted_page, settle};
use shared::texts::Language;
use view::{End, Ended, Flaw, Invitation, Renewal, View};

/// The seconds after which a browser may ask again, if the table cannot be reached.
const RETRY_AFTER: u32 = 1;

/// Answers the request with a page, for every token.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    let token = request
        .path_parameters_ref()
        .and_then(|parameters| parameters.first("token"))
        .unwrap_or_default();
    let accepted = accepted_language(request.headers());
    let language = accepted.unwrap_or(service.page.language);
    if token.is_empty() {
        return Ok(answer(service, (token, language), View::Inbox));
    }
    if token == TOKEN_REMOVED {
        return Ok(answer(service, (token, language), View::TokenRemoved));
    }
    let now = service.clock.now();
    let shown = async {
        let preview = service.engine.preview_invite(token, now).await?;
        let Preview { invite, present, .. } = &preview;
        let invitee = invite.invitee.user().and_then(|user| present.user(user));
        let language = Language::of_invite(invite, invitee, accepted, present.group(invite));
        let language = language.unwrap_or(service.page.language);
        Ok(show(service, (token, language), &preview, now))
    };
    Ok(settle(&request, shown)
        .await
        .unwrap_or_else(|stop: Stop| answer(service, (token, language), stopped(&stop))))
}

fn show(
    service: &Service,
    (token, language): (&str, Language),
    preview: &Preview,
    now: Timestamp,
) -> Response<Body> {
    let invite = &preview.invite;
    let target = service.redirects.after_joining(invite.terms.redirect_url.as_ref());
    let roles: Vec<String> = invite.terms.roles.names().map(str::to_owned).collect();
    // Nobody has the address in place of the one that was removed.
    let masked = invite.invitee.masked().filter(|_| invite.anonymized_at.is_none());
    let inviter = preview.present.inviter_name(invite);
    let invitation = Invitation {
        group_name: preview.present.group_name(invite),
        further_groups: &preview.further_groups,
        inviter_name: inviter.as_deref(),
        message: invite.terms.message.as_ref().map(|message| message.as_str()),
        roles: &roles,
        expires_at: preview.expires_at,
        invitee: masked.as_deref(),
        strict: invite.terms.identity_policy == IdentityPolicy::Strict,
        is_link: invite.invitee.link().is_some(),
        was_declined: invite.was_declined_without_sign_in(),
        target: target.as_deref(),
    };
    let app = service.redirects.after_joining(None);
    let ended = |ended: Ended| {
        let at = invite.resolved_at(now).filter(|_| ended != Ended::InviterGone);
        let renewal = renewal(preview, now);
        View::Ended(invitation, End { ended, at, renewal, app: app.as_deref() })
    };
    let view = match preview.acceptability {
        Acceptability::Acceptable => View::Acceptable(invitation),
        Acceptability::NotNow(NotAcceptable::InviterGone) => ended(Ended::InviterGone),
        Acceptability::NotNow(reason) => View::NotNow(invitation, reason),
        Acceptability::Ended => {
            Ended::of(preview.state).map_or(View::Flawed(Flaw::GroupGone), ended)
        }
    };
    answer(service, (token, language), view)
}

/// Returns whether the holder of the link can ask for a new invite. A token that expired before its
/// invite can't.
fn renewal(Preview { invite, state, .. }: &Preview, now: Timestamp) -> Renewal {
    if *state != invite.state(now) {
        return Renewal::Impossible;
    }
    match invite.request_renewal(now) {
        Ok(Some(_)) => Renewal::Possible,
        Ok(None) => Renewal::Asked,
        Err(_) => Renewal::Impossible,
    }
}

/// Returns the page for a token whose preview failed.
fn stopped(stop: &Stop) -> View<'static> {
    match stop {
        Stop::Refused(
            Refusal::NotFound(NotFound::Invite) | Refusal::Denied(Denied::CaveatNotMet),
        ) => View::Flawed(Flaw::Unknown),
        Stop::Refused(Refusal::NotFound(NotFound::Token(TokenFlaw::LetterCase))) => {
            View::Flawed(Flaw::LetterCase)
        }
        Stop::Refused(Refusal::NotFound(NotFound::Token(TokenFlaw::Incomplete))) => {
            View::Flawed(Flaw::Incomplete)
        }
        Stop::Refused(Refusal::Conflict(Conflict::InviteReplaced)) => View::Flawed(Flaw::Replaced),
        Stop::Refused(Refusal::NotFound(NotFound::Group)) => View::Flawed(Flaw::GroupGone),
        Stop::Refused(other) => {
            tracing::error!(refusal = ?other, "The preview of an invite failed unexpectedly");
            View::Unavailable
        }
        Stop::Failed(Fault::Unavailable(_)) => View::Unavailable,
        Stop::Failed(Fault::Internal(_)) => View::Failed,
    }
}

fn answer(
    service: &Service,
    (token, language): (&str, Language),
    view: View<'_>,
) -> Response<Body> {
    let status = StatusCode::from_u16(view.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let look = Look::new(service.page.brand_color, logo::own());
    let page = InvitePage {
        token,
        language,
        view,
        look: &look,
        app_name: &service.app_name,
        sign_in_url: &service.sign_in_url,
        public_url: &service.public_url,
        settings: &service.page,
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
    let mut response = scripted_page(status, html, &look.policy);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER));
    }
    response
}
