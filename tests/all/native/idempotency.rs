//! Repeating a request to invite under an idempotency key.

use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::time::Duration;

use harness::{Answer, App, AtOnce, Breakage, GROUP, LossyTable, Person};
use reqwest::Method;
use serde_json::{Value, json};

/// Sends the request to invite into this group under the key.
async fn asks(person: &Person, key: &str, group: &str, body: &Value) -> Answer {
    let path = format!("/v1/groups/{group}/invites");
    let request = person.request(Method::POST, &path).header("idempotency-key", key);
    person.sends(request.json(body)).await
}

async fn invites(person: &Person, key: &str, body: &Value) -> Answer {
    asks(person, key, GROUP, body).await
}

#[tokio::test]
async fn a_repeated_request_is_answered_as_the_first_and_makes_nothing() {
    let app = App::with_settings(&[("LIMIT_INVITES_PER_INVITER_HOUR", "3")]).await;
    let alice = app.owner().await;
    let email = json!({"email": "ada@example.com", "notify": false});
    let link = json!({"link": {"max_uses": 2}});
    let first = invites(&alice, "one", &email).await.is(201);
    let first_link = invites(&alice, "two", &link).await.is(201);
    // The stream's function writes the events afterwards.
    let stored = async || {
        let mut items = app.scan().await;
        items.retain(|item| item["type"]["S"] != "event");
        items
    };
    let before = stored().await;
    for _ in 0..4 {
        let again = invites(&alice, "one", &email).await.is(201);
        assert_eq!(
            (again.text.clone(), again.header("location")),
            (first.text.clone(), first.header("location"))
        );
        assert_eq!(invites(&alice, "two", &link).await.is(201).text, first_link.text);
    }
    // A repeat counts nowhere, not even in the window.
    assert_eq!(stored().await, before);
    alice.invites(json!({"link": {}})).await.is(201);
    alice.invites(json!({"link": {}})).await.refuses(429, "rate_limited");
    // The key is the caller's own.
    let bob = app.person("bob");
    invites(&bob, "one", &email).await.refuses(404, "group_not_found");
    app.person("ada").accepts(first.text_at("/token")).await.is(200);
    let joined = invites(&alice, "one", &email).await.is(201);
    assert_eq!(joined.json["state"], "accepted");
}

#[tokio::test]
async fn a_key_stands_for_one_request() {
    let app = App::start().await;
    let alice = app.owner().await;
    alice.creates(json!({"id": "other", "name": "Other"})).await;
    let body = json!({"email": "ada@example.com", "notify": false});
    invites(&alice, "one", &body).await.is(201);
    let before = app.table().await;
    let other = json!({"email": "eve@example.com", "notify": false});
    invites(&alice, "one", &other).await.refuses(422, "idempotency_key_reused");
    asks(&alice, "one", "other", &body).await.refuses(422, "idempotency_key_reused");
    let many = json!({"invites": [other]});
    invites(&alice, "one", &many).await.refuses(422, "idempotency_key_reused");
    for key in ["", "a b", &"x".repeat(65)] {
        let refused = invites(&alice, key, &other).await.refuses(422, "invalid_body");
        refused.points_at("", "invalid_idempotency_key");
    }
    assert_eq!(app.table().await, before);
    // A day later the key is free.
    app.advance(86_400);
    invites(&alice, "one", &other).await.is(201);
}

#[tokio::test]
async fn a_request_that_made_nothing_uses_no_key() {
    let app = App::start().await;
    let alice = app.owner().await;
    let pending = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let body = json!({"email": "ada@example.com", "notify": false});
    invites(&alice, "one", &body).await.refuses(409, "invite_already_pending");
    alice.revokes(&pending.id).await.is(200);
    invites(&alice, "one", &body).await.is(201);
    let dry = format!("/v1/groups/{GROUP}/invites?dry_run=true");
    let request = alice.request(Method::POST, &dry).header("idempotency-key", "dry");
    let eve = json!({"email": "eve@example.com", "notify": false});
    alice.sends(request.json(&eve)).await.is(200);
    invites(&alice, "dry", &eve).await.is(201);
    // What only finds an invite is repeated, too.
    let found = json!({"email": "eve@example.com", "on_duplicate": "return"});
    let first = invites(&alice, "found", &found).await.is(200);
    assert_eq!(invites(&alice, "found", &found).await.is(200).text, first.text);
    invites(&alice, "found", &body).await.refuses(422, "idempotency_key_reused");
}

#[tokio::test]
async fn a_caller_who_lost_the_right_to_invite_gets_no_token_again() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    let body = json!({"link": {}});
    invites(&bob, "one", &body).await.is(201);
    alice.gives_roles("bob", json!(["member"])).await.is(200);
    let refused = invites(&bob, "one", &body).await.refuses(403, "forbidden");
    assert!(!refused.text.contains("bkn_"));
}

#[tokio::test]
async fn a_repeat_has_the_token_of_its_own_generation() {
    let app = App::start().await;
    let alice = app.owner().await;
    let body = json!({"email": "ada@example.com", "notify": false});
    let first = invites(&alice, "one", &body).await.is(201);
    let replacing = json!({"email": "ada@example.com", "notify": false, "on_duplicate": "replace"});
    let second = invites(&alice, "two", &replacing).await.is(201);
    let again = invites(&alice, "one", &body).await.is(201);
    assert_eq!(again.json["token"], first.json["token"]);
    assert_eq!(again.json["etag"], second.json["etag"]);
    assert_ne!(again.json["token"], second.json["token"]);
}

#[tokio::test]
async fn the_kept_request_tells_nothing() {
    let app = App::start().await;
    let alice = app.owner().await;
    let made = invites(&alice, "my-secret-key", &json!({"email": "ada@example.com"})).await.is(201);
    let kept = app.items("idempotency").await;
    assert_eq!(kept.len(), 1);
    let text = kept[0].to_string();
    for secret in ["my-secret-key", "ada@", "alice", made.text_at("/token")] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}

/// Repeats the request while the first one with its key is under way. `over` is filled after the
/// function that carries out the first one must have ended.
async fn invites_at_last(
    app: &App,
    person: &Person,
    (key, body): (&str, &Value),
    over: &OnceLock<()>,
) -> Answer {
    for tries in 0..400 {
        let answer = invites(person, key, body).await;
        if answer.json["code"] != "idempotency_in_progress" {
            return answer;
        }
        if tries == 200 {
            over.get_or_init(|| app.advance(60));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the first request stays under way")
}

/// Returns how many recipients the windows of all inviters have counted.
async fn counted(app: &App) -> u32 {
    let windows = app.items("window").await;
    let passed = windows.iter().filter_map(|window| window["passed"]["N"].as_str());
    passed.map(|passed| passed.parse::<u32>().unwrap()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_parallel_repeats_one_makes_the_invite_and_all_have_its_answer() {
    let app = App::with_settings(&[("LIMIT_INVITES_PER_INVITER_HOUR", "3")]).await;
    app.starts_an_hour();
    let alice = app.owner().await;
    alice.signs_in().await;
    for (made, (key, body)) in [
        ("one", json!({"email": "ada@example.com", "notify": false})),
        ("two", json!({"link": {"max_uses": 3}})),
        ("three", json!({"person": {"email": "eve@example.com"}, "notify": false})),
    ]
    .into_iter()
    .enumerate()
    {
        let (app, alice, body, over) = (&app, &alice, &body, &OnceLock::new());
        let sent = AtOnce::send(
            (0..50).map(|_| async move || invites_at_last(app, alice, (key, body), over).await),
        )
        .await;
        let answers: BTreeSet<&str> = sent.answers.iter().map(|it| it.text.as_str()).collect();
        assert_eq!((sent.count(201), answers.len()), (50, 1), "{answers:#?}");
        assert_eq!(app.items("invite").await.len(), made + 1);
        // The window has room for one request under each key.
        assert_eq!(counted(app).await, u32::try_from(made + 1).unwrap());
    }
}

/// Starts a service with a window of so many invites, behind a table that can fail.
async fn faulty(window: u32) -> (App, LossyTable, App) {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let mut options = table.options();
    options.settings.push(("LIMIT_INVITES_PER_INVITER_HOUR".to_owned(), window.to_string()));
    let app = App::with(options).await;
    app.starts_an_hour();
    (app, table, below)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_under_way_is_not_repeated() {
    let (app, table, _below) = faulty(1).await;
    let alice = app.owner().await;
    let body = json!({"email": "ada@example.com", "notify": false});
    let hold = table.holds("TransactWriteItems", "ada@example.com", 1);
    let (first, ()) = futures::join!(invites(&alice, "one", &body), async {
        hold.arrived().await;
        invites(&alice, "one", &body).await.refuses(409, "idempotency_in_progress");
        let other = json!({"email": "eve@example.com", "notify": false});
        invites(&alice, "one", &other).await.refuses(422, "idempotency_key_reused");
        hold.release();
    });
    let first = first.is(201);
    assert_eq!(invites(&alice, "one", &body).await.is(201).text, first.text);
    assert_eq!(counted(&app).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_failed_is_continued_at_once_and_counts_once() {
    let (app, table, _below) = faulty(1).await;
    let alice = app.owner().await;
    let body = json!({"email": "ada@example.com", "notify": false});
    table.refuses_all("TransactWriteItems");
    invites(&alice, "one", &body).await.is(503);
    table.heals();
    let made = invites(&alice, "one", &body).await.is(201);
    assert_eq!(invites(&alice, "one", &body).await.is(201).text, made.text);
    assert_eq!((app.items("invite").await.len(), counted(&app).await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_whose_write_has_no_readable_answer_is_answered_by_what_was_kept() {
    let (app, table, _below) = faulty(1).await;
    let alice = app.owner().await;
    let body = json!({"link": {}});
    table.breaks_the_answer_to("TransactWriteItems", u32::MAX, Breakage::Text("{"));
    let made = invites(&alice, "one", &body).await.is(201);
    table.heals();
    assert_eq!(invites(&alice, "one", &body).await.is(201).text, made.text);
    assert_eq!(app.items("invite").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_was_cut_off_is_continued_a_minute_later_and_writes_nothing_more() {
    let (app, table, _below) = faulty(1).await;
    let alice = app.owner().await;
    let body = json!({"link": {}});
    table.refuses_all("TransactWriteItems");
    // The request fails, and cannot leave its key to a repeat.
    let hold = table.holds("UpdateItem", ":released", 1);
    invites(&alice, "one", &body).await.is(503);
    table.heals();
    invites(&alice, "one", &body).await.refuses(409, "idempotency_in_progress");
    app.advance(60);
    let made = invites(&alice, "one", &body).await.is(201);
    // What the first request still sends comes too late.
    hold.release();
    assert_eq!(invites(&alice, "one", &body).await.is(201).text, made.text);
    assert_eq!((app.items("invite").await.len(), counted(&app).await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invite_that_was_sent_again_before_the_function_ended_is_sent_again_once() {
    let (app, table, _below) = faulty(9).await;
    let alice = app.owner().await;
    let ada = |on: &str| json!({"email": "ada@example.com", "notify": false, "on_duplicate": on});
    alice.invited(ada("error")).await;
    app.advance(60);
    let one = ada("resend");
    let many = json!({"invites": [ada("resend"), {"link": {}}]});
    for (key, body, invite) in [("one", one, ""), ("many", many, "/results/0/invite")] {
        let hold = table.holds("TransactWriteItems", "ada@example.com", 1);
        let (first, ()) = futures::join!(invites(&alice, key, &body), async {
            hold.arrived().await;
            // The invite is sent again, and that is not kept.
            table.refuses_all("PutItem");
            hold.release();
        });
        table.heals();
        invites(&alice, key, &body).await.refuses(409, "idempotency_in_progress");
        app.advance(60);
        let again = invites(&alice, key, &body).await;
        let shown = |answer: &Answer| answer.json.pointer(invite).unwrap().clone();
        assert_eq!((again.status, shown(&again)["token"].is_string()), (first.status, true));
        assert_eq!(shown(&again), shown(&first), "{key}");
        assert_eq!(shown(&invites(&alice, key, &body).await), shown(&first), "{key}");
    }
}

#[tokio::test]
async fn a_request_for_many_is_repeated_with_the_outcome_of_each_item() {
    let app = App::start().await;
    let alice = app.owner().await;
    alice.invited(json!({"email": "eve@example.com", "notify": false})).await;
    let body = json!({"invites": [
        {"email": "ada@example.com", "notify": false},
        {"email": "x"},
        {"link": {}},
        {"email": "eve@example.com", "notify": false},
        {"email": "eve@example.com", "notify": false, "on_duplicate": "return"},
        {"user_id": "nobody"},
        {"email": "ADA@example.com", "notify": false},
    ]});
    let first = invites(&alice, "one", &body).await.is(207);
    let before = app.table().await;
    let again = invites(&alice, "one", &body).await.is(207);
    let shown = |answer: &Answer| {
        let mut json = answer.json.clone();
        for result in json["results"].as_array_mut().unwrap() {
            result["problem"]["instance"] = Value::Null;
        }
        json
    };
    assert_eq!(shown(&again), shown(&first));
    assert_eq!(app.table().await, before);
    invites(&alice, "one", &json!({"link": {}})).await.refuses(422, "idempotency_key_reused");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_for_many_that_is_under_way_is_not_repeated() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    let body = json!({"invites": [
        {"email": "ada@example.com", "notify": false}, {"email": "eve@example.com", "notify": false},
    ]});
    let hold = table.holds("TransactWriteItems", "ada@example.com", 1);
    let (first, ()) = futures::join!(invites(&alice, "one", &body), async {
        hold.arrived().await;
        invites(&alice, "one", &body).await.refuses(409, "idempotency_in_progress");
        hold.release();
    });
    let first = first.is(207);
    assert_eq!(first.json["created"], 2);
    assert_eq!(invites(&alice, "one", &body).await.is(207).text, first.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_for_many_that_did_not_finish_continues_a_minute_later() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    let body = json!({"invites": [{"link": {}}, {"email": "ada@example.com", "notify": false}]});
    let hold = table.holds("TransactWriteItems", "ada@example.com", 1);
    let (first, ()) = futures::join!(invites(&alice, "one", &body), async {
        hold.arrived().await;
        // The invites are written, and their results are not kept.
        table.refuses_all("PutItem");
        hold.release();
    });
    let first = first.is(207);
    table.heals();
    invites(&alice, "one", &body).await.refuses(409, "idempotency_in_progress");
    app.advance(60);
    let again = invites(&alice, "one", &body).await.is(207);
    let ids = |answer: &Answer| {
        let results = answer.json["results"].as_array().unwrap().clone();
        results
            .iter()
            .map(|it| (it["invite"]["id"].clone(), it["invite"]["token"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&again), ids(&first));
    assert_eq!(app.items("invite").await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_continued_request_for_many_does_not_count_its_recipients_again() {
    let (app, table, _below) = faulty(3).await;
    let alice = app.owner().await;
    let item = |name: &str| json!({"email": format!("{name}@example.com"), "notify": false});
    let body = json!({"invites": [item("ada"), item("eve"), item("finn"), item("gus")]});
    let hold = table.holds("TransactWriteItems", "ada@example.com", 1);
    let (first, ()) = futures::join!(invites(&alice, "one", &body), async {
        hold.arrived().await;
        // The invites are written, and their results are not kept.
        table.refuses_all("PutItem");
        hold.release();
    });
    table.heals();
    app.advance(60);
    let again = invites(&alice, "one", &body).await.is(207);
    for answer in [first.is(207), again] {
        assert_eq!((&answer.json["created"], &answer.json["failed"]), (&json!(3), &json!(1)));
        assert_eq!(answer.json["results"][3]["problem"]["code"], "rate_limited");
    }
    assert_eq!(counted(&app).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_tries_the_items_again_that_failed_on_our_side() {
    let (app, table, _below) = faulty(5).await;
    let alice = app.owner().await;
    let item = |name: &str| json!({"email": format!("{name}@example.com"), "notify": false});
    let typo = alice.invited(item("evve")).await;
    let taken = alice.invited(item("gus")).await;
    let mut replacing = item("eve");
    replacing["replaces"] = json!(typo.id);
    let body = json!({"invites": [item("ada"), replacing, item("gus")]});
    table.refuses_all("TransactWriteItems");
    let first = invites(&alice, "one", &body).await.is(207);
    let statuses = |answer: &Answer| {
        let results = answer.json["results"].as_array().unwrap();
        results.iter().map(|result| result["status"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(statuses(&first), [201, 503, 409]);
    // The item that was refused stays refused.
    alice.revokes(&taken.id).await.is(200);
    invites(&alice, "one", &body).await.is(207);
    table.heals();
    let second = invites(&alice, "one", &body).await.is(207);
    assert_eq!(statuses(&second), [201, 201, 409]);
    assert_eq!(second.json["results"][0], first.json["results"][0]);
    assert_eq!(alice.reads(&typo.id).await.json["resolution_reason"], "replaced");
    let third = invites(&alice, "one", &body).await.is(207);
    assert_eq!(third.json["results"][1], second.json["results"][1]);
    assert_eq!(counted(&app).await, 5);
}

#[tokio::test]
async fn a_refused_request_for_many_frees_its_key() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    let body = json!({"invites": [{"email": "ada@example.com", "notify": false}]});
    invites(&bob, "one", &body).await.refuses(404, "group_not_found");
    alice.takes_in(&bob, json!(["admin"])).await;
    assert_eq!(invites(&bob, "one", &body).await.is(207).json["created"], 1);
}
