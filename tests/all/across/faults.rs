//! A table that fails. If a write succeeded and its answer is lost, the caller still gets the
//! success. If the write failed, a retry succeeds.

use beckon::Options;
use harness::{ANY, App, Breakage, LossyTable};
use serde_json::json;

#[tokio::test]
async fn a_create_with_a_lost_answer_is_not_refused_as_already_pending() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    for body in [
        json!({"email": "ada@example.com"}),
        json!({"person": {"email": "eve@example.com"}}),
        json!({"link": {}}),
    ] {
        table.loses_the_answer_to(if body["person"].is_null() {
            "PutItem"
        } else {
            "TransactWriteItems"
        });
        let invited = alice.invited(body).await;
        assert!(table.has_failed());
        app.nobody().previews(&invited.token).await.is(200);
    }
    // The same holds for the next generation.
    let first = alice.invited(json!({"email": "joe@example.com"})).await;
    alice.revokes(&first.id).await.is(200);
    table.loses_the_answer_to("PutItem");
    alice.invited(json!({"email": "joe@example.com"})).await;
    assert!(table.has_failed());
    alice.invites(json!({"email": "joe@example.com"})).await.refuses(409, "invite_already_pending");
}

#[tokio::test]
async fn an_acceptance_with_a_lost_answer_succeeds() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    let by_address = alice.invited(json!({"email": "ada@example.com"})).await;
    let counted = alice.invited(json!({"link": {"max_uses": 2}})).await;
    let uncounted = alice.invited(json!({"link": {}})).await;
    for (user, invited, operation) in [
        ("ada", &by_address, "TransactWriteItems"),
        ("bob", &counted, "TransactWriteItems"),
        ("eve", &uncounted, "PutItem"),
    ] {
        table.loses_the_answer_to(operation);
        app.person(user).accepts(&invited.token).await.is(200);
        assert!(table.has_failed());
    }
    assert_eq!(alice.reads(&counted.id).await.json["invitee"]["uses"], 1);
    assert_eq!(alice.sees_members().await, ["ada", "alice", "bob", "eve"]);
}

#[tokio::test]
async fn a_revoke_or_decline_with_a_lost_answer_succeeds() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    let (revoked, declined) = (
        alice.invited(json!({"email": "ada@example.com"})).await,
        alice.invited(json!({"email": "eve@example.com"})).await,
    );
    table.loses_the_answer_to("UpdateItem");
    assert_eq!(alice.revokes(&revoked.id).await.is(200).json["state"], "revoked");
    assert!(table.has_failed());
    table.loses_the_answer_to("UpdateItem");
    assert_eq!(
        app.nobody().declines(&declined.token).await.is(200).json["invite"]["state"],
        "declined"
    );
    assert!(table.has_failed());
}

#[tokio::test]
async fn a_change_of_members_or_groups_with_a_lost_answer_succeeds() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["member"])).await;
    for operation in ["TransactWriteItems"; 3] {
        table.loses_the_answer_to(operation);
        alice.gives_roles("bob", json!(["admin"])).await.is(200);
        assert!(table.has_failed());
    }
    table.loses_the_answer_to("TransactWriteItems");
    alice.creates(json!({"id": "other", "name": "Other"})).await;
    assert!(table.has_failed());
    table.loses_the_answer_to("TransactWriteItems");
    alice.removes("bob").await.is(204);
    assert!(table.has_failed());
}

#[tokio::test]
async fn a_group_change_with_a_lost_answer_is_not_refused_as_a_conflict() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    table.loses_the_answer_to("TransactWriteItems");
    alice.patches("/v1/groups/3773", &json!({"name": "New"})).await.is(200);
    assert!(table.has_failed());
}

#[tokio::test]
async fn a_link_that_could_not_be_marked_as_exhausted_is_marked_by_the_next_request() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    for late in ["ada", "eve"] {
        let link = alice.invited(json!({"link": {"max_uses": 1}})).await;
        let user = format!("{}-{late}", link.id);
        table.refuses("UpdateItem", 3);
        // The member has joined, although the link could not be marked as exhausted.
        app.person(&user).accepts(&link.token).await.is(200);
        assert!(table.has_failed());
        // The next acceptance marks the link: by the same member, or by a person who is too late.
        let again = app.person(if late == "ada" { &user } else { late }).accepts(&link.token).await;
        assert_eq!(again.status, if late == "ada" { 200 } else { 410 });
        assert!(alice.lists("?state=exhausted").await.each("id").contains(&link.id));
        assert!(alice.lists("?state=pending").await.data().is_empty());
    }
}

#[tokio::test]
async fn a_failing_table_is_answered_with_503_and_a_retry_succeeds() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let ada = app.person("ada");
    for operation in ["BatchGetItem", "TransactWriteItems"] {
        table.refuses_all(operation);
        let answer = ada.accepts(&invited.token).await.refuses(503, "temporarily_unavailable");
        table.heals();
        assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
        assert_eq!(alice.reads(&invited.id).await.json["state"], "pending");
    }
    table.refuses_all("BatchGetItem");
    app.nobody().opens(&invited.token).await.is(503);
    table.heals();
    ada.accepts(&invited.token).await.is(200);
}

#[tokio::test]
async fn a_batch_read_goes_on_with_the_keys_that_were_left() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(Options { streams: false, ..table.options() }).await;
    let alice = app.owner().await;
    let people = ["ada", "bob", "eve", "joe", "kim"];
    let items: Vec<_> = people
        .iter()
        .map(|name| json!({"email": format!("{name}@example.com"), "notify": false}))
        .collect();
    // Three answers leave a rest, and the fourth has everything that is left.
    table.leaves_a_rest_of("BatchGetItem", 3);
    alice.invited(items[0].clone()).await;
    assert!(table.has_failed());
    // What the first answer left is seen: the invite that is pending, and the right of its inviter.
    table.leaves_a_rest_of("BatchGetItem", 3);
    alice.invites(items[0].clone()).await.refuses(409, "invite_already_pending");
    assert!(table.has_failed());
    let path = "/v1/groups/3773/invites";
    // A rest that stays is no reason to decide by what was read.
    table.leaves_a_rest_of("BatchGetItem", u32::MAX);
    let before = app.table().await;
    let refused = alice.posts(path, &json!({"invites": items})).await;
    refused.refuses(503, "temporarily_unavailable");
    assert_eq!(app.table().await, before);
    table.leaves_a_rest_of("BatchGetItem", 3);
    let made = alice.posts(path, &json!({"invites": items})).await.is(207);
    assert!(table.has_failed());
    let results = made.json["results"].as_array().unwrap();
    let statuses: Vec<_> = results.iter().map(|one| one["status"].clone()).collect();
    assert_eq!(statuses, [409, 201, 201, 201, 201]);
}

#[tokio::test]
async fn a_transaction_that_is_in_progress_is_retried() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(Options { streams: false, ..table.options() }).await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let ada = app.person("ada");
    table.refuses_as("TransactWriteItems", u32::MAX, "TransactionInProgressException");
    ada.accepts(&invited.token).await.refuses(503, "temporarily_unavailable");
    assert_eq!(alice.reads(&invited.id).await.json["state"], "pending");
    table.refuses_as("TransactWriteItems", 2, "TransactionInProgressException");
    ada.accepts(&invited.token).await.is(200);
    assert!(table.has_failed());
    assert_eq!(alice.sees_members().await, ["ada", "alice"]);
}

#[tokio::test]
async fn a_request_with_a_lost_answer_counts_once() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let mut options = table.options();
    options.settings.push(("LIMIT_INVITES_PER_INVITER_HOUR".into(), "1".into()));
    let app = App::with(options).await;
    let alice = app.owner().await;
    table.loses_the_answer_to("UpdateItem");
    alice.invites(json!({"email": "ada@example.com"})).await.is(201);
    assert!(table.has_failed());
}

#[tokio::test]
async fn a_write_with_a_lost_answer_succeeds_at_every_api() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    app.directory().writes_user("29845", &json!({"email": "joe@example.com"})).await.is(200);
    let evanta = json!({"group_invite": {"user_id": 29845, "group_id": 3773}});
    for (path, body, status) in
        [("/group_invites", &evanta, 201), ("/groups/3773/users/token", &json!({}), 200)]
    {
        table.loses_the_answer_to("PutItem");
        alice.posts(path, body).await.is(status);
        assert!(table.has_failed(), "{path}");
    }
    // No mail is due, because the mail sender would also send an `UpdateItem`.
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    table.loses_the_answer_to("UpdateItem");
    alice.deletes(&format!("/me/groups/3773/invites/{}", invited.id)).await.is(204);
    assert!(table.has_failed());
    assert_eq!(alice.reads(&invited.id).await.json["state"], "revoked");
}

#[tokio::test]
async fn a_create_succeeds_if_the_pending_invites_cannot_be_counted() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    table.refuses("Query", 3);
    alice.invites(json!({"email": "ada@example.com", "notify": false})).await.is(201);
    assert!(table.has_failed());
}

/// Bodies that no answer of DynamoDB has.
const BROKEN: [Breakage; 8] = [
    Breakage::Half,
    Breakage::Text(""),
    Breakage::Text("{"),
    Breakage::Text("null"),
    Breakage::Text("[]"),
    Breakage::Text("{}}"),
    Breakage::Text(
        "{\"Attributes\": 5, \"Responses\": 5, \"Item\": 5, \"Items\": 5, \"ConsumedCapacity\": 5, \"Count\": {}}",
    ),
    Breakage::Text("<html><body>OK</body></html>"),
];

#[tokio::test]
async fn a_broken_answer_is_retried_and_the_create_keeps_its_token() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    for (number, body) in BROKEN.into_iter().enumerate() {
        for operation in ["BatchGetItem", "UpdateItem", "PutItem", "TransactWriteItems"] {
            let email = format!("p{number}-{}@example.com", operation.to_lowercase());
            let new = match operation {
                "TransactWriteItems" => json!({"person": {"email": email}, "notify": false}),
                _ => json!({"email": email, "notify": false}),
            };
            table.breaks_the_answer_to(operation, 1, body);
            let invited = alice.invited(new).await;
            assert!(table.has_failed(), "{operation}, {body:?}");
            app.nobody().previews(&invited.token).await.is(200);
        }
    }
    assert_eq!(alice.lists("?limit=100").await.data().len(), 4 * BROKEN.len());
}

#[tokio::test]
async fn answers_that_stay_broken_are_503_at_every_api_and_never_500() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.person("alice").name("Alice").claim("scope", json!("AdminGroups"));
    alice.creates_group().await;
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let id = &invited.id;
    let requests = [
        (reqwest::Method::GET, format!("/v1/groups/3773/invites/{id}")),
        (reqwest::Method::GET, "/v1/groups/3773/invites".into()),
        (reqwest::Method::GET, "/v1/groups/3773/members".into()),
        (reqwest::Method::GET, "/v1/groups".into()),
        (reqwest::Method::GET, "/v1/me".into()),
        (reqwest::Method::POST, format!("/v1/groups/3773/invites/{id}/revoke")),
        (reqwest::Method::GET, format!("/i/{}", invited.token)),
        (reqwest::Method::GET, "/group_invites/groups".into()),
        (reqwest::Method::GET, "/group_invites/users/3773".into()),
        (reqwest::Method::GET, "/me/groups/3773/invites".into()),
        (reqwest::Method::GET, "/me/groups/3773/members".into()),
        (reqwest::Method::POST, "/groups/3773/users/token".into()),
        (reqwest::Method::GET, "/chembiohub/api/invitations/".into()),
        (reqwest::Method::GET, "/GroupV2/3773/Members/InvitedIndividuals/".into()),
    ];
    for (method, path) in requests {
        for body in BROKEN {
            // A request sends several calls at once, and the SDK makes three attempts of each.
            table.breaks_the_answer_to(ANY, 1000, body);
            let request = alice.request(method.clone(), &path).header("x-api-key", "key");
            let answer = alice.sends(request.json(&json!({}))).await;
            assert_eq!(answer.status, 503, "{method} {path}, {body:?}: {}", answer.text);
        }
    }
    table.breaks_the_answer_to("none", 1, Breakage::Half);
    alice.reads(id).await.is(200);
}
