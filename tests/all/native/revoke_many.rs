//! Revoking many invites in one request.

use harness::{Answer, App, Breakage, Invited, LossyTable, Person};
use serde_json::{Value, json};

/// Returns invites of this person to these people, without mails.
async fn invited(person: &Person, names: &[&str]) -> Vec<Invited> {
    let mut made = Vec::new();
    for name in names {
        let address = format!("{name}@example.com");
        made.push(person.invited(json!({"email": address, "notify": false})).await);
    }
    made
}

/// Invites this many people in one request, without mails.
async fn invites_crowd(person: &Person, count: usize) {
    let address = |at: usize| json!({"email": format!("p{at:03}@example.com"), "notify": false});
    let items: Vec<Value> = (0..count).map(address).collect();
    for part in items.chunks(100) {
        let made = person.posts("/v1/groups/3773/invites", &json!({ "invites": part })).await;
        assert_eq!(made.is(207).json["failed"], 0);
    }
}

fn ids(invites: &[Invited]) -> Vec<&str> {
    invites.iter().map(|invited| invited.id.as_str()).collect()
}

async fn states(person: &Person, invites: &[Invited]) -> Vec<String> {
    let mut states = Vec::new();
    for invited in invites {
        states.push(person.reads(&invited.id).await.text_at("/state").to_owned());
    }
    states
}

fn remaining(answer: &Answer) -> (&Value, &Value) {
    (&answer.json["remaining"], &answer.json["remaining_is_exact"])
}

#[tokio::test]
async fn each_invite_is_revoked_as_if_it_were_the_only_one() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob").name("Bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    let own = invited(&alice, &["ada", "cleo"]).await;
    let others = invited(&bob, &["dan", "eve"]).await;
    let link = bob.invited(json!({"link": {"max_uses": 2}})).await;
    app.person("eve").accepts(&others[1].token).await.is(200);
    alice.revokes(&own[1].id).await.is(200);

    let named = [&own[0].id, &others[0].id, "1", &others[1].id, &own[1].id, &own[0].id, &link.id];
    let answer = alice.revokes_many(json!({ "ids": named })).await.is(207);
    let expected = ["200", "200", "invite_not_found", "invite_not_pending", "200", "200", "200"];
    assert_eq!(answer.outcomes(), expected);
    assert_eq!((&answer.json["done"], &answer.json["failed"]), (&json!(4), &json!(2)));
    assert!(answer.json.get("remaining").is_none(), "{}", answer.text);
    assert_eq!(answer.results("/problem/state")[3], "accepted");
    for (index, id) in named.into_iter().enumerate() {
        let result = &answer.json["results"][index];
        assert_eq!((&result["index"], &result["id"]), (&json!(index), &json!(id)));
        if result["status"] == 200 {
            assert_eq!(result["invite"], alice.reads(id).await.json, "{id}");
            assert_eq!(result["invite"]["state"], "revoked");
            assert_eq!(result["invite"]["resolution_reason"], "revoked_by_member");
            assert_eq!(result["invite"]["resolved_by"]["id"], "alice");
        }
    }
    assert!(!answer.text.contains("bkn_"), "a revoked invite has no token");
    for token in [&own[0].token, &others[0].token, &link.token] {
        assert_eq!(app.nobody().previews(token).await.is(200).json["state"], "revoked");
    }
    let again = alice.revokes_many(json!({"ids": [own[0].id, others[0].id]})).await.is(207);
    assert_eq!(again.results("/invite/etag")[0], answer.results("/invite/etag")[0]);
    assert_eq!(again.outcomes(), ["200", "200"]);
}

#[tokio::test]
async fn a_member_who_may_not_invite_revokes_only_their_own_invites() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    let others = invited(&alice, &["ada"]).await;
    let own = invited(&bob, &["cleo"]).await;
    alice.sets_policy(json!({"who_may_invite": "owners"})).await;
    let named = json!({"ids": [others[0].id, own[0].id, "1"]});
    let answer = bob.revokes_many(named.clone()).await.is(207);
    assert_eq!(answer.outcomes(), ["forbidden", "200", "forbidden"]);
    assert_eq!(alice.reads(&others[0].id).await.json["state"], "pending");

    let before = app.table().await;
    bob.revokes_many(json!({"filter": {}})).await.refuses(403, "forbidden");
    for body in [named, json!({"filter": {}})] {
        app.person("mallory").revokes_many(body.clone()).await.refuses(404, "group_not_found");
        app.nobody().revokes_many(body).await.refuses(401, "unauthenticated");
    }
    assert_eq!(app.table().await, before);
}

#[tokio::test]
async fn a_filter_revokes_the_newest_hundred_and_says_how_many_remain() {
    let app = App::start().await;
    let alice = app.owner().await;
    let first = invited(&alice, &["ada"]).await;
    app.advance(1);
    invites_crowd(&alice, 130).await;
    let everything = json!({"filter": {"state": ["pending"]}});
    let answer = alice.revokes_many(everything.clone()).await.is(207);
    assert_eq!(answer.outcomes(), vec!["200"; 100]);
    assert_eq!(remaining(&answer), (&json!(31), &json!(true)));
    assert_eq!(states(&alice, &first).await, ["pending"]);
    let answer = alice.revokes_many(everything.clone()).await.is(207);
    assert_eq!((answer.outcomes().len(), remaining(&answer)), (31, (&json!(0), &json!(true))));
    assert_eq!(states(&alice, &first).await, ["revoked"]);
    let before = app.table().await;
    let nothing = alice.revokes_many(everything).await.is(207);
    assert_eq!(
        nothing.json,
        json!({"results": [], "done": 0, "failed": 0, "remaining": 0, "remaining_is_exact": true})
    );
    assert_eq!(app.table().await, before);
}

#[tokio::test]
async fn a_filter_is_that_of_the_list_and_skips_what_cannot_be_revoked() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    let made = invited(&alice, &["ada", "cleo", "dan", "eve"]).await;
    let short = json!({"email": "finn@example.com", "expires_in": 300, "notify": false});
    let expired = alice.invited(short).await;
    let link = bob.invited(json!({"link": {}})).await;
    app.nobody().declines(&made[1].token).await.is(200);
    app.person("dan").declines(&made[2].token).await.is(200);
    app.advance(300);

    let matching = async |filter: Value| {
        let answer = alice.revokes_many(json!({ "filter": filter })).await.is(207);
        assert_eq!(answer.json["failed"], 0, "{}", answer.text);
        let found = answer.results("/id").into_iter().map(|id| id.as_str().unwrap().to_owned());
        found.collect::<Vec<_>>()
    };
    for nothing in [
        json!({"state": ["expired", "accepted", "revoked"]}),
        json!({"email": "finn@example.com"}),
        json!({"role": "editor"}),
        json!({"delivery": ["sent"]}),
        json!({"created_before": "2020-01-01T00:00:00Z"}),
    ] {
        assert_eq!(matching(nothing.clone()).await, Vec::<String>::new(), "{nothing}");
    }
    assert_eq!(matching(json!({"created_by": "bob"})).await, [link.id]);
    assert_eq!(matching(json!({"email": " ADA@example.com "})).await, [made[0].id.as_str()]);
    assert_eq!(matching(json!({"state": [" declined "]})).await, [made[1].id.as_str()]);
    assert_eq!(matching(json!({"kind": ["email", "link"]})).await, [made[3].id.as_str()]);
    assert_eq!(states(&alice, &made).await, ["revoked", "revoked", "declined", "revoked"]);
    assert_eq!(alice.reads(&expired.id).await.json["state"], "expired");
}

#[tokio::test]
async fn a_request_names_ids_or_a_filter_and_what_is_wrong_is_said() {
    let app = App::start().await;
    let alice = app.owner().await;
    let before = app.table().await;
    let wrong = async |body: Value, pointer: &str, code: &str| {
        let refused = alice.revokes_many(body).await.refuses(422, "invalid_body");
        refused.points_at(pointer, code).text
    };
    wrong(json!({}), "", "one_of").await;
    wrong(json!({"ids": ["1"], "filter": {}}), "", "one_of").await;
    wrong(json!({"ids": []}), "/ids", "wrong_number_of_invites").await;
    wrong(json!({"ids": vec!["1"; 101]}), "/ids", "wrong_number_of_invites").await;
    wrong(json!({"ids": ["1", "x"]}), "/ids/1", "invalid_invite_id").await;
    wrong(json!({"filter": []}), "/filter", "wrong_type").await;
    wrong(
        json!({"filter": {"created_after": "yesterday"}}),
        "/filter/created_after",
        "invalid_time",
    )
    .await;
    let taught = wrong(json!({"filter": {"states": []}}), "/filter/states", "unknown_field").await;
    assert!(taught.contains("Do you mean 'state'?"), "{taught}");
    let taught = wrong(json!({"filter": {"state": ["open"]}}), "/filter/state/0", "unknown_value");
    assert!(taught.await.contains("Give pending, accepted,"));
    assert_eq!(app.table().await, before);
}

#[tokio::test]
async fn an_invite_that_is_accepted_meanwhile_stops_no_other() {
    let below = App::start().await;
    let alice = below.owner().await;
    let bob = below.person("bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    let others = invited(&alice, &["ada", "cleo", "dan"]).await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let held = table.holds("TransactWriteItems", "resolution_reason", 1);
    let bob = app.person("bob");
    let (answer, ()) = tokio::join!(bob.revokes_many(json!({"ids": ids(&others)})), async {
        held.arrived().await;
        below.person("cleo").accepts(&others[1].token).await.is(200);
        held.release();
    });
    assert_eq!(answer.is(207).outcomes(), ["200", "invite_not_pending", "200"]);
    assert_eq!(states(&alice, &others).await, ["revoked", "accepted", "revoked"]);
}

#[tokio::test]
async fn a_right_that_is_lost_meanwhile_revokes_nothing() {
    let below = App::start().await;
    let alice = below.owner().await;
    let bob = below.person("bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    let mut others = invited(&alice, &["ada", "cleo"]).await;
    others.push(alice.invited(json!({"link": {}})).await);
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let held = table.holds("TransactWriteItems", "resolution_reason", 1);
    let bob = app.person("bob");
    let (answer, ()) = tokio::join!(bob.revokes_many(json!({"ids": ids(&others)})), async {
        held.arrived().await;
        alice.gives_roles("bob", json!(["member"])).await.is(200);
        held.release();
    });
    assert_eq!(answer.is(207).outcomes(), ["forbidden"; 3]);
    assert_eq!(states(&alice, &others).await, ["pending"; 3]);
}

#[tokio::test]
async fn a_table_that_fails_meanwhile_leaves_no_invite_without_an_outcome() {
    let below = App::start().await;
    let alice = below.owner().await;
    let bob = below.person("bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let bob = app.person("bob");
    // The SDK makes three attempts.
    let others = invited(&alice, &["ada", "cleo"]).await;
    table.refuses("TransactWriteItems", 3);
    let answer = bob.revokes_many(json!({"ids": ids(&others)})).await.is(207);
    assert!(table.has_failed());
    assert_eq!(answer.outcomes(), ["200"; 2]);
    let others = invited(&alice, &["dan", "eve"]).await;
    table.breaks_the_answer_to("TransactWriteItems", 3, Breakage::Half);
    let answer = bob.revokes_many(json!({"ids": ids(&others)})).await.is(207);
    assert_eq!(answer.outcomes(), ["200"; 2]);
    assert_eq!(answer.results("/invite/resolved_by/id"), ["bob"; 2]);
    // Own invites are written without a transaction.
    let own = invited(&bob, &["finn"]).await;
    table.refuses_all("UpdateItem");
    let answer = bob.revokes_many(json!({"ids": ids(&own)})).await.is(207);
    assert_eq!(answer.outcomes(), ["temporarily_unavailable"]);
    table.heals();
    assert_eq!(states(&alice, &own).await, ["pending"]);
}
