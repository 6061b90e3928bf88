//! The personal data of ended invites, which are removed after some time.

use futures::future::join;
use harness::{App, Invited, LossyTable, Person};
use serde_json::{Value, json};

const DAY: i64 = 86_400;

/// Runs what a schedule starts every minute, for as long as it takes until every part of the index
/// had its turn. Returns how many invites have lost their personal data.
async fn eight_minutes_pass(app: &App) -> u64 {
    let mut count = 0;
    for _ in 0..8 {
        app.starts_a_minute();
        count += app.ticks().await["anonymized"].as_u64().expect("the run counts invites");
    }
    count
}

/// Makes an invite with personal data of each kind.
async fn personal_invites(alice: &Person) -> Vec<Invited> {
    let mut made = Vec::new();
    for to in [
        json!({"email": "ada@secret.example"}),
        json!({"phone": "+19199993333"}),
        json!({"person": {"email": "eve@secret.example", "first_name": "Evelyn", "last_name": "Boyd"}}),
    ] {
        let mut body = to;
        body["notify"] = json!(false);
        body["message"] = json!("Dear Countess");
        body["metadata"] = json!({"note": "Countess"});
        body["redirect_url"] = json!("/countess");
        made.push(alice.invited(body).await);
    }
    made
}

/// Returns the stored invites as text.
async fn stored(app: &App) -> String {
    app.items("invite").await.iter().map(Value::to_string).collect()
}

#[tokio::test]
async fn the_data_of_an_ended_invite_are_removed_and_its_state_and_times_stay() {
    let app = App::start().await;
    let alice = app.owner().await;
    let made = personal_invites(&alice).await;
    app.nobody()
        .posts(
            "/v1/invites/decline",
            &json!({"token": made[0].token, "reason": "Countess Ada is ill"}),
        )
        .await
        .is(200);
    app.user("phone")
        .claim("phone_number", json!("+19199993333"))
        .claim("phone_number_verified", json!(true))
        .declines(&made[1].token)
        .await
        .is(200);
    alice.revokes(&made[2].id).await.is(200);
    app.advance(30 * DAY - 600);
    assert_eq!(eight_minutes_pass(&app).await, 0);
    let mut before = Vec::new();
    for invited in &made {
        before.push(alice.reads(&invited.id).await.is(200).json);
    }
    // The decline without a sign-in could be taken back for a week.
    app.advance(600);
    assert_eq!(eight_minutes_pass(&app).await, 2);
    app.advance(7 * DAY);
    assert_eq!(eight_minutes_pass(&app).await, 1);
    assert_eq!(eight_minutes_pass(&app).await, 0);

    let text = stored(&app).await;
    for personal in ["secret", "19199993333", "Evelyn", "Boyd", "ountess", "Alice"] {
        assert!(!text.contains(personal), "{personal} in {text}");
    }
    let listed = alice.lists("").await;
    for (invited, before) in made.iter().zip(before) {
        let after = alice.reads(&invited.id).await.is(200).json;
        for same in ["id", "state", "roles", "created_at", "resolved_at", "resolution_reason"] {
            assert_eq!(after[same], before[same], "{same}");
        }
        assert_eq!((&after["message"], &after["metadata"]), (&Value::Null, &json!({})));
        assert!(listed.each("id").contains(&invited.id));
    }
    let ada = alice.reads(&made[0].id).await.json;
    assert_eq!(ada["invitee"]["email"], format!("{}@anonymous.invalid", made[0].id));
    assert_eq!(ada["decline_reason"], Value::Null);
}

#[tokio::test]
async fn an_accepted_invite_is_kept_for_a_year() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    app.person("ada").accepts(&invited.token).await.is(200);
    app.advance(364 * DAY);
    assert_eq!(eight_minutes_pass(&app).await, 0);
    app.advance(DAY);
    assert_eq!(eight_minutes_pass(&app).await, 1);
    let read = alice.reads(&invited.id).await.json;
    assert_eq!((&read["state"], &read["resolved_by"]["id"]), (&json!("accepted"), &json!("ada")));
    assert!(!stored(&app).await.contains("ada@example.com"));
    // Nobody can prove the invited address any more, and Ada stays a member.
    app.person("ada").accepts(&invited.token).await.refuses(403, "identity_mismatch");
    assert!(alice.sees_members().await.contains(&"ada".to_owned()));
}

#[tokio::test]
async fn the_times_are_settings() {
    let app =
        App::with_settings(&[("RETENTION_DAYS", "2"), ("RETENTION_DAYS_ACCEPTED", "1")]).await;
    let alice = app.owner().await;
    let body = |name: &str| json!({"email": format!("{name}@example.com"), "notify": false});
    let (ada, bob) = (alice.invited(body("ada")).await, alice.invited(body("bob")).await);
    app.person("ada").accepts(&ada.token).await.is(200);
    app.person("bob").declines(&bob.token).await.is(200);
    app.advance(DAY);
    assert_eq!(eight_minutes_pass(&app).await, 1);
    app.advance(DAY);
    assert_eq!(eight_minutes_pass(&app).await, 1);
}

#[tokio::test]
async fn nobody_resends_an_anonymous_invite_and_the_person_is_invited_again_under_its_id() {
    let app = App::start().await;
    let alice = app.owner().await;
    let body = json!({"email": "ada@example.com", "expires_in": 300, "notify": false});
    let first = alice.invited(body.clone()).await;
    app.advance(300);
    app.ticks().await;
    let mut tokens = vec![first.token.clone()];
    // More often than an id could collide.
    for _ in 0..6 {
        app.advance(31 * DAY);
        assert_eq!(eight_minutes_pass(&app).await, 1);
        alice.resends(&first.id, json!({})).await.refuses(410, "invite_expired");
        let renewal = json!({"token": tokens.last().unwrap()});
        app.nobody().posts("/v1/invites/renewal", &renewal).await.refuses(410, "invite_expired");
        let again = alice.invited(body.clone()).await;
        assert_eq!(again.id, first.id);
        tokens.push(again.token);
        app.advance(300);
        app.ticks().await;
    }
    app.advance(31 * DAY);
    eight_minutes_pass(&app).await;
    let last = alice.invited(body).await;
    let ada = app.person("ada");
    for token in tokens {
        ada.accepts(&token).await.refuses(410, "invite_revoked");
    }
    ada.accepts(&last.token).await.is(200);
    assert_eq!(alice.lists("").await.data().len(), 1);
}

#[tokio::test]
async fn two_runs_at_once_remove_the_data_of_each_invite_once() {
    let app = App::start().await;
    let alice = app.owner().await;
    for number in 0..16 {
        let email = format!("p{number}@example.com");
        let invited = alice.invited(json!({"email": email, "notify": false})).await;
        alice.revokes(&invited.id).await.is(200);
    }
    app.advance(31 * DAY);
    let mut count = 0;
    for _ in 0..8 {
        app.starts_a_minute();
        let (one, other) = join(app.ticks(), app.ticks()).await;
        for ticked in [one, other] {
            count += ticked["anonymized"].as_u64().unwrap();
        }
    }
    assert_eq!(count, 16);
    for item in app.items("invite").await {
        assert_eq!((&item["version"]["N"], &item["due_pk"]), (&json!("3"), &Value::Null));
    }
}

#[tokio::test]
async fn an_invite_that_is_made_again_meanwhile_keeps_its_data() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    let body = json!({"email": "ada@example.com", "notify": false});
    let first = alice.invited(body.clone()).await;
    alice.revokes(&first.id).await.is(200);
    app.advance(31 * DAY);
    let hold = table.holds("PutItem", "anonymous.invalid", 1);
    let (count, again) = join(eight_minutes_pass(&app), async {
        hold.arrived().await;
        let again = alice.invited(body).await;
        hold.release();
        again
    })
    .await;
    assert_eq!(count, 0);
    let read = alice.reads(&again.id).await.json;
    assert_eq!(
        (&read["state"], &read["invitee"]["email"]),
        (&json!("pending"), &json!("ada@example.com"))
    );
    app.person("ada").accepts(&again.token).await.is(200);
}
