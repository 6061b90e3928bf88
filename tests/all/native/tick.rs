//! The function that a schedule starts every minute: it stores the expiries that every read already
//! tells.

use futures::future::join;
use harness::{App, Invited, LossyTable, Person};
use serde_json::{Value, json};

/// Returns the answer about an invite without what every write changes.
fn without_version(mut invite: Value) -> Value {
    let fields = invite.as_object_mut().expect("the invite is an object");
    for field in ["etag", "updated_at"] {
        fields.remove(field);
    }
    invite
}

/// Returns whether the invite is among those for which something is due. An ended invite is in
/// another part of the index, until its personal data are removed.
fn is_due_by_the_clock(invite: &Value) -> bool {
    let partition = invite["due_pk"]["S"].as_str();
    partition.is_some_and(|partition| partition.matches('#').count() == 1)
}

/// Makes an invite of each kind that expires after five minutes.
async fn one_of_each(alice: &Person) -> Vec<Invited> {
    let mut made = Vec::new();
    for to in [
        json!({"email": "ada@example.com"}),
        json!({"phone": "+19199993333"}),
        json!({"account": {"membership_type": 3, "membership_id": "4611"}}),
        json!({"user_id": "bob"}),
        json!({"person": {"email": "eve@example.com", "first_name": "Eve"}}),
        json!({"link": {}}),
        json!({"link": {"max_uses": 2}}),
    ] {
        let mut body = to;
        body["expires_in"] = json!(300);
        body["notify"] = json!(false);
        made.push(alice.invited(body).await);
    }
    made
}

#[tokio::test]
async fn a_tick_stores_what_every_read_already_says() {
    let app = App::start().await;
    let alice = app.owner().await;
    app.directory().writes_user("bob", &json!({"first_name": "Bob"})).await.is(200);
    let made = one_of_each(&alice).await;
    let lasting = alice.invited(json!({"email": "later@example.com", "expires_in": 86_400})).await;
    let endless = alice.invited(json!({"link": {}, "expires_in": null})).await;
    assert_eq!(
        app.ticks().await,
        json!({"expired": 0, "mails": 0, "memberships": 0, "anonymized": 0, "complete": true})
    );
    app.advance(330);

    // Until the expiry is written, the list of expired invites lacks it, and the pending list skips it.
    assert!(alice.lists("?state=expired").await.data().is_empty());
    let pending = [endless.id.as_str(), lasting.id.as_str()];
    assert_eq!(alice.lists("?state=pending&order=-created").await.data().len(), 2);
    let mut before = Vec::new();
    for invited in &made {
        let read = alice.reads(&invited.id).await.is(200).json;
        assert_eq!(
            (&read["state"], &read["resolved_at"]),
            (&json!("expired"), &read["expires_at"])
        );
        before.push(without_version(read));
    }
    assert_eq!(
        app.ticks().await,
        json!({"expired": 7, "mails": 0, "memberships": 0, "anonymized": 0, "complete": true})
    );

    for (invited, before) in made.iter().zip(before) {
        assert_eq!(without_version(alice.reads(&invited.id).await.json), before);
    }
    let expired = alice.lists("?state=expired").await.each("id");
    assert_eq!(expired.len(), 7);
    assert!(made.iter().all(|invited| expired.contains(&invited.id)));
    let still = alice.lists("?state=pending").await.each("id");
    assert!(pending.iter().all(|id| still.iter().any(|own| own == id)) && still.len() == 2);
    for item in app.items("invite").await {
        let is_due = item["state"]["S"] == "pending" && !item["expires_at"].is_null();
        assert_eq!(is_due_by_the_clock(&item), is_due, "{item}");
    }
    assert_eq!(
        app.ticks().await,
        json!({"expired": 0, "mails": 0, "memberships": 0, "anonymized": 0, "complete": true})
    );
}

#[tokio::test]
async fn an_ended_invite_is_due_no_more() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = async |name: &str| {
        let email = format!("{name}@example.com");
        alice.invited(json!({"email": email, "expires_in": 300, "notify": false})).await
    };
    app.person("a").accepts(&invited("a").await.token).await.is(200);
    app.person("b").declines(&invited("b").await.token).await.is(200);
    app.nobody().declines(&invited("c").await.token).await.is(200);
    alice.revokes(&invited("d").await.id).await.is(200);
    for item in app.items("invite").await {
        assert!(!is_due_by_the_clock(&item), "{item}");
    }
    app.advance(600);
    assert_eq!(app.ticks().await["expired"], 0);
}

#[tokio::test]
async fn an_invite_that_a_tick_expired_is_made_again() {
    let app = App::start().await;
    let alice = app.owner().await;
    let body = json!({"email": "ada@example.com", "expires_in": 300, "notify": false});
    let first = alice.invited(body.clone()).await;
    app.advance(330);
    assert_eq!(app.ticks().await["expired"], 1);
    let ada = app.person("ada");
    ada.accepts(&first.token).await.refuses(410, "invite_expired");
    ada.declines(&first.token).await.refuses(410, "invite_expired");
    alice.revokes(&first.id).await.refuses(410, "invite_expired");
    let second = alice.invited(body).await;
    assert_eq!(second.id, first.id);
    ada.accepts(&first.token).await.refuses(410, "invite_revoked");
    ada.accepts(&second.token).await.is(200);
}

#[tokio::test]
async fn a_tick_leaves_an_invite_that_was_made_again_meanwhile() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    let body = json!({"email": "ada@example.com", "expires_in": 300, "notify": false});
    alice.invited(body.clone()).await;
    app.advance(330);
    let hold = table.holds("UpdateItem", "expires_at <= :now", 1);
    let (ticked, again) = join(app.ticks(), async {
        hold.arrived().await;
        let again = alice.invited(body).await;
        hold.release();
        again
    })
    .await;
    assert_eq!(
        ticked,
        json!({"expired": 0, "mails": 0, "memberships": 0, "anonymized": 0, "complete": true})
    );
    assert_eq!(alice.reads(&again.id).await.json["state"], "pending");
    app.person("ada").accepts(&again.token).await.is(200);
}

#[tokio::test]
async fn two_ticks_at_once_write_each_expiry_once() {
    let app = App::start().await;
    let alice = app.owner().await;
    for number in 0..30 {
        let email = format!("p{number}@example.com");
        alice.invited(json!({"email": email, "expires_in": 300, "notify": false})).await;
    }
    app.advance(330);
    let (one, other) = join(app.ticks(), app.ticks()).await;
    let expired = |ticked: &Value| ticked["expired"].as_u64().unwrap();
    assert_eq!(expired(&one) + expired(&other), 30);
    for item in app.items("invite").await {
        assert_eq!((&item["state"]["S"], &item["version"]["N"]), (&json!("expired"), &json!("2")));
    }
}

#[tokio::test]
async fn the_next_tick_does_what_a_failed_one_left() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    for number in 0..5 {
        let email = format!("p{number}@example.com");
        alice.invited(json!({"email": email, "expires_in": 300, "notify": false})).await;
    }
    app.advance(330);
    for operation in ["Query", "BatchGetItem", "UpdateItem"] {
        table.refuses_all(operation);
        assert!(app.tick_fails().await, "{operation}");
        table.heals();
    }
    assert_eq!(
        app.ticks().await,
        json!({"expired": 5, "mails": 0, "memberships": 0, "anonymized": 0, "complete": true})
    );
}

#[tokio::test]
async fn one_invite_that_cannot_be_written_stops_no_other_and_fails_the_run() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    let mut made = Vec::new();
    for number in 0..5 {
        let email = format!("p{number}@example.com");
        made.push(alice.invited(json!({"email": email, "expires_in": 300, "notify": false})).await);
    }
    app.advance(330);
    // The write of one invite gets no answer.
    let hold = table.holds("UpdateItem", &format!("I#{}", made[0].id), 1);
    assert!(app.tick_fails().await);
    let left = app.items("invite").await;
    let left = left.iter().filter(|item| item["state"]["S"] == "pending");
    let left: Vec<_> = left.map(|item| item["sk"]["S"].clone()).collect();
    assert_eq!(left, [json!(format!("I#{}", made[0].id))]);
    hold.release();
    // It may be written as soon as the table answers again.
    app.ticks().await;
    assert_eq!(alice.lists("?state=expired").await.data().len(), 5);
}

#[tokio::test]
async fn one_part_of_the_index_that_cannot_be_read_stops_no_other_and_fails_the_run() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    for number in 0..24 {
        let email = format!("p{number}@example.com");
        alice.invited(json!({"email": email, "expires_in": 300, "notify": false})).await;
    }
    app.advance(330);
    let shard_of = |item: &Value| {
        let is_due = is_due_by_the_clock(item);
        item["due_pk"]["S"].as_str().filter(|_| is_due).map(str::to_owned)
    };
    let first = app.items("invite").await.iter().find_map(shard_of).unwrap();
    let hold = table.holds("Query", &format!("\"{first}\""), 1);
    assert!(app.tick_fails().await);
    let left = app.items("invite").await;
    let left: Vec<_> = left.iter().filter_map(shard_of).collect();
    assert!(!left.is_empty() && left.iter().all(|shard| *shard == first), "{left:?}");
    hold.release();
    assert_eq!(app.ticks().await["expired"], left.len());
}

#[tokio::test]
async fn a_used_up_link_is_exhausted_in_every_read_also_after_its_time() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    let link = alice.invited(json!({"link": {"max_uses": 1}, "expires_in": 300})).await;
    let ada = app.person("ada");
    ada.signs_in().await;
    // The use is written, and the end of the link is not.
    table.refuses_all("UpdateItem");
    ada.accepts(&link.token).await.is(200);
    table.heals();
    app.advance(330);
    for read in [alice.reads(&link.id).await.json, alice.lists("").await.data()[0].clone()] {
        assert_eq!((&read["state"], &read["resolved_at"]), (&json!("exhausted"), &Value::Null));
    }
    app.person("bob").accepts(&link.token).await.refuses(410, "invite_used_up");
    alice.revokes(&link.id).await.refuses(410, "invite_used_up");
    app.ticks().await;
    assert_eq!(alice.lists("?state=exhausted").await.each("id"), [link.id.as_str()]);
    assert!(alice.lists("?state=expired").await.data().is_empty());
    assert!(app.items("invite").await.iter().all(|item| !is_due_by_the_clock(item)));
}

#[tokio::test]
async fn expired_invites_do_not_count_before_and_after_the_tick() {
    let app = App::with_settings(&[("LIMIT_PENDING_PER_GROUP", "30")]).await;
    let alice = app.owner().await;
    let invite = async |number: usize| {
        let email = format!("p{number}@example.com");
        alice.invites(json!({"email": email, "expires_in": 300, "notify": false})).await
    };
    for number in 0..30 {
        invite(number).await.is(201);
    }
    invite(30).await.refuses(429, "pending_limit");
    app.advance(330);
    // The entries of thirty expired invites are still among the pending ones.
    for number in 30..59 {
        invite(number).await.is(201);
    }
    assert_eq!(app.ticks().await["expired"], 30);
    invite(59).await.is(201);
    invite(60).await.refuses(429, "pending_limit");
}
