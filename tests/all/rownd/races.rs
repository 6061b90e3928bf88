//! Concurrent requests at this API.

use harness::{App, AtOnce, Person, at_last};
use serde_json::json;

use super::{editor, invite, invites, made, members};

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_requests_for_one_address_return_the_same_invite_and_link() {
    let app = App::start().await;
    let alice = app.owner().await;
    for round in 0..10 {
        let body = editor(&format!("p{round}@example.com"));
        let (first, second) = futures::join!(
            at_last(async || alice.posts("/me/groups/3773/invites", &body).await),
            at_last(async || alice.posts("/me/groups/3773/invites", &body).await)
        );
        assert_eq!(first.is(200).json, second.is(200).json);
    }
    assert_eq!(alice.gets(&invites()).await.json["total_results"], 10);
}

/// The member's roles are those that the invite has in the end.
#[tokio::test(flavor = "multi_thread")]
async fn an_accept_that_races_a_change_gets_the_old_or_the_new_roles() {
    let app = App::start().await;
    let alice = app.owner().await;
    for round in 0..10 {
        let person = app.person(&format!("p{round}"));
        let invited = made(&alice, editor(&format!("p{round}@example.com"))).await;
        person.signs_in().await;
        let (path, accept) = (invite(&invited.id), format!("{}/accept", invite(&invited.id)));
        let (change, nothing) = (json!({"roles": ["viewer"]}), json!({}));
        let (changed, accepted) = futures::join!(
            at_last(async || alice.puts(&path, &change).await),
            at_last(async || person.posts(&accept, &nothing).await)
        );
        accepted.is(200);
        let roles =
            alice.gets(&format!("{}/member_p{round}", members())).await.is(200).json["roles"]
                .clone();
        assert_eq!(alice.gets(&path).await.json["roles"], roles);
        let wanted = if changed.status == 200 { json!(["viewer"]) } else { json!(["editor"]) };
        assert_eq!(roles, wanted, "{}", changed.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_added_while_accepting_joins_once_and_leaves_nothing_pending() {
    let app = App::start().await;
    let alice = app.user("alice");
    alice.creates_group_with(json!({"max_members": 100})).await;
    let people: Vec<Person> = (0..10).map(|number| app.person(&format!("p{number}"))).collect();
    for (number, person) in people.iter().enumerate() {
        person.puts("/v1/me", &json!({"email": format!("p{number}@example.com")})).await.is(200);
        let invited = made(&alice, editor(&format!("p{number}@example.com"))).await;
        let (accept, path, nothing) =
            (format!("{}/accept", invite(&invited.id)), members(), json!({}));
        let body = json!({"user_id": format!("p{number}"), "roles": ["viewer"]});
        let (added, accepted) = futures::join!(
            at_last(async || alice.posts(&path, &body).await),
            at_last(async || person.posts(&accept, &nothing).await)
        );
        let done = [added.status, accepted.status].iter().filter(|status| **status == 200).count();
        assert_eq!(done, 1, "{} {}", added.text, accepted.text);
        let state = alice.gets(&invite(&invited.id)).await.json["state"].clone();
        assert_eq!(state, if accepted.status == 200 { "accepted" } else { "rejected" });
    }
    assert_eq!(alice.gets(&members()).await.json["total_results"], 11);
    assert_eq!(alice.gets("/v1/groups/3773").await.json["member_count"], 11);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_free_seat_takes_one_of_many_concurrent_adds() {
    let app = App::start().await;
    let alice = app.user("alice");
    alice.creates_group_with(json!({"max_members": 2})).await;
    for number in 0..6 {
        app.person(&format!("p{number}")).puts("/v1/me", &json!({"first_name": "P"})).await.is(200);
    }
    let bodies: Vec<_> = (0..6)
        .map(|number| json!({"user_id": format!("p{number}"), "roles": ["viewer"]}))
        .collect();
    let (alice, path) = (&alice, &members());
    let adds = bodies.iter().map(|body| async move || alice.posts(path, body).await);
    AtOnce::send(adds).await.splits((200, 1), 409);
}
