//! Telling that a person saw the page of an invite.

use futures::future::join_all;
use harness::{Answer, App, Person, eventually};
use reqwest::Method;
use serde_json::{Value, json};

async fn opens(person: &Person, token: &str) -> Answer {
    person.posts("/v1/invites/opened", &json!({"token": token})).await
}

/// Waits until the audit trail has as many openings, and returns them.
async fn openings(alice: &Person, many: usize) -> Vec<Value> {
    eventually("the openings", || async {
        let events = alice.reads_events("?type=invite.opened").await.is(200);
        (events.data().len() == many).then(|| events.data().to_vec())
    })
    .await
}

#[tokio::test]
async fn the_first_opening_of_each_link_is_an_event_and_a_stage_of_the_funnel() {
    let app = App::start().await;
    let alice = app.owner().await;
    let nobody = app.nobody();
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let before = alice.reads(&invited.id).await.json;
    for answer in join_all((0..6).map(|_| opens(&nobody, &invited.token))).await {
        assert_eq!(answer.is(204).text, "");
    }
    app.advance(60);
    opens(&app.person("ada"), &invited.token).await.is(204);
    let [event] = &openings(&alice, 1).await[..] else { panic!("one opening") };
    assert_eq!(event["invite_id"], invited.id);
    assert_eq!((&event["actor"], &event["generation"]), (&Value::Null, &json!(1)));
    assert_eq!(alice.reads(&invited.id).await.json, before, "the invite stays as it was");

    let resent = alice.resends(&invited.id, json!({"notify": false})).await.is(200);
    opens(&nobody, &invited.token).await.refuses(410, "invite_revoked");
    opens(&nobody, resent.text_at("/token")).await.is(204);
    assert_eq!(openings(&alice, 2).await[0]["generation"], 2);
    let stats = alice.gets("/v1/groups/3773/invite-stats").await.is(200).json;
    let days = stats["days"].as_array().expect("the statistics have days");
    assert_eq!(days.iter().filter_map(|day| day["opened"].as_u64()).sum::<u64>(), 2);
}

#[tokio::test]
async fn an_invite_that_ended_is_not_opened_and_answers_as_any_other() {
    let app = App::start().await;
    let alice = app.owner().await;
    let nobody = app.nobody();
    let invite = |name: &str| json!({"email": format!("{name}@example.com"), "notify": false});
    let accepted = alice.invited(invite("ada")).await;
    app.person("ada").accepts(&accepted.token).await.is(200);
    let revoked = alice.invited(invite("bob")).await;
    alice.revokes(&revoked.id).await.is(200);
    let pending = alice.invited(invite("cy")).await;
    let short = json!({"token": pending.token, "expires_in": 60});
    let short = nobody.posts("/v1/invites/narrow", &short).await.is(200);
    app.advance(60);
    let before = app.items("opening").await;
    for token in [&accepted.token, &revoked.token, short.text_at("/token")] {
        assert_eq!(opens(&nobody, token).await.is(204).text, "");
    }
    assert_eq!(app.items("opening").await, before);
    // A decline without a sign-in can still be accepted.
    nobody.declines(&pending.token).await.is(200);
    opens(&nobody, &pending.token).await.is(204);
    assert_eq!(app.items("opening").await.len(), before.len() + 1);
}

#[tokio::test]
async fn no_get_opens_an_invite() {
    let app = App::start().await;
    let alice = app.owner().await;
    let nobody = app.nobody();
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    nobody.opens(&invited.token).await.is(200);
    nobody.previews(&invited.token).await.is(200);
    for method in [Method::GET, Method::HEAD] {
        let path = format!("/v1/invites/opened?token={}", invited.token);
        let request = nobody.request(method, &path);
        nobody.sends(request).await.is(405);
    }
    assert!(app.items("opening").await.is_empty());
}

#[tokio::test]
async fn an_unknown_token_counts_as_a_guess() {
    let app = App::with_settings(&[("LIMIT_TOKEN_MISSES_PER_10_MINUTES", "1")]).await;
    opens(&app.nobody(), "bkn_1").await.refuses(404, "invite_not_found");
    opens(&app.nobody(), "bkn_1").await.refuses(429, "rate_limited");
    app.nobody().posts("/v1/invites/opened", &json!({})).await.refuses(422, "invalid_body");
}
