//! Creates the demo data.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};

use super::people::{EXAMPLE_GROUP, EXAMPLE_OWNER, GROUP, INVITER, OWNER, Person, SECOND_OWNER};
use crate::issuer::{IssuerError, TokenRequest};
use crate::state::Local;

/// The reason why the demo data could not be created.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The service refused a request.
    #[error(
        "demo data: {step} failed with status {status}; start with --no-demo to skip the demo data"
    )]
    Refused {
        /// The method and path.
        step: String,
        /// The status of the answer.
        status: StatusCode,
    },
    /// The issuer could not sign a token.
    #[error("demo data: {0}")]
    Token(#[from] IssuerError),
    /// The request is not valid HTTP.
    #[error("demo data: {0}")]
    Request(#[from] axum::http::Error),
}

/// Creates users and groups through the service's own API. Existing groups stay as they are.
///
/// # Errors
/// `Refused` if the service refuses a request, `Token` if the issuer cannot sign, `Request` if a
/// request is not valid HTTP.
pub(crate) async fn seed(local: &Local) -> Result<(), DemoError> {
    let administrator = TokenRequest {
        sub: "local-administrator".into(),
        scope: Some("users:write".into()),
        ..TokenRequest::default()
    };
    for (user, profile) in profiles() {
        call(local, &administrator, Method::PUT, &format!("/v1/users/{user}"), &profile).await?;
    }
    for (owner, group) in groups() {
        let owner = TokenRequest {
            sub: owner.sub.into(),
            name: Some(owner.name.into()),
            ..TokenRequest::default()
        };
        call(local, &owner, Method::POST, "/v1/groups", &group).await?;
    }
    Ok(())
}

fn profiles() -> [(&'static str, Value); 7] {
    let photo = "https://assets.evanta.com/shared/resources/Users/large/anonymous2.jpg";
    [
        (OWNER.sub, json!({"email": OWNER.email, "first_name": "Grace", "last_name": "Hopper"})),
        (
            "29842",
            json!({"first_name": "Generic", "last_name": "User", "title": "CEO of QA", "organization_name": "Evanta", "photo": photo}),
        ),
        (
            "29845",
            json!({"email": "juliet@towne.com", "alt_email": "davonte_gleichner@hotmail.com", "first_name": "Sonny", "last_name": "Tromp",
                "title": "Random User", "organization_name": "Bailey Inc", "bio": "Et qui aut veritatis quo omnis et voluptas quia ipsa nulla.", "photo": photo,
                "accounts": [{"membership_type": 3, "membership_id": "4611686018429783292"}]}),
        ),
        ("user_t6ftnnmw55pamuhfo9xvw0yl", json!({"first_name": "Tess", "last_name": "Owner"})),
        ("user_mni5316glfgwtgljboxrv2it", json!({"first_name": "Randy", "last_name": "Foo"})),
        ("user_vgzrk03xpenj6td8vwi9crh4", json!({"first_name": "Vera", "last_name": "Crane"})),
        ("1", json!({"email": "inviter@example.com", "first_name": "In", "last_name": "Viter"})),
    ]
}

fn groups() -> [(Person, Value); 5] {
    [
        (OWNER, json!({"id": GROUP.id, "name": GROUP.name})),
        (
            EXAMPLE_OWNER,
            json!({"id": EXAMPLE_GROUP, "name": "Private Group", "description": "Private group", "type": "private"}),
        ),
        (SECOND_OWNER, json!({"id": "group_zjca79svvbqfeilwr8httcal", "name": "Editors"})),
        (
            EXAMPLE_OWNER,
            json!({"id": "HwUpk8jrwxKOe45uzLFX2GVC8lKEasj4q253sptVqF8", "name": "Onezone group"}),
        ),
        (INVITER, json!({"id": "1", "name": "P1"})),
    ]
}

async fn call(
    local: &Local,
    caller: &TokenRequest,
    method: Method,
    path: &str,
    body: &Value,
) -> Result<(), DemoError> {
    let step = format!("{method} {path}");
    let token = local.issuer.token(caller.clone(), local.clock.now())?.access_token;
    let host = local.url.split_once("://").map_or(local.url.as_str(), |(_, host)| host);
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, host)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(Body::from(body.to_string()))?;
    let status = local.gateway.answer(request).await.status();
    // A data file may already have the group from an earlier start.
    if status.is_success() || status == StatusCode::CONFLICT {
        Ok(())
    } else {
        Err(DemoError::Refused { step, status })
    }
}
