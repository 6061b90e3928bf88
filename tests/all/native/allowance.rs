//! The cap of a group with many pending invites, which an allowance spares most counts (ADR 0049).

use futures::future::join_all;
use harness::{Answer, App, GROUP, Person};
use serde_json::{Value, json};

/// The most items of one request.
const MANY: usize = 100;

/// Starts the service with a group that has 100 pending invites and this cap. They are made by one
/// request, which finds fewer than 25 and so leaves no allowance.
async fn with_a_hundred_pending(max_pending: u32) -> (App, Person) {
    let app = App::with_settings(&[("LIMIT_INVITES_PER_INVITER_HOUR", "100000")]).await;
    let alice = app.owner().await;
    alice.sets_policy(json!({"max_pending": max_pending})).await;
    let made = invites_many(&alice, "", "old", MANY).await;
    assert_eq!(made.json["created"], MANY);
    assert!(app.items("allowance").await.is_empty());
    (app, alice)
}

fn invite(name: &str, at: usize) -> Value {
    json!({"email": format!("{name}-{at}@example.com"), "notify": false})
}

/// Asks for this many invites in one request.
async fn invites_many(alice: &Person, query: &str, name: &str, count: usize) -> Answer {
    let invites: Vec<Value> = (0..count).map(|at| invite(name, at)).collect();
    let path = format!("/v1/groups/{GROUP}/invites{query}");
    alice.posts(&path, &json!({ "invites": invites })).await.is(207)
}

/// Returns the number of places that the group's allowance has, and their cap.
async fn allowance(app: &App) -> (u64, u64) {
    let items = app.items("allowance").await;
    assert_eq!(items.len(), 1);
    let number = |name: &str| items[0][name]["N"].as_str().unwrap().parse().unwrap();
    (number("places"), number("cap"))
}

fn passed(answers: &[Answer]) -> usize {
    answers.iter().filter(|answer| answer.status == 201).count()
}

fn refused(answers: &[Answer]) -> usize {
    answers.iter().filter(|answer| answer.status == 429).count()
}

#[tokio::test]
async fn a_group_with_many_pending_invites_has_exactly_as_many_as_its_cap() {
    let (_app, alice) = with_a_hundred_pending(130).await;
    let first = alice.invited(invite("new", 0)).await;
    for at in 1..30 {
        alice.invited(invite("new", at)).await;
    }
    alice.invites(invite("new", 30)).await.refuses(429, "pending_limit");
    alice.revokes(&first.id).await.is(200);
    alice.invited(invite("new", 30)).await;
    alice.invites(invite("new", 31)).await.refuses(429, "pending_limit");
}

#[tokio::test]
async fn every_way_to_add_a_pending_invite_takes_a_place_of_the_allowance() {
    let (app, alice) = with_a_hundred_pending(500).await;
    let expires = json!({"email": "late@example.com", "expires_in": 300, "notify": false});
    let late = alice.invited(expires).await;
    // An allowance keeps 125 places for requests that do not count.
    assert_eq!(allowance(&app).await, (375, 500));
    alice.invited(invite("new", 0)).await;
    assert_eq!(allowance(&app).await, (374, 500));
    invites_many(&alice, "", "many", 10).await;
    assert_eq!(allowance(&app).await, (364, 500), "each of many takes a place");
    let several = json!({"email": "joe@example.com", "projects_selected": [{"id": 3773}]});
    alice.posts("/chembiohub/api/invitations/", &several).await.is(201);
    assert_eq!(allowance(&app).await, (363, 500));
    invites_many(&alice, "?dry_run=true", "dry", 10).await;
    let dry = format!("/v1/groups/{GROUP}/invites?dry_run=true");
    alice.posts(&dry, &invite("dry", 0)).await.is(200);
    assert_eq!(allowance(&app).await, (363, 500), "a dry run takes nothing");

    app.advance(300);
    alice.resends(&late.id, json!({"notify": false})).await.is(200);
    assert_eq!(allowance(&app).await, (362, 500), "a revived invite is pending again");
    app.advance(300);
    let again = json!({"ids": [late.id], "notify": false});
    assert_eq!(alice.resends_many(again).await.is(207).outcomes(), ["200"]);
    assert_eq!(allowance(&app).await, (361, 500));
    alice.resends(&late.id, json!({"notify": false})).await.refuses(429, "resend_too_soon");
    assert_eq!(allowance(&app).await, (361, 500), "a pending one has its place");
}

#[tokio::test]
async fn a_changed_cap_applies_at_once() {
    let (app, alice) = with_a_hundred_pending(500).await;
    alice.invited(invite("new", 0)).await;
    assert_eq!(allowance(&app).await, (375, 500));
    alice.sets_policy(json!({"max_pending": 150})).await;
    alice.invited(invite("new", 1)).await;
    assert_eq!(allowance(&app).await, (25, 150));
    alice.sets_policy(json!({"max_pending": 102})).await;
    alice.invites(invite("new", 2)).await.refuses(429, "pending_limit");
    alice.sets_policy(json!({"max_pending": 103})).await;
    alice.invited(invite("new", 2)).await;
    alice.invites(invite("new", 3)).await.refuses(429, "pending_limit");
}

#[tokio::test]
async fn an_allowance_is_used_for_an_hour_after_its_count() {
    let (app, alice) = with_a_hundred_pending(240).await;
    alice.invited(invite("new", 0)).await;
    assert_eq!(allowance(&app).await, (115, 240));
    app.advance(3_000);
    alice.invited(invite("new", 1)).await;
    assert_eq!(allowance(&app).await, (114, 240));
    invites_many(&alice, "", "many", 30).await;
    assert_eq!(allowance(&app).await, (84, 240));
    app.advance(600);
    alice.invited(invite("new", 2)).await;
    assert_eq!(allowance(&app).await, (107, 240), "132 were counted");
}

#[tokio::test]
async fn a_request_for_more_than_the_allowance_has_gets_what_the_cap_leaves() {
    let (app, alice) = with_a_hundred_pending(150).await;
    alice.invited(invite("new", 0)).await;
    assert_eq!(allowance(&app).await, (25, 150));
    let many = invites_many(&alice, "", "many", 60).await;
    assert_eq!(many.json["created"], 49);
    assert_eq!(allowance(&app).await, (0, 150));
    alice.invites(invite("new", 1)).await.refuses(429, "pending_limit");
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_creates_share_an_allowance() {
    let (app, alice) = with_a_hundred_pending(200).await;
    alice.invited(invite("new", 0)).await;
    assert_eq!(allowance(&app).await, (75, 200));
    let answers = join_all((1..=40).map(|at| alice.invites(invite("new", at)))).await;
    // On a slow machine some are answered with 503. They may have taken a place, as may a write that is
    // sent again.
    assert_eq!(refused(&answers), 0);
    assert!(usize::try_from(allowance(&app).await.0).unwrap() <= 75 - passed(&answers));
    // Those that find no place in the allowance count at the same time, and do not see the invites that
    // are being written. So some may pass the cap, until an hour later at most.
    let answers = join_all((41..=120).map(|at| alice.invites(invite("new", at)))).await;
    assert!(refused(&answers) <= 21, "{}", refused(&answers));
    app.advance(3_600);
    let mut more = 0;
    while passed(&[alice.invites(invite("late", more)).await]) == 1 {
        more += 1;
    }
    alice.invites(invite("late", more)).await.refuses(429, "pending_limit");
}
