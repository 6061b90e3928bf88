//! The sign-in page. It sends tokens only to this service's own pages.

mod choices;
mod person;
mod target;

use axum::Form;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{Response, StatusCode, header};
use axum::response::IntoResponse;
use url::Url;

use crate::message::failed;
use crate::pages::{self, Problem, SignInPage};
use crate::state::{Local, Shared};
use choices::{choices, invited};
use person::SignIn;
use target::{allowed_target, asker, host, with_token, without_token};

/// Answers with the sign-in page if the token's target is a page of this service.
pub(crate) async fn page(
    State(local): State<Shared>,
    Query(query): Query<SignIn>,
) -> Response<Body> {
    match allowed_target(&query.redirect_uri, &local.origins) {
        Some(target) => answer(&local, &query, &target, None),
        None => pages::refused(&query.redirect_uri),
    }
}

/// Signs in the person in the form and redirects to the target with the token.
pub(crate) async fn signed_in(
    State(local): State<Shared>,
    Form(form): Form<SignIn>,
) -> Response<Body> {
    let Some(target) = allowed_target(&form.redirect_uri, &local.origins) else {
        return pages::refused(&form.redirect_uri);
    };
    let request = match person::signed_in(&form, local.demo) {
        Ok(request) => request,
        Err(problem) => return answer(&local, &form, &target, Some(problem)),
    };
    match local.issuer.token(request, local.clock.now()) {
        Ok(token) => {
            let target =
                with_token(target, &token.access_token, token.expires_in, form.state.as_deref());
            let headers =
                [(header::LOCATION, target.as_str()), (header::CACHE_CONTROL, "no-store")];
            (StatusCode::SEE_OTHER, headers).into_response()
        }
        Err(error) => failed(&error),
    }
}

/// Answers with the page for this query or refused form.
fn answer(local: &Local, form: &SignIn, target: &Url, problem: Option<Problem>) -> Response<Body> {
    let invited = invited(local);
    let state = form.state.as_deref();
    pages::sign_in(&SignInPage {
        app: &local.app.name,
        asker: asker(target),
        host: host(target),
        back: without_token(target.clone(), state).into(),
        redirect_uri: &form.redirect_uri,
        state: state.unwrap_or_default(),
        email: if form.email.is_empty() { &form.login_hint } else { &form.email },
        name: &form.name,
        sub: &form.sub,
        problem,
        choices: choices(local, &invited),
    })
}
