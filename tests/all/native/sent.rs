//! What a person sent, across groups.

use harness::{App, Invited, Person};
use serde_json::json;

const PATH: &str = "/v1/me/sent-invites";

/// Returns the ids of all pages of what the person sent.
async fn sent(person: &Person, query: &str) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = person.gets(&format!("{PATH}?limit=2{query}{cursor}")).await.is(200);
        assert!(page.data().len() <= 2);
        ids.extend(page.each("id"));
        match page.next_cursor() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return ids,
        }
    }
}

#[tokio::test]
async fn a_person_sees_what_they_sent_in_every_group_and_nothing_else() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob").name("Bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    let took_in = sent(&alice, "").await;
    alice.creates(json!({"id": "other", "name": "Other"})).await;
    let mut made = Vec::new();
    for (number, group) in ["3773", "other", "3773", "other", "3773"].into_iter().enumerate() {
        app.advance(1);
        let body = json!({"email": format!("p{number}@example.com"), "notify": false});
        made.push(Invited::of(alice.invites_to(group, body).await));
    }
    let of_bob = bob.invited(json!({"email": "x@example.com", "notify": false})).await;
    app.person("p1").accepts_in("other", &made[1].id).await.is(200);
    alice.revokes(&made[2].id).await.is(200);

    let oldest_first: Vec<String> =
        took_in.into_iter().chain(made.iter().map(|invited| invited.id.clone())).collect();
    let newest_first: Vec<String> = oldest_first.iter().rev().cloned().collect();
    assert_eq!(sent(&alice, "").await, newest_first);
    assert_eq!(sent(&alice, "&order=-created").await, newest_first);
    assert_eq!(sent(&alice, "&order=created").await, oldest_first);
    assert_eq!(sent(&bob, "").await, [of_bob.id]);
    assert!(sent(&app.person("p1"), "").await.is_empty());

    let page = alice.gets(&format!("{PATH}?limit=100")).await.is(200);
    assert_eq!(page.each("state")[..4], ["pending", "pending", "revoked", "accepted"]);
    assert_eq!(page.data()[0]["group"], json!({"id": "3773", "name": "Private Group"}));
    assert!(!page.text.contains("token") && !page.text.contains("/i/"), "{}", page.text);
}

#[tokio::test]
async fn names_are_those_of_the_present() {
    let app = App::start().await;
    let alice = app.owner().await;
    alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    alice.puts("/v1/me", &json!({"first_name": "Alicia", "last_name": "Liddell"})).await.is(200);
    alice.patches("/v1/groups/3773", &json!({"name": "Renamed"})).await.is(200);
    let page = alice.gets(PATH).await.is(200);
    assert_eq!(page.data()[0]["group"]["name"], "Renamed");
    assert_eq!(page.data()[0]["created_by"]["name"], "Alicia Liddell");
}

#[tokio::test]
async fn an_invite_that_somebody_else_makes_anew_is_theirs() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    let body = json!({"email": "ada@example.com", "notify": false});
    let first = alice.invited(body.clone()).await;
    assert!(sent(&alice, "").await.contains(&first.id));
    alice.revokes(&first.id).await.is(200);
    app.advance(1);
    assert_eq!(bob.invited(body).await.id, first.id);
    assert!(!sent(&alice, "").await.contains(&first.id));
    assert_eq!(sent(&bob, "").await, [first.id]);
}

#[tokio::test]
async fn a_wrong_query_or_cursor_is_refused() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    for number in 0..2 {
        alice.invited(json!({"email": format!("p{number}@example.com"), "notify": false})).await;
    }
    let page = alice.gets(&format!("{PATH}?limit=1")).await;
    let cursor = page.next_cursor().unwrap();
    for query in ["limit=0", "limit=101", "order=asc", "state=pending", "limt=1"] {
        alice.gets(&format!("{PATH}?{query}")).await.refuses(400, "invalid_query");
    }
    for (person, query) in [
        (&alice, format!("cursor={cursor}&order=created")),
        (&alice, format!("cursor={cursor}x")),
        (&bob, format!("cursor={cursor}")),
    ] {
        person.gets(&format!("{PATH}?{query}")).await.refuses(400, "invalid_cursor");
    }
    alice.gets(&format!("{PATH}?cursor={cursor}&_=1&utm_source=x&fbclid=y")).await.is(200);
    app.nobody().gets(PATH).await.refuses(401, "unauthenticated");
}
