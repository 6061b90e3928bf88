//! The caller's credentials: an access token, sent in one of four ways.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use harness::{Answer, App};
use reqwest::Method;
use serde_json::{Value, json};

use super::{CREATE, JOIN, PREFIX, creates_token, fails};

const BAD: &str = "Provided authorization token is not valid";
const BAD_BASIC: &str = "Provided basic authorization credentials are not valid";

/// Sends a `POST` to this path with only these headers and returns the answer.
async fn post_with(app: &App, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = app.nobody().request(Method::POST, path).json(&json!({}));
    Answer::to(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)))
        .await
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

#[tokio::test]
async fn an_access_token_can_be_sent_in_any_of_four_ways() {
    let app = App::start().await;
    let jwt = app.owner().await.signs_in().await.unwrap();
    let (bearer, lower, basic) =
        (format!("Bearer {jwt}"), format!("bearer {jwt}"), basic("username", &jwt));
    let ways: [&[(&str, &str)]; 9] = [
        &[("authorization", &bearer)],
        &[("authorization", &lower)],
        &[("Authorization", &basic)],
        &[("x-auth-token", &jwt)],
        &[("X-Auth-Token", &jwt)],
        &[("X-AUTH-TOKEN", &jwt)],
        &[("macaroon", &jwt)],
        &[("Macaroon", &jwt), ("X-Auth-Token", &jwt)],
        &[("Authorization", &basic), ("Macaroon", &jwt)],
    ];
    for headers in ways {
        for prefix in ["", PREFIX] {
            post_with(&app, &format!("{prefix}{CREATE}"), headers).await.is(200);
            // Only a signed-in caller gets this error.
            fails(
                post_with(&app, &format!("{prefix}{JOIN}"), headers).await,
                400,
                "Missing required value: token",
            );
        }
    }
}

#[tokio::test]
async fn invalid_credentials_get_the_original_server_s_messages() {
    let app = App::start().await;
    let alice = app.owner().await;
    let jwt = alice.signs_in().await.unwrap();
    let bob = app.user("bob").signs_in().await.unwrap();
    let foreign = App::start().await.owner().await.signs_in().await.unwrap();
    let macaroon = creates_token(&alice).await;
    let link = alice.invited(json!({"link": {}})).await.token;
    let (altered, twice) = (format!("{jwt}x"), format!("{jwt},{jwt}"));
    let bearer = format!("Bearer {jwt}");

    for path in [CREATE, JOIN] {
        let none = "You must authenticate yourself to perform this operation.";
        fails(post_with(&app, path, &[]).await, 401, none);
        fails(post_with(&app, path, &[("cookie", &format!("token={jwt}"))]).await, 401, none);
        for wrong in ["x", &altered, &twice, &foreign, &macaroon, &link, ""] {
            for name in ["x-auth-token", "macaroon"] {
                fails(post_with(&app, path, &[(name, wrong)]).await, 401, BAD);
            }
            fails(
                post_with(&app, path, &[("authorization", &format!("Bearer {wrong}"))]).await,
                401,
                BAD,
            );
            fails(
                post_with(&app, path, &[("authorization", &basic("username", wrong))]).await,
                401,
                BAD_BASIC,
            );
        }
        for wrong in ["Basic !", "Basic ", "Basic dXNlcm5hbWU="] {
            fails(post_with(&app, path, &[("authorization", wrong)]).await, 401, BAD_BASIC);
        }
        for wrong in [jwt.as_str(), "Bearer", "Digest x"] {
            fails(post_with(&app, path, &[("authorization", wrong)]).await, 401, BAD);
        }
        for second in
            [("macaroon", bob.as_str()), ("x-auth-token", bob.as_str()), ("macaroon", "x")]
        {
            fails(post_with(&app, path, &[("authorization", &bearer), second]).await, 401, BAD);
        }
    }
    app.advance(100_000);
    fails(post_with(&app, CREATE, &[("x-auth-token", &jwt)]).await, 401, BAD);
    fails(post_with(&app, CREATE, &[("authorization", &basic("u", &jwt))]).await, 401, BAD_BASIC);
}

#[tokio::test]
async fn a_macaroon_is_not_an_access_token_at_other_apis() {
    let app = App::start().await;
    let alice = app.owner().await;
    let macaroon = creates_token(&alice).await;
    let request = |path: &str| app.nobody().request(Method::GET, path);
    for path in ["/v1/me", "/v1/me/invites", "/v1/groups"] {
        Answer::to(request(path).bearer_auth(&macaroon)).await.refuses(401, "unauthenticated");
        // Only the onezone API reads this header.
        let jwt = alice.signs_in().await.unwrap();
        Answer::to(request(path).header("x-auth-token", &jwt))
            .await
            .refuses(401, "unauthenticated");
    }
    let body: Value = alice.gets("/v1/me").await.is(200).json;
    assert_eq!(body["id"], "alice");
}
