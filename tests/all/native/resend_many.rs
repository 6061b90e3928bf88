//! Resending many invites in one request.

use futures::future::join_all;
use harness::{App, Breakage, Invited, LossyTable, Person};
use serde_json::{Value, json};

/// Returns invites of this person to these people, without mails.
async fn invited(person: &Person, names: &[&str]) -> Vec<Invited> {
    let mut made = Vec::new();
    for name in names {
        let address = format!("{name}@example.com");
        made.push(person.invited(json!({"email": address, "notify": false})).await);
    }
    made
}

fn ids(invites: &[Invited]) -> Vec<&str> {
    invites.iter().map(|invited| invited.id.as_str()).collect()
}

#[tokio::test]
async fn each_invite_is_resent_as_if_it_were_the_only_one() {
    let app = App::start().await;
    let alice = app.owner().await;
    app.directory().writes_user("dan", &json!({"email": "dan@example.com"})).await.is(200);
    let made = invited(&alice, &["ada", "cleo", "eve"]).await;
    let known = alice.invited(json!({"user_id": "dan", "notify": false})).await;
    let link = alice.invited(json!({"link": {"max_uses": 2}})).await;
    app.person("eve").accepts(&made[2].token).await.is(200);
    app.advance(60);
    let late = invited(&alice, &["finn"]).await;

    let named = [&made[0].id, &known.id, "1", &made[2].id, &late[0].id, &link.id, &made[0].id];
    let answer = alice.resends_many(json!({"ids": named, "locale": "de-CH"})).await.is(207);
    let expected =
        ["200", "200", "invite_not_found", "invite_not_pending", "resend_too_soon", "200", "200"];
    assert_eq!(answer.outcomes(), expected);
    assert_eq!((&answer.json["done"], &answer.json["failed"]), (&json!(3), &json!(3)));
    assert!(answer.json.get("remaining").is_none(), "{}", answer.text);
    let tokens = answer.results("/invite/token");
    assert_eq!(tokens[0], tokens[6], "a repeated id is answered as the first");
    assert_ne!(*tokens[0], made[0].token);
    assert!(
        answer.results("/invite/url")[0].as_str().unwrap().ends_with(tokens[0].as_str().unwrap())
    );
    assert_eq!(answer.results("/invite/locale")[0], "de-CH");
    assert_eq!(answer.results("/invite/send_count")[5], 0, "a link has no address");
    for (address, place) in [("ada@example.com", 0), ("dan@example.com", 1)] {
        let mail = app.mail_to(address).await;
        assert!(mail.text.contains(tokens[place].as_str().unwrap()), "{}", mail.text);
    }
    app.person("ada").accepts(&made[0].token).await.refuses(410, "invite_revoked");
    app.person("ada").accepts(tokens[0].as_str().unwrap()).await.is(200);
    app.person("cleo").accepts(&made[1].token).await.is(200);
    assert!(app.mails_to("cleo@example.com").await.is_empty());
}

#[tokio::test]
async fn a_resend_can_keep_the_links_and_send_no_mails() {
    let app = App::start().await;
    let alice = app.owner().await;
    let made = invited(&alice, &["ada", "cleo"]).await;
    app.advance(60);
    let body = json!({"ids": ids(&made), "token": "keep", "notify": false});
    let answer = alice.resends_many(body).await.is(207);
    assert_eq!(answer.results("/invite/token"), [&made[0].token, &made[1].token]);
    app.settled(&alice).await;
    assert!(app.mails_to("ada@example.com").await.is_empty());
}

#[tokio::test]
async fn a_filter_selects_what_can_be_resent_now_and_a_repeat_goes_on() {
    let app = App::start().await;
    let alice = app.owner().await;
    let address = |at: usize| json!({"email": format!("p{at:03}@example.com"), "notify": false});
    for items in [(0..60).map(address).collect::<Vec<_>>(), (60..120).map(address).collect()] {
        let made = alice.posts("/v1/groups/3773/invites", &json!({ "invites": items })).await;
        assert_eq!(made.is(207).json["failed"], 0);
        app.advance(1);
    }
    app.advance(3600);
    let all = json!({"filter": {"kind": ["email"]}, "notify": false});
    let first = alice.resends_many(all.clone()).await.is(207);
    assert_eq!((&first.json["done"], &first.json["remaining"]), (&json!(100), &json!(20)));
    let second = alice.resends_many(all.clone()).await.is(207);
    assert_eq!((&second.json["done"], &second.json["remaining"]), (&json!(20), &json!(0)));
    let seen = [first.results("/id"), second.results("/id")].concat();
    assert_eq!(
        seen.iter().map(|id| id.to_string()).collect::<std::collections::BTreeSet<_>>().len(),
        120
    );
    let nothing = alice.resends_many(all).await.is(207);
    assert_eq!((&nothing.json["results"], &nothing.json["remaining"]), (&json!([]), &json!(0)));
}

#[tokio::test]
async fn a_revival_asks_what_a_new_invite_asks() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invite = |name: &str| json!({"email": format!("{name}@example.com"), "expires_in": 300, "notify": false});
    let mut expired = Vec::new();
    for name in ["ada", "bob", "cleo", "dan"] {
        expired.push(alice.invited(invite(name)).await);
    }
    let declined = alice.invited(json!({"email": "eve@example.com", "notify": false})).await;
    app.nobody().declines(&declined.token).await.is(200);
    app.advance(300);
    for name in ["ada", "bob"] {
        let profile = json!({"email": format!("{name}@example.com")});
        app.person(name).puts("/v1/me", &profile).await.is(200);
    }
    let link = alice.invited(json!({"link": {}})).await;
    app.person("ada").accepts(&link.token).await.is(200);
    app.person("bob").patches("/v1/me", &json!({"refuses_invites": true})).await.is(200);
    alice.revokes(&link.id).await.is(200);
    alice.sets_policy(json!({"max_pending": 2})).await;
    let named = [&expired[0].id, &expired[1].id, &expired[2].id, &declined.id, &expired[3].id];
    let answer = alice.resends_many(json!({"ids": named, "token": "keep"})).await.is(207);
    let expected = ["already_member", "invites_refused", "200", "200", "pending_limit"];
    assert_eq!(answer.outcomes(), expected);
    assert_eq!(alice.lists("?state=pending").await.data().len(), 2);
    app.person("cleo").accepts(&expired[2].token).await.is(200);
}

#[tokio::test]
async fn the_window_counts_each_different_invite_and_lets_the_first_pass() {
    let app = App::with_settings(&[("LIMIT_INVITES_PER_INVITER_HOUR", "6")]).await;
    app.advance_to("2030-01-01T10:00:00Z");
    let alice = app.owner().await;
    let made = invited(&alice, &["ada", "bob", "cleo"]).await;
    app.advance(60);
    let two = json!({"ids": [made[0].id, made[0].id, made[1].id], "notify": false});
    assert_eq!(alice.resends_many(two).await.is(207).outcomes(), ["200"; 3]);
    app.advance(60);
    let all = json!({"ids": [made[2].id, made[1].id, made[0].id], "notify": false});
    let answer = alice.resends_many(all).await.is(207);
    assert_eq!(answer.outcomes(), ["200", "rate_limited", "rate_limited"]);
}

#[tokio::test]
async fn a_resend_of_many_needs_the_right_to_invite_with_each_ones_roles() {
    let app = App::start().await;
    let alice = app.owner().await;
    let (bob, cleo) = (app.person("bob"), app.person("cleo"));
    alice.takes_in(&bob, json!(["admin"])).await;
    alice.takes_in(&cleo, json!(["member"])).await;
    let plain = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let owner = json!({"email": "eve@example.com", "roles": ["owner"], "notify": false});
    let owner = alice.invited(owner).await;
    app.advance(60);
    let body = json!({"ids": [plain.id, owner.id], "notify": false});
    let before = app.table().await;
    cleo.resends_many(body.clone()).await.refuses(403, "forbidden");
    app.person("mallory").resends_many(body.clone()).await.refuses(404, "group_not_found");
    app.nobody().resends_many(body.clone()).await.refuses(401, "unauthenticated");
    bob.resends_many(json!({})).await.refuses(422, "invalid_body").points_at("", "one_of");
    let wrong = json!({"ids": [plain.id], "token": "new"});
    bob.resends_many(wrong).await.refuses(422, "invalid_body").points_at("/token", "unknown_value");
    let windows = |table: std::collections::BTreeSet<String>| {
        table.into_iter().filter(|item| !item.contains("\"window\"")).collect::<Vec<_>>()
    };
    assert_eq!(windows(app.table().await), windows(before));
    let answer = bob.resends_many(body.clone()).await.is(207);
    assert_eq!(answer.outcomes(), ["200", "role_above_own"]);
    alice.sets_policy(json!({"frozen": true})).await;
    alice.resends_many(body).await.refuses(403, "group_frozen");
    // The right of the person who resent the invite is asked from now on.
    alice.sets_policy(json!({"frozen": false})).await;
    alice.removes("bob").await.is(204);
    let token = answer.results("/invite/token")[0].as_str().unwrap();
    app.person("ada").accepts(token).await.refuses(410, "inviter_gone");
}

#[tokio::test]
async fn of_many_requests_at_once_one_resends_each_invite() {
    let app = App::start().await;
    let alice = app.owner().await;
    let made = invited(&alice, &["ada", "bob", "cleo"]).await;
    app.advance(60);
    let body = json!({"ids": ids(&made), "notify": false});
    let answers = join_all((0..4).map(|_| alice.resends_many(body.clone()))).await;
    for place in 0..made.len() {
        let outcomes: Vec<String> =
            answers.iter().map(|answer| answer.outcomes()[place].clone()).collect();
        assert_eq!(outcomes.iter().filter(|it| *it == "200").count(), 1, "{outcomes:?}");
        assert!(outcomes.iter().all(|it| it == "200" || it == "resend_too_soon"), "{outcomes:?}");
    }
}

#[tokio::test]
async fn a_resend_that_read_before_a_revoke_or_a_demotion_revives_nothing() {
    let below = App::start().await;
    let alice = below.owner().await;
    let bob = below.person("bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    let made = invited(&alice, &["ada", "cleo"]).await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    app.advance(60);
    let bob = app.person("bob");
    let body = json!({"ids": ids(&made), "token": "keep", "notify": false});
    let held = table.holds("TransactWriteItems", "requested_at", 1);
    let (answer, ()) = tokio::join!(bob.resends_many(body.clone()), async {
        held.arrived().await;
        alice.revokes(&made[0].id).await.is(200);
        held.release();
    });
    assert_eq!(answer.is(207).outcomes(), ["invite_revoked", "200"]);
    app.advance(60);
    let held = table.holds("TransactWriteItems", "requested_at", 1);
    let (answer, ()) = tokio::join!(bob.resends_many(body), async {
        held.arrived().await;
        alice.removes("bob").await.is(204);
        held.release();
    });
    assert_eq!(answer.is(207).outcomes(), ["invite_revoked", "group_not_found"]);
}

#[tokio::test]
async fn a_lost_answer_hides_no_invite_that_was_resent() {
    let below = App::start().await;
    let alice = below.owner().await;
    let made = invited(&alice, &["ada", "cleo"]).await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.person("alice");
    // The SDK makes three attempts.
    for fails in [
        &(|| table.breaks_the_answer_to("TransactWriteItems", 3, Breakage::Half)) as &dyn Fn(),
        &|| table.refuses("TransactWriteItems", 3),
        &|| table.loses_the_answer_to("TransactWriteItems"),
    ] {
        app.advance(60);
        fails();
        let answer = alice.resends_many(json!({"ids": ids(&made), "notify": false})).await.is(207);
        assert!(table.has_failed());
        assert_eq!(answer.outcomes(), ["200"; 2]);
        let token = answer.results("/invite/token")[0].as_str().unwrap().to_owned();
        let shown: Value = app.nobody().previews(&token).await.is(200).json;
        assert_eq!(shown["state"], "pending");
    }
    let resent = alice.reads(&made[0].id).await;
    assert_eq!(resent.json["send_count"], 0);
}
