//! Races: the rules that must hold under concurrent requests.

use std::time::{Duration, Instant};

use futures::future::join_all;
use harness::{Answer, App, AtOnce, GROUP, Person, at_last, under};
use serde_json::json;

/// Returns `count` people who are already signed in.
async fn crowd(app: &App, count: usize) -> Vec<Person> {
    let crowd: Vec<Person> =
        (0..count).map(|number| app.person(&format!("p{number:03}"))).collect();
    join_all(crowd.iter().map(Person::signs_in)).await;
    crowd
}

/// Accepts this token as every person at once.
async fn all_accept(crowd: &[Person], token: &str) -> AtOnce {
    AtOnce::send(crowd.iter().map(|person| async move || person.accepts(token).await)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_concurrent_acceptances_of_an_invite_succeeds() {
    let app = App::start().await;
    let alice = app.owner().await;
    for round in 0..10 {
        let invited = alice.invited(json!({"email": format!("x{round}@example.com"), "identity_policy": "bearer", "notify": false})).await;
        let (ada, bob) = (app.user(&format!("ada{round}")), app.user(&format!("bob{round}")));
        futures::join!(ada.signs_in(), bob.signs_in());
        let (first, second) = futures::join!(
            ada.accepts_at_last(&invited.token),
            bob.accepts_at_last(&invited.token)
        );
        let (winner, loser) = if first.status == 200 { (first, second) } else { (second, first) };
        let winner = winner.is(200);
        let loser = loser.refuses(409, "invite_not_pending");
        assert_eq!(loser.json["state"], "accepted");
        assert_eq!(alice.sees_members().await.len(), 2 + round);
        assert_eq!(
            alice.reads(&invited.id).await.json["resolved_by"]["id"],
            winner.json["membership"]["user_id"]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_acceptances_by_one_person_all_succeed() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    let counted = alice.invited(json!({"link": {"max_uses": 5}})).await;
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    futures::join!(ada.signs_in(), bob.signs_in());
    let accepts = AtOnce::send((0..8).map(|_| async || ada.accepts(&invited.token).await)).await;
    assert_eq!(accepts.count(200), 8, "{accepts:#?}");
    let membership = |answer: &Answer| answer.json["membership"].clone();
    let first = membership(&accepts.answers[0]);
    assert!(accepts.answers.iter().all(|answer| membership(answer) == first));
    let accepts = AtOnce::send((0..8).map(|_| async || bob.accepts(&counted.token).await)).await;
    assert_eq!(accepts.count(200), 8, "{accepts:#?}");
    assert_eq!(alice.reads(&counted.id).await.json["invitee"]["uses"], 1);
    assert_eq!(alice.sees_members().await, ["ada", "alice", "bob"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_for_twenty_admits_exactly_twenty_of_two_hundred() {
    let app = App::start().await;
    let alice = app.owner().await;
    let link = alice.invited(json!({"link": {"max_uses": 20}})).await;
    let people = under::as_many(200);
    let crowd = crowd(&app, people).await;
    let accepts = all_accept(&crowd, &link.token).await;
    assert_eq!((accepts.count(200), accepts.count(410)), (20, people - 20));
    for answer in accepts.answers.into_iter().filter(|answer| answer.status == 410) {
        assert_eq!(answer.refuses(410, "invite_used_up").json["state"], "exhausted");
    }
    assert_eq!(alice.sees_members().await.len(), 21);
    let read = alice.reads(&link.id).await.json;
    assert_eq!((&read["invitee"]["uses"], &read["state"]), (&json!(20), &json!("exhausted")));
    assert_eq!(alice.lists("?state=exhausted").await.each("id"), [link.id.as_str()]);
    assert!(alice.lists("?state=pending").await.data().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_whose_last_uses_race_is_listed_as_exhausted() {
    let app = App::start().await;
    let alice = app.owner().await;
    let link = alice.invited(json!({"link": {"max_uses": 8}})).await;
    let crowd = crowd(&app, 8).await;
    assert_eq!(all_accept(&crowd, &link.token).await.count(200), 8);
    assert_eq!(alice.reads(&link.id).await.json["state"], "exhausted");
    assert_eq!(alice.lists("?state=exhausted").await.each("id"), [link.id.as_str()]);
    assert!(alice.lists("?state=pending").await.data().is_empty());
}

/// Invites Ada fifty times at once, asserts that this creates one invite, and returns its id.
async fn invite_ada_fifty_times_at_once(alice: &Person) -> String {
    let body = json!({"email": "ada@example.com"});
    let invites = AtOnce::send((0..50).map(|_| async || alice.invites(body.clone()).await)).await;
    invites.splits((201, 1), 409);
    let id = |answer: Answer| match answer.status {
        201 => answer.text_at("/id").to_owned(),
        _ => answer.refuses(409, "invite_already_pending").text_at("/invite_id").to_owned(),
    };
    let mut ids: Vec<String> = invites.answers.into_iter().map(id).collect();
    ids.dedup();
    assert_eq!(ids.len(), 1);
    ids.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_concurrent_creates_for_one_address_make_one_invite_and_one_mail() {
    let app = App::with_settings(&[("LIMIT_INVITES_PER_INVITER_HOUR", "5000")]).await;
    let alice = app.owner().await;
    let id = invite_ada_fifty_times_at_once(&alice).await;
    assert_eq!(alice.lists("").await.each("id"), [id]);
    app.settled(&alice).await;
    assert_eq!(app.mails_to("ada@example.com").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_concurrent_creates_after_a_revocation_make_one_generation() {
    let app = App::with_settings(&[("LIMIT_INVITES_PER_INVITER_HOUR", "5000")]).await;
    let alice = app.owner().await;
    let first = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    alice.revokes(&first.id).await.is(200);
    assert_eq!(invite_ada_fifty_times_at_once(&alice).await, first.id);
    assert_eq!(alice.lists("").await.each("id"), [first.id]);
    app.settled(&alice).await;
    assert_eq!(app.mails_to("ada@example.com").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invite_is_never_both_accepted_and_revoked() {
    let app = App::start().await;
    let alice = app.owner().await;
    let crowd = crowd(&app, 20).await;
    for (number, person) in crowd.iter().enumerate() {
        let invited = alice
            .invited(json!({"email": format!("p{number:03}@example.com"), "notify": false}))
            .await;
        let (accepted, revoked) = futures::join!(
            person.accepts_at_last(&invited.token),
            at_last(async || alice.revokes(&invited.id).await)
        );
        let state = alice.reads(&invited.id).await.json["state"].clone();
        let is_member = alice.sees_members().await.contains(&format!("p{number:03}"));
        if accepted.status == 200 {
            revoked.refuses(409, "invite_not_pending");
            assert_eq!((state, is_member), (json!("accepted"), true));
        } else {
            accepted.refuses(410, "invite_revoked");
            revoked.is(200);
            assert_eq!((state, is_member), (json!("revoked"), false));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invite_is_never_both_accepted_and_declined() {
    let app = App::start().await;
    let alice = app.owner().await;
    let crowd = crowd(&app, 10).await;
    for (number, person) in crowd.iter().enumerate() {
        let invited = alice
            .invited(json!({"email": format!("p{number:03}@example.com"), "notify": false}))
            .await;
        let (accepted, declined) = futures::join!(
            person.accepts_at_last(&invited.token),
            at_last(async || person.declines(&invited.token).await)
        );
        assert!(
            matches!((accepted.status, declined.status), (200, 409) | (409, 200)),
            "{accepted:#?} {declined:#?}"
        );
        let is_member = alice.sees_members().await.contains(&format!("p{number:03}"));
        assert_eq!(is_member, accepted.status == 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_never_has_more_members_than_seats() {
    let app = App::start().await;
    let alice = app.user("alice");
    alice.creates_group_with(json!({"max_members": 6})).await;
    let link = alice.invited(json!({"link": {}})).await;
    let crowd = crowd(&app, 40).await;
    let accepts = all_accept(&crowd, &link.token).await;
    assert_eq!((accepts.count(200), accepts.count(409)), (5, 35));
    for answer in accepts.answers.into_iter().filter(|answer| answer.status == 409) {
        answer.refuses(409, "seats_full");
    }
    assert_eq!(alice.sees_members().await.len(), 6);
    assert_eq!(alice.gets(&format!("/v1/groups/{GROUP}")).await.json["member_count"], 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_owners_who_leave_at_once_stays() {
    let app = App::start().await;
    for round in 0..10 {
        let (alice, bob) = (app.person("alice"), app.person("bob"));
        let group = format!("g{round}");
        alice.creates(json!({"id": group, "name": "Group"})).await;
        let invited = alice
            .invites_to(
                &group,
                json!({"email": "bob@example.com", "roles": ["owner"], "notify": false}),
            )
            .await
            .is(201);
        bob.accepts(invited.text_at("/token")).await.is(200);
        let member = |user: &str| format!("/v1/groups/{group}/members/{user}");
        let paths = [(&alice, member("alice")), (&bob, member("bob"))];
        let leaves =
            AtOnce::send(paths.iter().map(|(owner, path)| async || owner.deletes(path).await));
        let AtOnce { answers, again } = leaves.await;
        let [first, second] = <[Answer; 2]>::try_from(answers).expect("two answers");
        let (left, stays, refused) =
            if second.status == 409 { (first, &bob, second) } else { (second, &alice, first) };
        // After a 503, the owner may have left before the retry.
        assert!(left.status == 204 || (again && left.status == 404), "{left:#?}");
        refused.refuses(409, "last_owner");
        assert_eq!(
            stays.gets(&format!("/v1/groups/{group}/members")).await.is(200).data().len(),
            1
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_invited_by_two_groups_at_once_is_one_user() {
    let app = App::start().await;
    let alice = app.owner().await;
    alice.creates(json!({"id": "other", "name": "Other"})).await;
    let body = json!({"person": {"email": "ada@example.com", "first_name": "Ada"}});
    let creates = (0..20).map(|number| {
        let group = if number % 2 == 0 { GROUP } else { "other" };
        let (alice, body) = (&alice, &body);
        async move || alice.invites_to(group, body.clone()).await
    });
    AtOnce::send(creates).await.splits((201, 2), 409);
    assert_eq!(app.items("user").await.len(), 1);

    let ada = app.person("ada");
    let inbox = ada.looks_into_inbox().await;
    assert_eq!(inbox.data().len(), 2);
    let named = |invite: &serde_json::Value| {
        (
            invite["group"]["id"].as_str().unwrap().to_owned(),
            invite["id"].as_str().unwrap().to_owned(),
        )
    };
    for (group, id) in inbox.data().iter().map(named) {
        ada.accepts_in(&group, &id).await.is(200);
    }
    assert_eq!(app.items("user").await.len(), 1);
    assert_eq!(ada.gets("/v1/me").await.json["first_name"], "Ada");
    assert_eq!(ada.gets("/v1/groups").await.each("id"), [GROUP, "other"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_creates_never_exceed_the_inviters_hourly_limit() {
    let app = App::with_settings(&[("LIMIT_INVITES_PER_INVITER_HOUR", "10")]).await;
    let alice = app.owner().await;
    let since = Instant::now();
    let creates = (0..30).map(|number| {
        alice.invites(json!({"email": format!("p{number}@example.com"), "notify": false}))
    });
    let answers = join_all(creates).await;
    // A count that takes a second is sent to the table again, and may then count twice.
    let quick = since.elapsed() < Duration::from_secs(1);
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert!(made == 10 || (!quick && made < 10), "{made} invites were created");
    let limited = answers
        .into_iter()
        .find(|answer| answer.status == 429)
        .unwrap()
        .refuses(429, "rate_limited");
    let wait: i64 = limited.header("retry-after").parse().unwrap();
    assert!((1..=3600).contains(&wait));
    assert!(alice.lists("?limit=100").await.data().len() <= 10);
    app.advance(wait);
    alice.invites(json!({"email": "late@example.com"})).await.is(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_ten_concurrent_creates_of_a_group_id_succeeds() {
    let app = App::start().await;
    let crowd = crowd(&app, 10).await;
    let body = json!({"id": GROUP, "name": "Mine"});
    let body = &body;
    let makes = crowd.iter().map(|person| async move || person.posts("/v1/groups", body).await);
    AtOnce::send(makes).await.splits((201, 1), 409);
    assert_eq!(app.items("member").await.len(), 1);
}
