//! The caller's credentials: the application's key, the token and its scope, checked in this order.

use harness::{Answer, App, GROUP};
use reqwest::Method;
use serde_json::json;

use super::{
    ACCOUNT, administrator, fails, gets, invite_path, invites, keyed, owner, potential_path,
    resolves, succeeds,
};

/// Returns the endpoints that require an administrator's token.
fn closed_endpoints() -> [(Method, String); 3] {
    let members = format!("/Platform/GroupV2/{GROUP}/Members");
    [
        (Method::POST, format!("{members}/IndividualInvite/3/{ACCOUNT}/")),
        (Method::POST, format!("{members}/IndividualInviteCancel/3/{ACCOUNT}/")),
        (Method::GET, format!("{members}/InvitedIndividuals/")),
    ]
}

#[tokio::test]
async fn a_missing_key_is_reported_before_any_other_fault() {
    let app = App::start().await;
    let alice = owner(&app).await;
    let open = (Method::GET, potential_path("3", ACCOUNT));
    for (method, path) in closed_endpoints().into_iter().chain([open]) {
        fails(alice.sends(alice.request(method.clone(), &path)).await, 2102);
        fails(
            alice.sends(alice.request(method.clone(), &path).header("X-API-Key", "")).await,
            2102,
        );
        fails(Answer::to(app.nobody().request(method, &path)).await, 2102);
    }
    fails(
        alice.sends(alice.request(Method::POST, &invite_path("x", "-1", "x")).body("{")).await,
        2102,
    );
}

#[tokio::test]
async fn keys_are_checked_if_any_are_configured() {
    // The SHA-256 of `key`.
    let hash = "2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683";
    let app = App::with_settings(&[("BUNGIE_API_KEY_HASHES", hash)]).await;
    let alice = owner(&app).await;
    let open = (Method::GET, potential_path("3", ACCOUNT));
    for (method, path) in closed_endpoints().into_iter().chain([open]) {
        for key in ["any-key", "Key", "key,key", hash] {
            fails(
                alice.sends(alice.request(method.clone(), &path).header("X-API-Key", key)).await,
                2101,
            );
        }
        fails(alice.sends(alice.request(method, &path)).await, 2102);
    }
    let with_key = alice
        .request(Method::POST, &invite_path(GROUP, "3", ACCOUNT))
        .header("x-api-KEY", "key")
        .body("{}");
    resolves(alice.sends(with_key).await, 0);
}

#[tokio::test]
async fn a_missing_invalid_or_expired_token_is_refused() {
    let app = App::start().await;
    let alice = owner(&app).await;
    let late = administrator(&app, "alice").claim("expires_in", json!(-60));
    for (method, path) in closed_endpoints() {
        let none = fails(app.nobody().sends(keyed(&alice, method.clone(), &path)).await, 99);
        assert_eq!(none.header("www-authenticate"), "Bearer realm=\"beckon\"");
        for authorization in
            ["Bearer x.y.z", "Bearer", "Basic YTpi", "MDAxNWxvY2F0aW9uIG9uZXpvbmUK"]
        {
            fails(
                Answer::to(
                    keyed(&alice, method.clone(), &path).header("authorization", authorization),
                )
                .await,
                99,
            );
        }
        // Only the onezone API reads this header.
        fails(
            Answer::to(
                keyed(&alice, method.clone(), &path)
                    .header("X-Auth-Token", "MDAxNWxvY2F0aW9uIG9uZXpvbmUK"),
            )
            .await,
            99,
        );
        fails(late.sends(keyed(&late, method, &path)).await, 99);
    }
    assert!(app.items("invite").await.is_empty());
}

#[tokio::test]
async fn the_token_must_have_the_exact_scope() {
    let app = App::start().await;
    let _alice = owner(&app).await;
    for scope in [
        json!(null),
        json!(""),
        json!("admingroups"),
        json!("AdminGroups2"),
        json!("AdminGroups,x"),
        json!("users:write"),
    ] {
        let alice = app.person("alice").claim("scope", scope);
        for (method, path) in closed_endpoints() {
            let answer = fails(alice.sends(keyed(&alice, method, &path)).await, 2108);
            let challenge = answer.header("www-authenticate");
            assert!(
                challenge.contains("insufficient_scope") && challenge.contains("AdminGroups"),
                "{challenge}"
            );
        }
    }
    let alice = app.person("alice").claim("scope", json!("ReadGroups AdminGroups users:write"));
    resolves(invites(&alice).await, 0);
}

#[tokio::test]
async fn credentials_are_checked_before_the_path_and_the_path_before_the_body() {
    let app = App::start().await;
    let alice = owner(&app).await;
    let wrong = invite_path("x", "-1", "x");
    fails(app.nobody().sends(keyed(&alice, Method::POST, &wrong).body("{")).await, 99);
    let unscoped = app.person("alice");
    fails(unscoped.sends(keyed(&unscoped, Method::POST, &wrong).body("{")).await, 2108);
    fails(alice.sends(keyed(&alice, Method::POST, &wrong).body("{")).await, 7);
    fails(
        alice.sends(keyed(&alice, Method::POST, &invite_path("1", "-1", "1")).body("{")).await,
        8,
    );
    fails(
        alice.sends(keyed(&alice, Method::POST, &invite_path("1", "3", "1")).body("{")).await,
        30,
    );
    fails(
        alice.sends(keyed(&alice, Method::POST, &invite_path("1", "3", "1")).body("{}")).await,
        622,
    );
}

#[tokio::test]
async fn an_account_s_groups_need_a_key_but_no_token_and_a_wrong_token_is_refused() {
    let app = App::start().await;
    let alice = owner(&app).await;
    resolves(invites(&alice).await, 0);
    let path = potential_path("3", ACCOUNT);
    assert_eq!(succeeds(gets(&app.nobody(), &path).await)["totalResults"], 1);
    assert_eq!(succeeds(gets(&app.person("eve"), &path).await)["totalResults"], 1);
    fails(
        Answer::to(keyed(&alice, Method::GET, &path).header("authorization", "Bearer x.y.z")).await,
        99,
    );
}
