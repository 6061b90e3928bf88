//! `remind`: the mail is sent again if the invitee already has every requested invite.

use harness::{Invited, LossyTable, eventually};
use serde_json::json;

use super::*;

#[tokio::test]
async fn a_reminder_sends_the_same_link_and_extends_the_expiry() {
    let app = App::start().await;
    let inviter = owner_of_two(&app).await;
    let made = invites(&inviter, &ada(&[1, 2])).await.is(201);
    let first = app.mail_to("ada@example.com").await;
    app.advance(3 * 86_400);
    let answer = invites(&inviter, &remind(&[1, 2])).await.is(201);
    assert_eq!(
        message(&answer),
        "Sign-up reminder sent to ada@example.com, would you like to invite anyone else?"
    );
    assert_eq!(answer.json["id"], made.json["id"]);
    let second = app.nth_mail_to("ada@example.com", 2).await;
    assert_eq!(
        second.subject,
        "In Viter would like to remind you to log on to ChemBio Hub Platform"
    );
    assert!(second.text.contains("\"P1\", \"P2\""), "{}", second.text);
    assert_eq!(second.token(), first.token());
    // The first expiry has passed, the extended one has not.
    app.advance(5 * 86_400);
    app.person("ada").accepts(&second.token()).await.is(200);
    assert_eq!((members(&inviter, "1").await.len(), members(&inviter, "2").await.len()), (2, 2));
}

#[tokio::test]
async fn a_native_resend_after_a_reminder_sends_the_invitation_again() {
    let app = App::start().await;
    let inviter = owner_of_two(&app).await;
    let made = invites(&inviter, &ada(&[1, 2])).await.is(201);
    let first = app.mail_to("ada@example.com").await;
    invites(&inviter, &remind(&[1, 2])).await.is(201);
    app.nth_mail_to("ada@example.com", 2).await;
    app.advance(60);
    let path = format!("/v1/groups/1/invites/{}", made.json["id"]);
    let resent = inviter.posts(&format!("{path}/resend"), &json!({})).await.is(200);
    assert_eq!(resent.json["delivery"]["reminders"], 1);
    let mail = app.nth_mail_to("ada@example.com", 3).await;
    assert_eq!(mail.subject, first.subject);
    assert!(mail.text.contains("\"P1\", \"P2\""), "{}", mail.text);
    assert!(mail.text.contains(resent.text_at("/token")));
}

#[tokio::test]
async fn a_reminder_combines_the_invites_of_different_requests() {
    let app = App::start().await;
    let inviter = owner_of_two(&app).await;
    invites(&inviter, &ada(&[1])).await.is(201);
    invites(&inviter, &ada(&[2])).await.is(201);
    app.nth_mail_to("ada@example.com", 2).await;
    invites(&inviter, &remind(&[2, 1])).await.is(201);
    let mail = app.nth_mail_to("ada@example.com", 3).await;
    app.person("ada").accepts(&mail.token()).await.is(200);
    assert_eq!((members(&inviter, "1").await.len(), members(&inviter, "2").await.len()), (2, 2));
}

#[tokio::test]
async fn reminders_are_a_minute_apart() {
    let app = App::start().await;
    let inviter = inviter(&app).await;
    invites(&inviter, &ada(&[])).await.is(201);
    app.mail_to("ada@example.com").await;
    invites(&inviter, &remind(&[])).await.is(201);
    app.nth_mail_to("ada@example.com", 2).await;
    let answer = invites(&inviter, &remind(&[])).await.is(429);
    assert!((1..=60).contains(&answer.header("retry-after").parse::<i64>().unwrap()));
    assert_eq!(
        answer.text_at("/error"),
        "Too many invitations, or a reminder too soon after the last one. Try again later."
    );
    app.advance(61);
    invites(&inviter, &remind(&[])).await.is(201);
    app.nth_mail_to("ada@example.com", 3).await;
}

#[tokio::test]
async fn a_reminder_creates_a_missing_invite_and_renews_an_expired_one() {
    let app = App::start().await;
    let inviter = inviter(&app).await;
    let answer = invites(&inviter, &remind(&[])).await.is(201);
    assert!(message(&answer).starts_with("Invite sent successfully"));
    let first = app.mail_to("ada@example.com").await;
    app.advance(8 * 86_400);
    let answer = invites(&inviter, &remind(&[])).await.is(201);
    assert!(message(&answer).starts_with("Sign-up reminder sent"));
    assert_ne!(app.nth_mail_to("ada@example.com", 2).await.token(), first.token());
}

#[tokio::test]
async fn a_member_of_every_project_is_reminded_by_an_application_invite() {
    let app = App::start().await;
    let inviter = owner_of_two(&app).await;
    let user = known_ada(&app).await;
    let first =
        inviter.invites_to("1", json!({"email": "ada@example.com", "notify": false})).await.is(201);
    user.accepts(first.text_at("/token")).await.is(200);
    let answer = invites(&inviter, &remind(&[1])).await.is(201);
    assert_eq!(
        message(&answer),
        "User ada@example.com reminded to look at these projects, would you like to invite anyone else?"
    );
    let mail = app.mail_to("ada@example.com").await;
    assert!(
        mail.subject.starts_with("In Viter would like to remind you")
            && mail.text.contains("\"P1\""),
        "{mail:?}"
    );
    invites(&inviter, &remind(&[1])).await.is(429);
    user.accepts(&mail.token()).await.is(200);
    app.advance(61);
    // The reminder's invite was accepted, so the next reminder creates another.
    let answer = invites(&inviter, &remind(&[])).await.is(201);
    assert!(message(&answer).starts_with("User ada@example.com reminded"));
    let next = app.nth_mail_to("ada@example.com", 2).await;
    assert!(next.token() != mail.token() && !next.text.contains("\"P1\""));
}

#[tokio::test]
async fn a_reminder_names_its_sender() {
    let app = App::start().await;
    let inviter = owner_of_two(&app).await;
    let invited = inviter
        .invites_to("1", json!({"email": "edit@example.com", "roles": ["editor"], "notify": false}))
        .await
        .is(201);
    let editor = app.person("edit").name("Eddi Tor");
    editor.accepts(invited.text_at("/token")).await.is(200);
    invites(&inviter, &ada(&[1])).await.is(201);
    app.mail_to("ada@example.com").await;
    invites(&editor, &remind(&[1])).await.is(201);
    let mail = app.nth_mail_to("ada@example.com", 2).await;
    assert_eq!(mail.subject, "Eddi Tor would like to remind you to log on to ChemBio Hub Platform");
}

#[tokio::test]
async fn a_reminder_can_be_sent_for_a_native_invite() {
    let app = App::start().await;
    let inviter = owner_of_two(&app).await;
    let made = inviter
        .invites_to(
            "1",
            json!({"email": "ada@example.com", "notify": false, "expires_in": 2_592_000}),
        )
        .await
        .is(201);
    let answer = invites(&inviter, &remind(&[1])).await.is(201);
    assert_eq!(answer.json["id"].to_string(), made.text_at("/id"));
    assert_eq!(app.mail_to("ada@example.com").await.token(), made.text_at("/token"));
    let id = made.text_at("/id").to_owned();
    let sent = || async {
        let invite = inviter.gets(&format!("/v1/groups/1/invites/{id}")).await.json;
        (invite["delivery"]["state"] == "sent").then_some(invite)
    };
    let invite = eventually("the reminder is recorded", sent).await;
    assert_eq!(
        (&invite["expires_at"], &invite["send_count"]),
        (&made.json["expires_at"], &json!(1))
    );
}

#[tokio::test]
async fn the_order_of_the_projects_does_not_bypass_the_reminder_interval() {
    let app = App::start().await;
    let inviter = owner_of_two(&app).await;
    invites(&inviter, &ada(&[1, 2])).await.is(201);
    invites(&inviter, &remind(&[1, 2])).await.is(201);
    invites(&inviter, &remind(&[2, 1])).await.is(429);
    app.advance(61);
    invites(&inviter, &remind(&[2, 1])).await.is(201);
}

#[tokio::test]
async fn declining_a_reminder_blocks_the_next_one_for_a_while() {
    let app = App::start().await;
    let inviter = inviter(&app).await;
    let user = known_ada(&app).await;
    invites(&inviter, &remind(&[])).await.is(201);
    let mail = app.mail_to("ada@example.com").await;
    user.declines(&mail.token()).await.is(200);
    invites(&inviter, &remind(&[])).await.is(429);
}

#[tokio::test]
async fn a_reminder_of_a_higher_role_or_to_a_user_who_refuses_invites_is_forbidden() {
    let app = App::start().await;
    let inviter = owner_of_two(&app).await;
    let invited = inviter
        .invites_to("1", json!({"email": "edit@example.com", "roles": ["editor"], "notify": false}))
        .await
        .is(201);
    let editor = app.person("edit");
    editor.accepts(invited.text_at("/token")).await.is(200);
    let admin =
        json!({"email": "ada@example.com", "roles": ["admin"], "expires_in": 300, "notify": false});
    inviter.invites_to("1", admin).await.is(201);
    let refused = invites(&editor, &remind(&[1])).await.is(403);
    assert_eq!(
        refused.text_at("/error"),
        "Not authorized to invite to this project, you must have editor status"
    );
    let user = known_ada(&app).await;
    user.puts("/v1/me", &json!({"email": "ada@example.com", "refuses_invites": true}))
        .await
        .is(200);
    assert_eq!(
        invites(&inviter, &remind(&[1])).await.is(403).text_at("/error"),
        "This person does not accept invitations."
    );
}

#[tokio::test]
async fn only_its_inviter_reminds_of_a_platform_invitation() {
    let app = App::start().await;
    let inviter = inviter(&app).await;
    invites(&inviter, &ada(&[])).await.is(201);
    let first = app.mail_to("ada@example.com").await;
    let before = eventually("the mail is marked as sent", async || {
        let invites = app.items("invite").await;
        invites.iter().all(|invite| invite["last_sent_at"]["N"].is_string()).then_some(invites)
    })
    .await;
    // A stranger, and an editor of a project who reminds a member of it.
    let other = app.person("other").name("O. Ther");
    other.creates(json!({"id": "7", "name": "P7"})).await;
    let user = app.person("ada");
    for refused in [remind(&[]), ada(&[])] {
        let status = if refused["remind"] == true { 403 } else { 409 };
        invites(&other, &refused).await.is(status);
    }
    let answer = invites(&other, &remind(&[])).await.is(403);
    assert_eq!(
        answer.text_at("/error"),
        "Only the person who sent this invitation can send a reminder of it."
    );
    assert_eq!(app.items("invite").await, before);
    let member = other.invites_to("7", json!({"email": "ada@example.com", "notify": false})).await;
    user.accepts(member.is(201).text_at("/token")).await.is(200);
    invites(&other, &remind(&[7])).await.is(403);
    // The refused reminders did not start the interval of a minute.
    invites(&inviter, &remind(&[])).await.is(201);
    let second = app.nth_mail_to("ada@example.com", 2).await;
    assert_eq!(second.token(), first.token());
    assert_eq!(
        second.subject,
        "In Viter would like to remind you to log on to ChemBio Hub Platform"
    );
}

#[tokio::test]
async fn a_reminder_with_a_lost_answer_succeeds() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let inviter = owner_of_two(&app).await;
    // Ada is a user of the directory. She has joined project 1 and has no invite.
    let invited = json!({"email": "ada@example.com", "notify": false});
    let invited = Invited::of(inviter.invites_to("1", invited).await);
    known_ada(&app).await.accepts(&invited.token).await.is(200);
    for (projects, generation) in [(&[1][..], "1"), (&[], "2")] {
        table.loses_the_answer_to("PutItem");
        let answer = invites(&inviter, &remind(projects)).await.is(201);
        assert!(table.has_failed());
        assert_eq!(
            message(&answer),
            "User ada@example.com reminded to look at these projects, would you like to invite anyone else?"
        );
        // The request created one invite to the application, with one mail. Both services read the
        // table's stream, so either of them may send it.
        let invites = app.items("invite").await;
        let to_application: Vec<_> =
            invites.iter().filter(|invite| invite["group"]["S"] == "_system").collect();
        assert_eq!(to_application.len(), 1);
        assert_eq!(to_application[0]["generation"]["N"], generation);
        assert_eq!(to_application[0]["send_count"]["N"], "1");
        // The invite expires before the next round.
        app.advance(9 * 86_400);
    }
}
