//! Changes between the read and the write of a create or an acceptance.

use harness::{Answer, App, LossyTable};
use serde_json::json;

use super::*;

/// A write that puts Ada's membership.
const JOINS: (&str, &str) = ("TransactWriteItems", "M#ada");

/// A service behind a proxy that can hold a write.
struct Held {
    app: App,
    table: LossyTable,
    /// The service whose engine has the table.
    _below: App,
}

impl Held {
    async fn start() -> Self {
        let below = App::start().await;
        let table = LossyTable::of(&below).await;
        Self { app: App::with(table.options()).await, table, _below: below }
    }

    /// Sends `request`, runs `meanwhile` while the request's write (this operation, with this text
    /// in it) is held, and returns the answer.
    async fn during<R, M>(
        &self,
        (operation, text): (&'static str, &str),
        request: R,
        meanwhile: M,
    ) -> Answer
    where
        R: Future<Output = Answer>,
        M: Future<Output = ()>,
    {
        let hold = self.table.holds(operation, text, 1);
        let change = async {
            hold.arrived().await;
            meanwhile.await;
            hold.release();
        };
        futures::join!(request, change).0
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accept_before_the_replacing_write_wins() {
    let held = Held::start().await;
    let app = &held.app;
    let owner = owner(app).await;
    let bob = bob(app, &owner, "admin").await;
    let dead = bob.invited(json!({"email": "ada@example.com", "notify": false})).await;
    owner.sets_policy(json!({"who_may_invite": "owners"})).await;
    let ada = app.person("ada");
    ada.signs_in().await;
    let body = json!({"email": "ada@example.com", "notify": false});
    let answer = held
        .during(("PutItem", "ada@example.com"), owner.invites(body), async {
            // The inviter's right comes back while the write is under way.
            owner.sets_policy(json!({"who_may_invite": "admins"})).await;
            ada.accepts(&dead.token).await.is(200);
        })
        .await;
    answer.refuses(409, "already_member");
    assert_eq!(owner.reads(&dead.id).await.json["state"], "accepted");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_replace_one_invite_the_first_wins() {
    let held = Held::start().await;
    let app = &held.app;
    let owner = owner(app).await;
    let bob = bob(app, &owner, "admin").await;
    let body = json!({"email": "ada@example.com", "notify": false});
    bob.invited(body.clone()).await;
    owner.sets_policy(json!({"who_may_invite": "owners"})).await;
    let (mut first, mut second) = (None, body.clone());
    second["message"] = json!("The second");
    let answer = held
        .during(("PutItem", "The second"), owner.invites(second), async {
            first = Some(owner.invited(body.clone()).await);
        })
        .await;
    answer.refuses(409, "invite_already_pending");
    let first = first.expect("the first was made");
    app.person("ada").accepts(&first.token).await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decline_by_the_link_while_the_invitee_accepts_loses_nothing() {
    let held = Held::start().await;
    let app = &held.app;
    let owner = owner(app).await;
    let invited = owner.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let ada = app.person("ada");
    ada.signs_in().await;
    let answer = held
        .during(JOINS, ada.accepts(&invited.token), async {
            app.nobody().declines(&invited.token).await.is(200);
        })
        .await;
    answer.is(200);
    assert_eq!(owner.reads(&invited.id).await.json["state"], "accepted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decline_that_is_taken_back_meets_a_final_one() {
    let held = Held::start().await;
    let app = &held.app;
    let owner = owner(app).await;
    let ada = app.person("ada");
    ada.signs_in().await;
    for act in ["declines", "revokes", "invites anew"] {
        let body = json!({"email": "ada@example.com", "notify": false});
        let invited = owner.invited(body.clone()).await;
        app.nobody().declines(&invited.token).await.is(200);
        let answer = held
            .during(JOINS, ada.accepts(&invited.token), async {
                match act {
                    "declines" => drop(ada.declines(&invited.token).await.is(200)),
                    "revokes" => drop(owner.revokes(&invited.id).await.is(200)),
                    _ => drop(owner.invited(body).await),
                }
            })
            .await;
        assert!([409, 410].contains(&answer.status), "{act}: {}", answer.text);
        assert_eq!(owner.sees_members().await, ["29842"], "{act}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_roles_while_the_invitee_accepts_is_seen() {
    let held = Held::start().await;
    let app = &held.app;
    let owner = owner(app).await;
    let body = json!({"email": "ada@example.com", "notify": false, "roles": ["editor"]});
    let invited = owner.invited(body).await;
    let ada = app.person("ada");
    ada.signs_in().await;
    let path = format!("/me/groups/{GROUP}/invites/{}", invited.id);
    let answer = held
        .during(JOINS, ada.accepts(&invited.token), async {
            owner.puts(&path, &json!({"roles": ["viewer"]})).await.is(200);
        })
        .await;
    assert_eq!(answer.is(200).json["membership"]["roles"], json!(["viewer"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_the_membership_s_period_while_the_invitee_accepts_is_seen() {
    let held = Held::start().await;
    let owner = owner(&held.app).await;
    let ada = held.app.person("ada");
    ada.signs_in().await;
    for to in
        [json!({"email": "ada@example.com", "notify": false}), json!({"link": {"max_uses": 9}})]
    {
        for (before, after) in [(json!(null), 3_600), (json!(7_200), 3_600)] {
            let mut body = to.clone();
            body["membership_expires_in"] = before;
            let invited = owner.invited(body).await;
            let change = json!({"membership_expires_in": after});
            let answer = held
                .during(JOINS, ada.accepts(&invited.token), async {
                    owner.updates(&invited.id, change).await.is(200);
                })
                .await;
            let membership = answer.is(200).json["membership"].clone();
            let at = |field: &str| harness::seconds(membership[field].as_str().unwrap());
            assert_eq!(at("expires_at") - at("joined_at"), after, "{}", invited.json);
            owner.removes("ada").await.is(204);
        }
    }
}
