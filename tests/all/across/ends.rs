//! What is read must hold when it is written: requests that race a deletion, a removal or a change
//! of the policy. Each test holds one write before it reaches the table.
//!
//! Also the consequences of removals and joins that the function on the stream makes.

use std::future::Future;

use aws_lambda_events::event::dynamodb::Event;
use beckon::Options;
use harness::{Answer, App, GROUP, LossyTable, Person, eventually};
use serde_json::{Value, json};
use shared::FollowService;

use crate::lambda::follow;

const HERE: &str = "/v1/groups/3773";
const TRANSACTION: &str = "TransactWriteItems";

/// A service behind a proxy that can hold writes, and Alice, who owns [`GROUP`].
struct Held {
    app: App,
    table: LossyTable,
    alice: Person,
    /// The service whose engine has the table.
    _below: App,
}

impl Held {
    async fn start() -> Self {
        let below = App::start().await;
        let table = LossyTable::of(&below).await;
        let app = App::with(table.options()).await;
        let alice = app.owner().await;
        Self { app, table, alice, _below: below }
    }

    /// Sends `request`, whose write (this operation, with this text in it) arrives at the table
    /// after `meanwhile` is answered. Returns both answers.
    async fn late(
        &self,
        (operation, text): (&'static str, &str),
        request: impl Future<Output = Answer>,
        meanwhile: impl Future<Output = Answer>,
    ) -> (Answer, Answer) {
        let hold = self.table.holds(operation, text, 1);
        futures::join!(request, async {
            hold.arrived().await;
            let answer = meanwhile.await;
            hold.release();
            answer
        })
    }

    /// Takes in Bob with this role.
    async fn bob(&self, role: &str) -> Person {
        let bob = self.app.person("bob");
        self.alice.takes_in(&bob, json!([role])).await;
        bob
    }

    /// Waits until the table has no member and no pending invite.
    async fn empties(&self) -> Vec<Value> {
        eventually("the deleted group to be empty", || async {
            let invites = self.app.items("invite").await;
            let pending = invites.iter().any(|invite| invite["state"]["S"] == "pending");
            let members = self.app.items("member").await;
            (!pending && members.is_empty()).then_some(invites)
        })
        .await
    }
}

#[tokio::test]
async fn an_invite_that_is_created_beside_the_deletion_of_its_group_ends() {
    let held = Held::start().await;
    let body = json!({"email": "ada@example.com", "notify": false});
    let create = held.alice.invites(body);
    let at = ("PutItem", "ada@example.com");
    let (created, deleted) = held.late(at, create, held.alice.deletes(HERE)).await;
    deleted.is(204);
    created.is(201);
    let invites = held.empties().await;
    assert_eq!(invites[0]["resolution_reason"]["S"], "group_deleted");
    assert_eq!(invites[0]["resolved_by"]["S"], "alice");
    assert!(held.app.person("ada").looks_into_inbox().await.data().is_empty());
    held.alice.deletes(HERE).await.is(204);
    held.app.person("bob").deletes(HERE).await.refuses(404, "group_not_found");
}

#[tokio::test]
async fn a_member_who_joins_by_a_link_beside_the_deletion_of_the_group_is_removed() {
    let held = Held::start().await;
    let link = held.alice.invited(json!({"link": {}})).await;
    let ada = held.app.person("ada");
    let at = ("PutItem", "M#ada");
    let (joined, deleted) = held.late(at, ada.accepts(&link.token), held.alice.deletes(HERE)).await;
    deleted.is(204);
    joined.is(200);
    held.empties().await;
    assert!(ada.gets("/v1/groups").await.data().is_empty());
}

#[tokio::test]
async fn a_member_who_joins_an_open_group_beside_its_deletion_is_removed() {
    let held = Held::start().await;
    held.alice.patches(HERE, &json!({"type": "open"})).await.is(200);
    let ada = held.app.user("29845").email("ada@example.com");
    let body = json!({"group_member": {"group_id": 3773}});
    let join = ada.posts("/group_members", &body);
    let (joined, deleted) =
        held.late((TRANSACTION, "M#29845"), join, held.alice.deletes(HERE)).await;
    deleted.is(204);
    joined.is(201);
    held.empties().await;
}

#[tokio::test]
async fn nobody_is_added_beside_the_deletion_of_the_group() {
    let held = Held::start().await;
    held.app.person("ada").puts("/v1/me", &json!({"first_name": "Ada"})).await.is(200);
    let (path, body) =
        (format!("/me/groups/{GROUP}/members"), json!({"user_id": "ada", "roles": ["viewer"]}));
    let add = held.alice.posts(&path, &body);
    let (added, deleted) = held.late((TRANSACTION, "M#ada"), add, held.alice.deletes(HERE)).await;
    deleted.is(204);
    // The owner's own membership is gone, and with it the right to add.
    added.is(404);
    held.empties().await;
}

#[tokio::test]
async fn nobody_joins_a_counted_group_beside_its_deletion() {
    let held = Held::start().await;
    let other = json!({"id": "counted", "name": "Counted", "policy": {"max_members": 5}});
    held.alice.creates(other).await;
    let link = held.alice.invites_to("counted", json!({"link": {}})).await.is(201);
    let ada = held.app.person("ada");
    let (accept, delete) =
        (ada.accepts(link.text_at("/token")), held.alice.deletes("/v1/groups/counted"));
    let (joined, deleted) = held.late((TRANSACTION, "M#ada"), accept, delete).await;
    deleted.is(204);
    joined.refuses(404, "group_not_found");
}

#[tokio::test]
async fn an_acceptance_loses_against_the_removal_of_its_inviter() {
    let held = Held::start().await;
    let bob = held.bob("admin").await;
    let invited = bob.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let ada = held.app.person("ada");
    let at = (TRANSACTION, "M#ada");
    let (accepted, removed) =
        held.late(at, ada.accepts(&invited.token), held.alice.removes("bob")).await;
    removed.is(204);
    accepted.refuses(410, "inviter_gone");
    let read = held.alice.reads(&invited.id).await.json;
    assert_eq!(
        (&read["state"], &read["resolution_reason"]),
        (&json!("revoked"), &json!("inviter_gone"))
    );
    assert_eq!(held.alice.sees_members().await, ["alice"]);
}

/// The model of the lifecycle found this one (docs/model.md).
#[tokio::test]
async fn an_acceptance_after_a_decline_without_a_sign_in_loses_against_the_removal_of_its_inviter()
{
    let held = Held::start().await;
    let bob = held.bob("admin").await;
    let invited = bob.invited(json!({"email": "ada@example.com", "notify": false})).await;
    held.app.nobody().declines(&invited.token).await.is(200);
    let ada = held.app.person("ada");
    let at = (TRANSACTION, "M#ada");
    let (accepted, removed) =
        held.late(at, ada.accepts(&invited.token), held.alice.removes("bob")).await;
    removed.is(204);
    accepted.refuses(410, "inviter_gone");
    let read = held.alice.reads(&invited.id).await.json;
    assert_eq!(
        (&read["state"], &read["resolution_reason"]),
        (&json!("revoked"), &json!("inviter_gone"))
    );
    assert_eq!(held.alice.sees_members().await, ["alice"]);
}

#[tokio::test]
async fn an_acceptance_loses_against_the_demotion_of_its_inviter() {
    let held = Held::start().await;
    let bob = held.bob("admin").await;
    let invited = bob.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let ada = held.app.person("ada");
    let (accept, demote) =
        (ada.accepts(&invited.token), held.alice.gives_roles("bob", json!(["member"])));
    let (accepted, demoted) = held.late((TRANSACTION, "M#ada"), accept, demote).await;
    demoted.is(200);
    accepted.refuses(410, "inviter_gone");
    assert_eq!(held.alice.sees_members().await, ["alice", "bob"]);
}

#[tokio::test]
async fn a_removed_owner_makes_no_other_owner() {
    let held = Held::start().await;
    let bob = held.bob("owner").await;
    let cy = held.app.person("cy");
    held.alice.takes_in(&cy, json!(["member"])).await;
    let promote = bob.gives_roles("cy", json!(["owner"]));
    let (promoted, removed) =
        held.late((TRANSACTION, "M#cy"), promote, held.alice.removes("bob")).await;
    removed.is(204);
    promoted.refuses(404, "group_not_found");
    let members = held.alice.gets(&format!("{HERE}/members")).await.is(200).json;
    assert_eq!(members["data"][1]["roles"], json!(["member"]));
}

#[tokio::test]
async fn a_removed_owner_adds_no_member() {
    let held = Held::start().await;
    let bob = held.bob("owner").await;
    held.app.person("ada").puts("/v1/me", &json!({"first_name": "Ada"})).await.is(200);
    let path = format!("/me/groups/{GROUP}/members");
    let body = json!({"user_id": "ada", "roles": ["owner"]});
    let add = bob.posts(&path, &body);
    let (added, removed) = held.late((TRANSACTION, "M#ada"), add, held.alice.removes("bob")).await;
    removed.is(204);
    added.is(404);
    assert_eq!(held.alice.sees_members().await, ["alice"]);
}

#[tokio::test]
async fn a_removed_owner_removes_nobody() {
    let held = Held::start().await;
    let bob = held.bob("owner").await;
    held.alice.takes_in(&held.app.person("cy"), json!(["member"])).await;
    let at = (TRANSACTION, "M#cy");
    let (removed_cy, removed) = held.late(at, bob.removes("cy"), held.alice.removes("bob")).await;
    removed.is(204);
    removed_cy.refuses(404, "group_not_found");
    assert_eq!(held.alice.sees_members().await, ["alice", "cy"]);
}

#[tokio::test]
async fn a_removed_owner_neither_deletes_nor_changes_the_group() {
    let held = Held::start().await;
    let bob = held.bob("owner").await;
    let (delete, remove) = (bob.deletes(HERE), held.alice.removes("bob"));
    let (deleted, removed) = held.late((TRANSACTION, "deleted_by"), delete, remove).await;
    removed.is(204);
    deleted.refuses(404, "group_not_found");
    held.alice.gets(HERE).await.is(200);

    let bob = held.bob("owner").await;
    let change = json!({"policy": {"frozen": true}});
    let at = (TRANSACTION, "frozen");
    let (changed, demoted) = held
        .late(at, bob.patches(HERE, &change), held.alice.gives_roles("bob", json!(["admin"])))
        .await;
    demoted.is(200);
    changed.refuses(403, "forbidden");
    assert_eq!(held.alice.gets(HERE).await.json["policy"]["frozen"], false);
}

#[tokio::test]
async fn a_removed_admin_neither_revokes_nor_changes_the_invites_of_others() {
    let held = Held::start().await;
    let bob = held.bob("owner").await;
    let invited = held.alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let (revoke, remove) = (bob.revokes(&invited.id), held.alice.removes("bob"));
    let (revoked, removed) = held.late((TRANSACTION, "revoked_by_member"), revoke, remove).await;
    removed.is(204);
    revoked.refuses(404, "group_not_found");

    let bob = held.bob("owner").await;
    let (path, body) =
        (format!("/me/groups/{GROUP}/invites/{}", invited.id), json!({"roles": ["editor"]}));
    let (update, remove) = (bob.puts(&path, &body), held.alice.removes("bob"));
    let (updated, removed) = held.late((TRANSACTION, "editor"), update, remove).await;
    removed.is(204);
    updated.is(404);
    let read = held.alice.reads(&invited.id).await.json;
    assert_eq!((&read["state"], &read["roles"]), (&json!("pending"), &json!(["member"])));
}

/// docs/security.md: an acceptance that had read the group may overtake a change of its policy, by
/// at most the deadline of its request.
#[tokio::test]
async fn a_change_of_the_policy_is_overtaken_only_until_the_deadline() {
    let held = Held::start().await;
    for (user, policy) in [
        ("ada", json!({"frozen": true})),
        ("bea", json!({"links": false})),
        ("cy", json!({"allowed_domains": ["other.example"]})),
    ] {
        let link = held.alice.invited(json!({"link": {}})).await;
        let person = held.app.person(user);
        let key = format!("M#{user}");
        let (accepted, changed) = held
            .late(("PutItem", &key), person.accepts(&link.token), held.alice.sets_policy(policy))
            .await;
        changed.is(200);
        accepted.is(200);
        held.app.person("late").accepts(&link.token).await.is(403);

        let open = json!({"frozen": false, "links": true, "allowed_domains": []});
        held.alice.sets_policy(open).await;
    }
    // A write that arrives after the deadline is not made: the request has given up before.
    let link = held.alice.invited(json!({"link": {}})).await;
    let mut hold = held.table.holds("PutItem", "M#dan", 1);
    let dan = held.app.person("dan");
    let (answer, ()) = futures::join!(dan.accepts(&link.token), async {
        hold.arrived().await;
        held.alice.sets_policy(json!({"frozen": true})).await;
    });
    answer.is(503);
    hold.given_up().await;
    hold.release();
    dan.accepts(&link.token).await.is(403);
    assert_eq!(held.alice.sees_members().await, ["ada", "alice", "bea", "cy"]);
}

#[tokio::test]
async fn a_removed_member_s_invites_end_whatever_their_number() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    let own = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let link = bob.invited(json!({"link": {"max_uses": 3}})).await;
    for number in 0..95 {
        let body = json!({"email": format!("p{number}@example.com"), "notify": false});
        bob.invited(body).await;
    }
    alice.removes("bob").await.is(204);
    app.person("eve").accepts(&link.token).await.is(410);
    let pending = || async { alice.lists("?state=pending&limit=100").await.each("id") };
    // One transaction ends ninety. Nobody can accept the others, and the stream ends them.
    assert!(pending().await.len() <= 7);
    eventually("the invites to end", || async {
        (pending().await == [own.id.as_str()]).then_some(())
    })
    .await;
    let ended = app.items("invite").await;
    let gone = ended.iter().filter(|it| it["resolution_reason"]["S"] == "inviter_gone").count();
    assert_eq!(gone, 96);
}

#[tokio::test]
async fn a_demotion_ends_only_the_invites_that_the_member_can_no_longer_make() {
    let app = App::start().await;
    let alice = app.person("alice");
    alice.creates_group_with(json!({"who_may_invite": "members"})).await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["owner"])).await;
    let invite = |email: &str, role: &str| json!({"email": format!("{email}@example.com"), "roles": [role], "notify": false});
    let owner = bob.invited(invite("ada", "owner")).await;
    let editor = bob.invited(invite("bea", "editor")).await;
    let member = bob.invited(invite("cy", "member")).await;
    alice.gives_roles("bob", json!(["editor"])).await.is(200);
    let state = |id: String| {
        let alice = &alice;
        async move {
            let read = alice.reads(&id).await.json;
            (
                read["state"].clone(),
                read["resolution_reason"].clone(),
                read["resolved_by"]["id"].clone(),
            )
        }
    };
    assert_eq!(state(owner.id).await, (json!("revoked"), json!("inviter_gone"), json!("alice")));
    for id in [&editor.id, &member.id] {
        assert_eq!(state(id.clone()).await.0, "pending");
    }
    // A promotion ends nothing.
    alice.gives_roles("bob", json!(["admin"])).await.is(200);
    alice.gives_roles("bob", json!(["member"])).await.is(200);
    assert_eq!(state(editor.id).await.0, "revoked");
    app.person("cy").accepts(&member.token).await.is(200);
}

#[tokio::test]
async fn joining_ends_every_other_invite_of_the_person() {
    let app = App::start().await;
    let alice = app.owner().await;
    for (user, way) in [("ada", "link"), ("bea", "email"), ("29845", "open")] {
        let address = format!("{user}@example.com");
        let person = app.person(user);
        let by_id = json!({"user_id": user, "notify": false});
        person.puts("/v1/me", &json!({"first_name": "P"})).await.is(200);
        let by_id = alice.invited(by_id).await;
        let by_address = alice.invited(json!({"email": address, "notify": false})).await;
        let link = alice.invited(json!({"link": {}})).await;
        let ended = match way {
            "link" => {
                person.accepts(&link.token).await.is(200);
                vec![by_id, by_address]
            }
            "email" => {
                person.accepts(&by_address.token).await.is(200);
                vec![by_id]
            }
            _ => {
                let body = json!({"group_member": {"group_id": 3773}});
                person.posts("/group_members", &body).await.is(201);
                vec![by_address]
            }
        };
        for invited in ended {
            let read = eventually("the other invite to end", || async {
                let read = alice.reads(&invited.id).await.json;
                (read["state"] == "revoked").then_some(read)
            })
            .await;
            assert_eq!(read["resolution_reason"], "joined", "{way}");
            assert_eq!(read["resolved_by"]["id"], user, "{way}");
        }
        assert_eq!(alice.reads(&link.id).await.json["state"], "pending");
    }
}

/// Returns the stream record of a membership that began.
fn joined(member: &Value, sequence_number: &str) -> Value {
    json!({
        "eventID": sequence_number, "eventName": "INSERT", "eventVersion": "1.1", "eventSource": "aws:dynamodb", "awsRegion": "us-east-1",
        "eventSourceARN": "arn:aws:dynamodb:us-east-1:123456789012:table/beckon/stream/2026-01-01T00:00:00.000",
        "dynamodb": {
            "ApproximateCreationDateTime": 1_795_858_259, "Keys": {"pk": member["pk"], "sk": member["sk"]},
            "SequenceNumber": sequence_number, "SizeBytes": 100, "StreamViewType": "NEW_AND_OLD_IMAGES", "NewImage": member,
        },
    })
}

fn event(records: &[Value]) -> Event {
    serde_json::from_value(json!({ "Records": records })).expect("the event is valid")
}

#[tokio::test]
async fn a_person_who_left_and_was_invited_again_keeps_the_new_invite() {
    let app = App::start().await;
    let alice = app.owner().await;
    let ada = app.person("ada");
    let link = alice.invited(json!({"link": {}})).await;
    ada.accepts(&link.token).await.is(200);
    let members = app.items("member").await;
    let member = members.iter().find(|member| member["user"]["S"] == "ada").unwrap();
    alice.removes("ada").await.is(204);
    let again = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;

    // The stream may deliver the join late, and more than once.
    let service =
        FollowService::start(&app.running.environment, app.running.clock.clone()).unwrap();
    let late = event(&[joined(member, "100"), joined(member, "101")]);
    assert!(follow(&service, late).await.unwrap().batch_item_failures.is_empty());
    assert_eq!(alice.reads(&again.id).await.json["state"], "pending");
}

#[tokio::test]
async fn the_first_record_that_fails_is_redelivered_with_those_after_it() {
    let held = Held::start().await;
    let members = held.app.items("member").await;
    let service =
        FollowService::start(&held.app.running.environment, held.app.running.clock.clone())
            .unwrap();
    let unreadable =
        joined(&json!({"pk": {"S": "G#3773"}, "sk": {"S": "M#x"}, "type": {"S": "member"}}), "99");
    let records = [unreadable, joined(&members[0], "100"), joined(&members[0], "101")];
    held.table.refuses_all("BatchGetItem");
    let response = follow(&service, event(&records)).await.unwrap();
    held.table.heals();
    let failed: Vec<_> =
        response.batch_item_failures.iter().map(|it| it.item_identifier.as_deref()).collect();
    assert_eq!(failed, [Some("100")]);
    let response = follow(&service, event(&records[1..])).await.unwrap();
    assert!(response.batch_item_failures.is_empty());
}

#[tokio::test]
async fn an_invite_with_two_records_in_a_batch_ends_if_its_ground_is_gone() {
    let app = App::with(Options { streams: false, ..Options::default() }).await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    let ada = bob.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let items = app.items("invite").await;
    let invite = items.iter().find(|item| item["id"]["N"] == ada.id.as_str()).unwrap().clone();
    alice.removes("bob").await.is(204);
    // The removal did not find the invite, as if the index had lagged.
    app.puts(&invite).await;
    assert_eq!(alice.reads(&ada.id).await.json["state"], "pending");
    let mut newer = invite.clone();
    newer["generation"] = json!({"N": "2"});
    let service =
        FollowService::start(&app.running.environment, app.running.clock.clone()).unwrap();
    let records = [joined(&newer, "100"), joined(&invite, "101")];
    assert!(follow(&service, event(&records)).await.unwrap().batch_item_failures.is_empty());
    assert_eq!(alice.reads(&ada.id).await.json["state"], "revoked");
}
