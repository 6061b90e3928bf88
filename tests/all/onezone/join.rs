//! Joins a group by a token, which works once.

use futures::future::join_all;
use harness::{App, AtOnce, GROUP};
use serde_json::json;

use super::{
    BAD_TOKEN, BAD_TYPE, CREATE, JOIN, NOT_UNDERSTOOD, PREFIX, already_a_member, creates_token,
    fails, joins, requests_token, sends,
};

#[tokio::test]
async fn a_token_lets_one_person_join() {
    let app = App::start().await;
    let alice = app.owner().await;
    let token = creates_token(&alice).await;
    let joined = joins(&app.user("ada").name("Ada"), &token).await.is(201);
    assert_eq!((joined.text.as_str(), joined.header("location")), ("", "/user/groups/3773"));
    assert_eq!((joined.header("content-type"), joined.header("cache-control")), ("", "no-store"));

    let members = alice.gets("/v1/groups/3773/members").await;
    let ada = members.data().iter().find(|member| member["user_id"] == "ada").unwrap();
    assert_eq!(
        (&ada["roles"], &ada["privileges"], &ada["name"]),
        (&json!(["member"]), &json!([]), &json!("Ada"))
    );
    assert_eq!(
        alice.lists("?state=exhausted").await.each("id"),
        [ada["invite_id"].as_str().unwrap()]
    );
    fails(joins(&app.user("bob"), &token).await, 400, BAD_TOKEN);
    assert_eq!(alice.sees_members().await, ["ada", "alice"]);

    let token = creates_token(&alice).await;
    let prefixed = app
        .user("bob")
        .posts(&format!("{PREFIX}{JOIN}"), &json!({"token": token, "group": "other"}))
        .await
        .is(201);
    assert_eq!(prefixed.header("location"), "/user/groups/3773");
}

/// The original server uses the token up (docs/contracts/onezone.md#joining).
#[tokio::test]
async fn a_member_does_not_use_up_a_token() {
    let app = App::start().await;
    let alice = app.owner().await;
    let (first, second) = (creates_token(&alice).await, creates_token(&alice).await);
    let ada = app.user("ada");
    joins(&ada, &first).await.is(201);
    fails(joins(&alice, &second).await, 400, &already_a_member("alice"));
    fails(joins(&ada, &second).await, 400, &already_a_member("ada"));
    fails(joins(&ada, &first).await, 400, &already_a_member("ada"));
    joins(&app.user("bob"), &second).await.is(201);
    // A member who left cannot use the token again.
    ada.removes("ada").await.is(204);
    fails(joins(&ada, &first).await, 400, BAD_TOKEN);
}

#[tokio::test]
async fn the_body_must_contain_a_token() {
    let app = App::start().await;
    let ada = app.user("ada");
    for body in ["", "{}", "{\"token\":null}", "{\"Token\":\"x\"}", "{\"link\":\"x\"}"] {
        for kind in [None, Some("application/json")] {
            fails(sends(&ada, JOIN, kind, body).await, 400, "Missing required value: token");
        }
    }
    for body in [
        "{\"token\":1}",
        "{\"token\":[]}",
        "{\"token\":{}}",
        "{\"token\":true}",
        "{\"token\":\"\"}",
    ] {
        fails(sends(&ada, JOIN, Some("application/json"), body).await, 400, BAD_TOKEN);
    }
    for body in [
        "[]",
        "null",
        "\"x\"",
        "{",
        "{\"token\":\"a\",\"token\":\"b\"}",
        "token=x",
        "{\"token\":\"\\ud800\"}",
    ] {
        fails(sends(&ada, JOIN, Some("application/json"), body).await, 400, NOT_UNDERSTOOD);
    }
    for kind in ["application/x-www-form-urlencoded", "text/plain"] {
        fails(
            sends(&ada, JOIN, Some(kind), "token=x").await,
            415,
            "Provided data must be of type application/json",
        );
    }
    let large = json!({"token": "9".repeat(1024 * 1024)}).to_string();
    fails(
        sends(&ada, JOIN, Some("application/json"), large).await,
        413,
        "Provided data may have at most 65536 bytes",
    );
    let xml = ada
        .request(reqwest::Method::POST, JOIN)
        .header("accept", "application/xml")
        .json(&json!({"token": "x"}));
    fails(ada.sends(xml).await, 406, "Answers are of type application/json");
}

#[tokio::test]
async fn foreign_and_malformed_tokens_are_refused() {
    let app = App::with_settings(&[("LIMIT_TOKEN_MISSES_PER_10_MINUTES", "10000")]).await;
    let alice = app.owner().await;
    let token = creates_token(&alice).await;
    let macaroon = shared::domain::macaroon::Macaroon::parse(&token).unwrap();
    let url = macaroon.to_base64url();
    let ada = app.user("ada");
    let jwt = ada.signs_in().await.unwrap();
    let curl_example = "MDAxNmxvY2F00aW9uIHJlZlFTUbnZpdGVthHo8xmai4RqqBO2MZM00mrYGgo";
    let published = "MDAxNWxvY2F0aW9uIG9uZXpvbmUKMDAzYmlkZW50aWZpZXIgOEhmSEFSSGdrbHFCa1pWSTRsNk1CVHZTU3Z0OThwcHA2OTQ4czhRN1NPawowMDFhY2lkIHRpbWUgPCAxNDk2MTQwMTQ0CjAwMmZzaWduYXR1cmUg88OIBmav38YI0Z2-dw-fvrZ3XP-J0HjCN0taT3_WungK";
    let mut wrong: Vec<String> =
        [" ", "\n", "x", "bkn_x", "{\"v\":2}", "AAAA", "é", "\u{0}", curl_example, published, &jwt]
            .map(str::to_owned)
            .into();
    wrong.extend([format!("{token}0"), token[1..].to_owned(), token.to_uppercase()]);
    wrong.extend([format!("{url}===="), "A".repeat(5 * 1024), "MDAwNiAK".repeat(7000)]);
    for token in wrong {
        fails(joins(&ada, &token).await, 400, BAD_TOKEN);
    }
    // The original server answers a wrong signature with an error about the type.
    let foreign = creates_token(&App::start().await.owner().await).await;
    let mut altered = url.clone();
    altered.replace_range(
        url.len() - 20..url.len() - 19,
        if url.as_bytes()[url.len() - 20] == b'A' { "B" } else { "A" },
    );
    fails(joins(&ada, &foreign).await, 400, BAD_TYPE);
    fails(joins(&ada, &altered).await, 400, BAD_TYPE);
    assert_eq!(alice.sees_members().await, ["alice"]);
    // The same token works in base64url with padding.
    joins(&ada, &format!("{url}{}", "=".repeat((4 - url.len() % 4) % 4))).await.is(201);
}

#[tokio::test]
async fn a_token_stops_working_with_its_invite() {
    let app = App::start().await;
    let alice = app.owner().await;
    let admin = app.person("admin");
    alice.takes_in(&admin, json!(["admin"])).await;
    let eve = app.user("eve");

    let revoked = creates_token(&alice).await;
    let id = alice.lists("?state=pending").await.each("id")[0].clone();
    alice.revokes(&id).await.is(200);
    fails(joins(&eve, &revoked).await, 400, BAD_TOKEN);

    let orphaned = creates_token(&admin).await;
    alice.gives_roles("admin", json!(["member"])).await.is(200);
    fails(joins(&eve, &orphaned).await, 400, BAD_TOKEN);
    alice.gives_roles("admin", json!(["admin"])).await.is(200);
    alice.removes("admin").await.is(204);
    fails(joins(&eve, &orphaned).await, 400, BAD_TOKEN);

    let expiring = creates_token(&alice).await;
    app.advance(7 * 86_400 - 2);
    let unused = creates_token(&alice).await;
    joins(&app.user("ada"), &expiring).await.is(201);
    let late = creates_token(&alice).await;
    app.advance(7 * 86_400);
    fails(joins(&eve, &late).await, 400, BAD_TOKEN);
    fails(joins(&eve, &unused).await, 400, BAD_TOKEN);

    let token = creates_token(&alice).await;
    alice.deletes(&format!("/v1/groups/{GROUP}")).await.is(204);
    fails(joins(&eve, &token).await, 400, BAD_TOKEN);
    fails(requests_token(&alice).await, 404, super::NOT_FOUND);
}

#[tokio::test]
async fn guesses_are_rate_limited_and_a_valid_token_is_not() {
    let app = App::with_settings(&[("LIMIT_TOKEN_MISSES_PER_10_MINUTES", "3")]).await;
    let alice = app.owner().await;
    let token = creates_token(&alice).await;
    let forged = creates_token(&App::start().await.owner().await).await;
    let ada = app.user("ada");
    fails(joins(&ada, "x").await, 400, BAD_TOKEN);
    fails(joins(&ada, &forged).await, 400, BAD_TYPE);
    fails(joins(&ada, "x").await, 400, BAD_TOKEN);
    for guess in ["x", &forged] {
        let refused = fails(joins(&ada, guess).await, 429, "Too many requests; try again later");
        assert!(
            refused
                .header("retry-after")
                .parse::<u32>()
                .is_ok_and(|seconds| (1..=600).contains(&seconds))
        );
    }
    joins(&ada, &token).await.is(201);
    app.advance(600);
    fails(joins(&ada, "x").await, 400, BAD_TOKEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_many_concurrent_people_joins_by_one_token() {
    let app = App::start().await;
    let alice = app.owner().await;
    let crowd: Vec<_> = (0..16).map(|number| app.user(&format!("p{number:02}"))).collect();
    join_all(crowd.iter().map(harness::Person::signs_in)).await;
    for round in 0..4 {
        let token = creates_token(&alice).await;
        let bearer = &token;
        let joins =
            crowd[4 * round..].iter().map(|person| async move || joins(person, bearer).await);
        let joins = AtOnce::send(joins).await;
        let joined = joins.count(201);
        assert!(joined == 1 || (joins.again && joined == 0), "{joins:#?}");
        for answer in joins.answers.into_iter().filter(|answer| answer.status != 201) {
            // A person who joined in an earlier round is already a member.
            let sentence = answer.text_at("/error").to_owned();
            assert!(
                answer.status == 400
                    && (sentence == BAD_TOKEN || sentence.contains("already a member")),
                "{sentence}"
            );
        }
        assert_eq!(alice.sees_members().await.len(), 2 + round);
    }
    let token = creates_token(&alice).await;
    let ada = app.user("ada");
    ada.signs_in().await;
    let joins = AtOnce::send((0..6).map(|_| async || joins(&ada, &token).await)).await;
    joins.splits((201, 1), 400);
    let refusals = joins.answers.iter().filter(|answer| answer.status == 400);
    assert!(refusals.into_iter().all(|answer| answer.text_at("/error") == already_a_member("ada")));
}

#[tokio::test]
async fn only_post_is_allowed() {
    let app = App::start().await;
    let alice = app.owner().await;
    for path in [CREATE, JOIN] {
        for method in [reqwest::Method::GET, reqwest::Method::PUT, reqwest::Method::DELETE] {
            assert!(
                (404..=405).contains(&alice.sends(alice.request(method, path)).await.status),
                "{path}"
            );
        }
    }
    assert!(alice.lists("").await.data().is_empty());
}
