//! An item that cannot be read is left out of lists, and fails nothing but a request for itself.

use harness::{App, GROUP, Invited, Person};
use reqwest::Method;
use serde_json::{Value, json};
use shared::FollowService;

use super::delivery::event;
use super::replies::Log;
use crate::lambda::follow;

fn invite_key(invited: &Invited) -> Value {
    json!({"pk": {"S": "G#3773"}, "sk": {"S": format!("I#{}", invited.id)}})
}

fn member_key(group: &str, user: &str) -> Value {
    json!({"pk": {"S": format!("G#{group}")}, "sk": {"S": format!("M#{user}")}})
}

/// Reads a list page by page, one entry at a time, and returns the values of `field`.
async fn paged(person: &Person, path: &str, field: &str) -> Vec<String> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = person.gets(&format!("{path}?limit=1{cursor}")).await.is(200);
        found.extend(page.each(field));
        match page.json["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

#[tokio::test]
async fn lists_leave_an_unreadable_invite_out_and_only_its_own_requests_fail() {
    let app = App::start().await;
    let alice = app.person("alice").name("Alice").claim("scope", json!("AdminGroups"));
    alice.creates_group().await;
    let mut made = Vec::new();
    for name in ["a", "b", "c", "d"] {
        let body = json!({"email": format!("{name}@example.com"), "notify": false});
        made.push(alice.invited(body).await);
    }
    for odd in [&made[0], &made[2]] {
        app.spoils(&invite_key(odd)).await;
    }
    let mut shown = paged(&alice, "/v1/groups/3773/invites", "id").await;
    shown.sort();
    let mut expected = vec![made[1].id.clone(), made[3].id.clone()];
    expected.sort();
    assert_eq!(shown, expected);
    for path in ["/me/groups/3773/invites", "/GroupV2/3773/Members/InvitedIndividuals/"] {
        let request = alice.request(Method::GET, path).header("x-api-key", "key");
        let list = alice.sends(request).await.is(200);
        assert!(!list.text.contains(&made[0].id), "{path}: {}", list.text);
    }
    assert_eq!(app.person("a").looks_into_inbox().await.is(200).data().len(), 0);
    assert_eq!(app.person("b").looks_into_inbox().await.is(200).data().len(), 1);
    for (method, path) in [
        (Method::GET, format!("/v1/groups/3773/invites/{}", made[0].id)),
        (Method::POST, format!("/v1/groups/3773/invites/{}/revoke", made[0].id)),
        (Method::GET, format!("/me/groups/3773/invites/{}", made[0].id)),
        (Method::GET, format!("/i/{}", made[0].token)),
    ] {
        alice.meets_a_fault(alice.request(method, &path)).await;
    }
    alice.reads(&made[1].id).await.is(200);
    app.person("b").accepts(&made[1].token).await.is(200);
    alice.invited(json!({"email": "e@example.com", "notify": false})).await;
    alice.deletes("/v1/groups/3773").await.is(204);
    assert_eq!(app.person("d").previews(&made[3].token).await.status, 404);
}

#[tokio::test]
async fn lists_leave_an_unreadable_member_out_and_the_others_are_changed_and_removed() {
    let app = App::start().await;
    let alice = app.owner().await;
    for name in ["aaron", "bob", "carl"] {
        alice.takes_in(&app.person(name), json!(["member"])).await;
    }
    app.spoils(&member_key(GROUP, "aaron")).await;
    assert_eq!(paged(&alice, "/v1/groups/3773/members", "user_id").await, ["alice", "bob", "carl"]);
    let rownd = alice.gets("/me/groups/3773/members").await.is(200);
    assert!(rownd.text.contains("carl") && !rownd.text.contains("aaron"), "{}", rownd.text);
    alice.gives_roles("bob", json!(["admin"])).await.is(200);
    alice.removes("carl").await.is(204);
    alice.meets_a_fault(alice.request(Method::DELETE, "/v1/groups/3773/members/aaron")).await;
    alice.invited(json!({"email": "new@example.com", "notify": false})).await;
    alice.deletes("/v1/groups/3773").await.is(204);
}

#[tokio::test]
async fn an_unreadable_group_or_membership_is_left_out_of_a_person_s_groups() {
    let app = App::start().await;
    let alice = app.owner().await;
    for id in ["1", "2", "4", "5"] {
        alice.creates(json!({"id": id, "name": "Group"})).await;
    }
    app.spoils(&member_key("1", "alice")).await;
    app.spoils(&json!({"pk": {"S": "G#4"}, "sk": {"S": "G"}})).await;
    assert_eq!(paged(&alice, "/v1/groups", "id").await, ["2", "3773", "5"]);
    alice.gets("/me/groups").await.is(200);
    alice.gets("/group_invites/groups").await.is(200);
    for path in ["/v1/groups/4", "/v1/groups/1"] {
        alice.meets_a_fault(alice.request(Method::GET, path)).await;
    }
    alice.gets("/v1/groups/5").await.is(200);
}

/// Returns the stored invite.
async fn stored(app: &App, invited: &Invited) -> Value {
    let items = app.items("invite").await;
    items.into_iter().find(|item| item["id"]["N"] == invited.id).expect("the invite is stored")
}

/// Returns the stream record of a write of an invite.
fn record(before: &Value, after: &Value, sequence_number: &str) -> Value {
    json!({
        "eventID": sequence_number, "eventName": "MODIFY", "eventVersion": "1.1", "eventSource": "aws:dynamodb", "awsRegion": "us-east-1",
        "eventSourceARN": "arn:aws:dynamodb:us-east-1:123456789012:table/beckon/stream/2026-01-01T00:00:00.000",
        "dynamodb": {
            "ApproximateCreationDateTime": 1_795_858_259, "Keys": {"pk": after["pk"], "sk": after["sk"]},
            "SequenceNumber": sequence_number, "SizeBytes": 100, "StreamViewType": "NEW_AND_OLD_IMAGES",
            "OldImage": before, "NewImage": after,
        },
    })
}

#[tokio::test]
async fn an_inviter_or_granter_who_cannot_be_read_is_skipped_and_logged() {
    let app = App::without_streams().await;
    let alice = app.owner().await;
    let (bob, carl) = (app.person("bob"), app.person("carl"));
    alice.takes_in(&bob, json!(["owner"])).await;
    alice.takes_in(&carl, json!(["admin"])).await;
    let profile = json!({"email": "alice@example.com", "notify": "each"});
    app.directory().writes_user("alice", &profile).await.is(200);
    let invite = |name: &str| json!({"email": format!("{name}@example.com"), "notify": false});
    let (ada, joe) = (alice.invited(invite("ada")).await, alice.invited(invite("joe")).await);
    let (first, second) = (stored(&app, &ada).await, stored(&app, &joe).await);
    app.person("ada").declines(&ada.token).await.is(200);
    // From now on the group does not prove the granter's right, so the granter is read.
    bob.gives_roles("carl", json!(["member"])).await.is(200);
    bob.updates(&joe.id, json!({"message": "Welcome."})).await.is(200);
    app.spoils(&json!({"pk": {"S": "U#alice"}, "sk": {"S": "U"}})).await;
    app.spoils(&member_key(GROUP, "alice")).await;

    let records = [
        record(&first, &stored(&app, &ada).await, "100"),
        record(&second, &stored(&app, &joe).await, "101"),
    ];
    let follower =
        FollowService::start(&app.running.environment, app.running.clock.clone()).unwrap();
    let (log, _guard) = Log::start();
    let response = follow(&follower, event(&records)).await.unwrap();
    assert!(response.batch_item_failures.is_empty(), "{:?}", log.lines());
    let lines = log.troubles();
    let skipped: Vec<_> = lines
        .iter()
        .filter(|line| line["target"] == "background_follow")
        .map(|line| (&line["fields"]["message"], &line["fields"]["invite.id"]))
        .collect();
    let expected = [
        (json!("Skipped news for an inviter"), json!(ada.id)),
        (json!("Skipped the consequences of a change"), json!(joe.id)),
    ];
    assert_eq!(skipped, expected.each_ref().map(|(message, id)| (message, id)), "{lines:?}");
    assert!(app.items("digest").await.is_empty());
}

#[tokio::test]
async fn an_unreadable_user_does_not_fail_the_lists_that_show_others() {
    let app = App::start().await;
    let alice = app.owner().await;
    for name in ["ada", "bob"] {
        let address = format!("{name}@example.com");
        app.directory()
            .writes_user(name, &json!({"email": address, "first_name": name}))
            .await
            .is(200);
        alice.takes_in(&app.person(name), json!(["member"])).await;
    }
    app.spoils(&json!({"pk": {"S": "U#ada"}, "sk": {"S": "U"}})).await;
    alice.gets("/v1/groups/3773/members").await.is(200);
    let rownd = alice.gets("/me/groups/3773/members").await.is(200);
    assert!(rownd.text.contains("bob"), "{}", rownd.text);
    alice.gets("/chembiohub/api/invitations/").await.is(200);
    alice.invited(json!({"email": "eve@example.com", "notify": false})).await;
}
