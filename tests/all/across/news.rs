//! The mails that tell inviters what became of their invites.

use beckon::Options;
use futures::future::join;
use harness::{App, GROUP, Invited, Mail, Person, eventually};
use serde_json::{Value, json};
use shared::FollowService;

use super::delivery::{delivered, event};
use crate::lambda::follow;

const DAY: i64 = 86_400;

/// Starts a service at noon, whose owner Alice has an address in the directory and this preference.
async fn start(notify: &str) -> (App, Person) {
    start_with(notify, Options::default()).await
}

async fn start_with(notify: &str, options: Options) -> (App, Person) {
    let app = App::with(options).await;
    app.advance_to("2030-06-01T12:00:00Z");
    let alice = app.owner().await;
    let profile = json!({"email": "alice@example.com", "first_name": "Alice", "notify": notify});
    app.directory().writes_user("alice", &profile).await.is(200);
    (app, alice)
}

/// Invites this person without a mail.
async fn invites(alice: &Person, name: &str) -> Invited {
    let email = format!("{name}@example.com");
    alice.invited(json!({"email": email, "notify": false, "expires_in": 20 * DAY})).await
}

/// Invites three people, who accept.
async fn three_accept(app: &App, alice: &Person) {
    for name in ["ada", "bob", "eve"] {
        let invited = invites(alice, name).await;
        app.person(name).accepts(&invited.token).await.is(200);
    }
}

/// Waits until Alice's digest lists this much news.
async fn collected(app: &App, count: usize) -> Value {
    eventually(&format!("{count} news in the digest"), || async {
        let digests = app.items("digest").await;
        let listed = |it: &Value| it["news"]["SS"].as_array().is_some_and(|it| it.len() == count);
        digests.into_iter().find(listed)
    })
    .await
}

/// Lets the time pass until Alice's next digest is due, and returns the mails to her.
async fn morning_comes(app: &App, alice: &Person) -> Vec<Mail> {
    app.advance(DAY);
    app.ticks().await;
    app.settled(alice).await;
    eventually("no mail to an inviter that is queued", || async {
        let digests = app.items("digest").await;
        digests.iter().all(|digest| digest["outbox"].is_null()).then_some(())
    })
    .await;
    app.mails_to("alice@example.com").await
}

#[tokio::test]
async fn a_digest_tells_of_three_acceptances_in_one_mail() {
    let (app, alice) = start("daily").await;
    three_accept(&app, &alice).await;
    let digest = collected(&app, 3).await;
    assert_eq!(digest["slot"]["S"].as_str(), Some("001906617600"), "08:00 of the next day");
    app.ticks().await;
    app.settled(&alice).await;
    assert!(app.mails_to("alice@example.com").await.is_empty(), "not before the morning");

    let mails = morning_comes(&app, &alice).await;
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!(mail.subject, "News about your invitations for Acme Planner");
    for name in ["ada", "bob", "eve"] {
        let line = format!(" * {name}@example.com accepted your invitation to Private Group\n");
        assert!(mail.text.contains(&line), "{}", mail.text);
    }
    assert!(mail.text.starts_with("Hello Alice,"), "{}", mail.text);
    assert_eq!(morning_comes(&app, &alice).await.len(), 1, "the digest is sent once");
}

#[tokio::test]
async fn each_acceptance_is_told_at_once_to_those_who_want_that() {
    let (app, alice) = start("each").await;
    three_accept(&app, &alice).await;
    app.nth_mail_to("alice@example.com", 3).await;
    app.settled(&alice).await;
    let mails = app.mails_to("alice@example.com").await;
    let mut subjects: Vec<&str> = mails.iter().map(|mail| mail.subject.as_str()).collect();
    subjects.sort_unstable();
    assert_eq!(
        subjects,
        ["ada", "bob", "eve"]
            .map(|name| format!("{name}@example.com accepted your invitation to Private Group"))
    );
}

#[tokio::test]
async fn nothing_is_told_to_those_who_want_nothing_or_have_no_address() {
    let (app, alice) = start("none").await;
    three_accept(&app, &alice).await;
    let bert = app.person("bert");
    alice.takes_in(&bert, json!(["admin"])).await;
    let invited = invites(&bert, "dora").await;
    app.person("dora").accepts(&invited.token).await.is(200);
    assert!(morning_comes(&app, &alice).await.is_empty());
    assert!(app.mails_to("bert@example.com").await.is_empty());
    assert!(app.items("digest").await.is_empty());
}

#[tokio::test]
async fn a_preference_that_changes_before_the_morning_counts() {
    let (app, alice) = start("daily").await;
    three_accept(&app, &alice).await;
    collected(&app, 3).await;
    let profile = json!({"email": "alice@example.com", "notify": "none"});
    app.directory().writes_user("alice", &profile).await.is(200);
    assert!(morning_comes(&app, &alice).await.is_empty());
}

/// Waits until a mail to an inviter is in this state.
async fn told_as(app: &App, state: &str) {
    eventually(&format!("a mail to an inviter that is {state}"), || async {
        let digests = app.items("digest").await;
        digests.iter().any(|it| it["delivery"]["M"]["state"]["S"] == state).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_inviter_who_left_the_group_is_told_no_more_about_it() {
    let (app, alice) = start("none").await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    let profile = json!({"email": "bob@example.com", "notify": "each"});
    app.directory().writes_user("bob", &profile).await.is(200);
    let body = json!({"email": "dora@example.com", "notify": false, "expires_in": 300});
    let expired = bob.invited(body).await;
    app.advance(301);
    app.ticks().await;
    app.mail_to("bob@example.com").await;
    bob.removes("bob").await.is(204);
    let renewal = json!({"token": expired.token});
    app.nobody().posts("/v1/invites/renewal", &renewal).await.is(202);
    told_as(&app, "suppressed").await;
    assert_eq!(app.mails_to("bob@example.com").await.len(), 1);
}

#[tokio::test]
async fn a_digest_leaves_out_a_group_that_the_inviter_left_before_the_morning() {
    let (app, alice) = start("daily").await;
    invites_into_another_group(&app, &alice).await;
    three_accept(&app, &alice).await;
    collected(&app, 4).await;
    alice.deletes("/v1/groups/other/members/alice").await.is(204);
    let mails = morning_comes(&app, &alice).await;
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!(mail.text.matches("accepted your invitation").count(), 3, "{}", mail.text);
    assert!(!mail.text.contains("zoe@example.com"), "{}", mail.text);
}

/// Lets Alice, a member of another group, invite Zoe, who accepts.
async fn invites_into_another_group(app: &App, alice: &Person) {
    let carol = app.person("carol");
    carol.creates(json!({"id": "other", "name": "Other"})).await;
    let body = json!({"email": alice.address(), "roles": ["admin"], "notify": false});
    let invited = Invited::of(carol.invites_to("other", body).await);
    alice.accepts(&invited.token).await.is(200);
    let body = json!({"email": "zoe@example.com", "notify": false});
    let invited = Invited::of(alice.invites_to("other", body).await);
    app.person("zoe").accepts(&invited.token).await.is(200);
}

/// Returns an app that made a group without an owner, and wants each piece of news.
async fn made_a_group(app: &App) -> Person {
    let service = app.user("backend").claim("scope", json!("groups:write"));
    let profile = json!({"email": "backend@example.com", "notify": "each"});
    app.directory().writes_user("backend", &profile).await.is(200);
    service.creates(json!({"id": GROUP, "name": "Club", "owner_user_id": null})).await;
    service
}

#[tokio::test]
async fn an_app_without_a_membership_is_told_of_its_invites() {
    let app = App::start().await;
    let service = made_a_group(&app).await;
    let invited = invites(&service, "ada").await;
    app.person("ada").accepts(&invited.token).await.is(200);
    let mail = app.mail_to("backend@example.com").await;
    assert_eq!(mail.subject, "ada@example.com accepted your invitation to Club");
}

#[tokio::test]
async fn an_app_is_told_of_an_invite_whose_roles_a_member_changed() {
    let app = App::start().await;
    let service = made_a_group(&app).await;
    let invited = invites(&service, "ada").await;
    let owner = json!({"email": "olga@example.com", "roles": ["owner"], "notify": false});
    let owner = service.invited(owner).await;
    app.person("olga").accepts(&owner.token).await.is(200);
    app.mail_to("backend@example.com").await;
    app.person("olga").updates(&invited.id, json!({"roles": ["editor"]})).await.is(200);
    app.person("ada").accepts(&invited.token).await.is(200);
    eventually("the second mail to the app", || async {
        (app.mails_to("backend@example.com").await.len() == 2).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_digest_tells_of_every_end_that_the_inviter_did_not_make() {
    let (app, alice) = start_with("daily", Options { feedback: true, ..Options::default() }).await;
    let declined = invites(&alice, "declined").await;
    let revoked = invites(&alice, "revoked").await;
    let body = json!({"email": "expired@example.com", "notify": false, "expires_in": 300});
    let expired = alice.invited(body).await;
    app.tells_ses(json!({"fault": "bounce", "to": "bounced@example.com"})).await;
    let bounced = alice.invited(json!({"email": "bounced@example.com"})).await;
    delivered(&alice, &bounced.id, "bounced").await;
    app.person("declined").declines(&declined.token).await.is(200);
    alice.revokes(&revoked.id).await.is(200);
    app.advance(301);
    app.ticks().await;
    let renewal = json!({"token": expired.token});
    app.nobody().posts("/v1/invites/renewal", &renewal).await.is(202);
    collected(&app, 4).await;

    let mails = morning_comes(&app, &alice).await;
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    for line in [
        "declined@example.com declined your invitation to Private Group",
        "Your invitation of expired@example.com to Private Group has expired",
        "Your invitation to Private Group did not reach bounced@example.com",
        "expired@example.com asks for a new invitation to Private Group",
    ] {
        assert!(mail.text.contains(line), "{line} in {}", mail.text);
    }
    assert!(!mail.text.contains("revoked@example.com"));
    assert!(!mail.text.contains("/i/bkn_"), "no mail to an inviter has a link");
}

#[tokio::test]
async fn an_address_that_bounced_gets_no_news() {
    let (app, alice) = start_with("each", Options { feedback: true, ..Options::default() }).await;
    let carol = app.person("carol").name("Carol");
    app.tells_ses(json!({"fault": "bounce", "to": "alice@example.com"})).await;
    // Carol's mail to Alice's address bounces.
    carol.creates(json!({"id": "other", "name": "Other"})).await;
    carol.invites_to("other", json!({"email": "alice@example.com"})).await.is(201);
    eventually("the suppression", || async {
        (!app.items("suppression").await.is_empty()).then_some(())
    })
    .await;
    app.heals_ses().await;
    let before = app.mails_to("alice@example.com").await.len();
    let invited = invites(&alice, "ada").await;
    app.person("ada").accepts(&invited.token).await.is(200);
    told_as(&app, "suppressed").await;
    assert_eq!(app.mails_to("alice@example.com").await.len(), before);
}

#[tokio::test]
async fn a_mail_to_an_inviter_waits_while_ses_takes_none() {
    let (app, alice) = start("each").await;
    app.tells_ses(json!({"fault": "throttle", "to": "alice@example.com", "times": 1})).await;
    let invited = invites(&alice, "ada").await;
    app.person("ada").accepts(&invited.token).await.is(200);
    eventually("the mail to wait", || async {
        let digests = app.items("digest").await;
        digests.iter().any(|it| it["outbox"]["S"] == "waiting").then_some(())
    })
    .await;
    app.advance(60);
    assert_eq!(app.ticks().await["mails"], 1);
    app.mail_to("alice@example.com").await;
    app.settled(&alice).await;
    assert_eq!(app.mails_to("alice@example.com").await.len(), 1);
}

#[tokio::test]
async fn a_repeated_record_and_two_runs_at_once_tell_everything_once() {
    let (app, alice) = start_with("daily", Options { streams: false, ..Options::default() }).await;
    let follower =
        FollowService::start(&app.running.environment, app.running.clock.clone()).unwrap();
    let mut records = Vec::new();
    for (at, name) in ["ada", "bob"].iter().enumerate() {
        let invited = invites(&alice, name).await;
        let before = stored(&app, &invited.id).await;
        app.person(name).accepts(&invited.token).await.is(200);
        let after = stored(&app, &invited.id).await;
        records.push(json!({
            "eventID": at.to_string(), "eventName": "MODIFY", "eventVersion": "1.1", "eventSource": "aws:dynamodb", "awsRegion": "us-east-1",
            "eventSourceARN": "arn:aws:dynamodb:us-east-1:123456789012:table/beckon/stream/2026-01-01T00:00:00.000",
            "dynamodb": {
                "ApproximateCreationDateTime": 1_795_858_259, "Keys": {"pk": before["pk"], "sk": before["sk"]},
                "SequenceNumber": at.to_string(), "SizeBytes": 100, "StreamViewType": "NEW_AND_OLD_IMAGES",
                "OldImage": before, "NewImage": after,
            },
        }));
    }
    for _ in 0..3 {
        let response = follow(&follower, event(&records)).await.unwrap();
        assert!(response.batch_item_failures.is_empty());
    }
    collected(&app, 2).await;
    app.advance(DAY);
    let (one, other) = join(app.ticks(), app.ticks()).await;
    let mails = |ticked: &Value| ticked["mails"].as_u64().unwrap();
    assert_eq!(mails(&one) + mails(&other), 1);
    // After the digest is asked for, a repeated record adds nothing to another.
    follow(&follower, event(&records)).await.unwrap();
    assert_eq!(app.items("digest").await.len(), 1);
}

/// Returns the stored invite.
async fn stored(app: &App, id: &str) -> Value {
    let items = app.items("invite").await;
    items.into_iter().find(|item| item["id"]["N"] == id).expect("the invite is stored")
}
