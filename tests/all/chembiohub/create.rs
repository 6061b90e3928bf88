//! Creates invitations: permissions, projects and messages.

use harness::AtOnce;
use serde_json::json;

use super::*;

/// The front end posts whole projects with all their fields.
#[tokio::test]
async fn a_body_may_have_512_kib_and_the_front_end_s_names() {
    let app = App::start().await;
    let inviter = owner_of_two(&app).await;
    let mut body = json!({"email": "ada@example.com", "firstName": "Ada", "lastName": "Lovelace",
        "projects_selected": [{"id": 1, "name": "P1", "custom_field_config": ""}]});
    let room = 512 * 1024 - body.to_string().len();
    body["projects_selected"][0]["custom_field_config"] = json!("x".repeat(room));
    assert_eq!(body.to_string().len(), 512 * 1024);
    let made = invites(&inviter, &body).await.is(201).json;
    assert_eq!((&made["first_name"], &made["last_name"]), (&json!("Ada"), &json!("Lovelace")));
    assert_eq!(made["projects_selected"], body["projects_selected"]);
    let one = inviter.gets(&format!("{PATH}{}", made["id"])).await.is(200).json;
    assert_eq!((&one["first_name"], &one["last_name"]), (&json!("Ada"), &json!("Lovelace")));
    body["projects_selected"][0]["custom_field_config"] = json!("x".repeat(room + 1));
    invites(&inviter, &body).await.is(413);
}

#[tokio::test]
async fn nothing_is_created_if_one_project_refuses() {
    let app = App::start().await;
    let inviter = owner_of_two(&app).await;
    let other = app.person("other");
    other.creates(json!({"id": "3", "name": "P3"})).await;
    let closed = json!({"id": "4", "name": "P4", "policy": {"blocked_domains": ["example.com"]}});
    inviter.creates(closed).await;
    let before = app.table().await;
    for projects in [[1, 3], [3, 1], [1, 4], [1, 404]] {
        invites(&inviter, &ada(&projects)).await.is(403);
        assert_eq!(app.table().await, before, "{projects:?}");
    }
}

#[tokio::test]
async fn only_owners_admins_and_editors_can_invite_to_a_project() {
    let app = App::start().await;
    let owner = owner_of_two(&app).await;
    for (name, role, status) in [
        ("adam", "admin", 201),
        ("edit", "editor", 201),
        ("mem", "member", 403),
        ("view", "viewer", 403),
    ] {
        let person = app.person(name);
        let address = format!("{name}@example.com");
        let invited = owner
            .invites_to("1", json!({"email": address, "roles": [role], "notify": false}))
            .await
            .is(201);
        person.accepts(invited.text_at("/token")).await.is(200);
        let answer = invites(&person, &json!({"email": format!("friend-of-{name}@example.com"), "projects_selected": [{"id": 1}]})).await;
        assert_eq!(answer.status, status, "{role}");
        if status == 403 {
            assert_eq!(
                answer.text_at("/error"),
                "Not authorized to invite to this project, you must have editor status"
            );
        }
        // Everyone can invite to the application.
        invites(&person, &json!({"email": format!("guest-of-{name}@example.com")})).await.is(201);
    }
    // An invite is not acceptable after its inviter loses the right to invite.
    let mail = app.mail_to("friend-of-edit@example.com").await;
    owner.patches("/v1/groups/1/members/edit", &json!({"roles": ["member"]})).await.is(200);
    app.person("friend-of-edit").accepts(&mail.token()).await.refuses(410, "inviter_gone");
}

#[tokio::test]
async fn a_user_s_mail_names_only_the_new_projects() {
    let app = App::start().await;
    let inviter = owner_of_two(&app).await;
    let user = known_ada(&app).await;
    let first =
        inviter.invites_to("1", json!({"email": "ada@example.com", "notify": false})).await.is(201);
    user.accepts(first.text_at("/token")).await.is(200);
    let answer = invites(&inviter, &ada(&[1, 2])).await.is(201);
    assert_eq!(
        message(&answer),
        "Existing user ada@example.com invited to new projects, would you like to invite anyone else?"
    );
    let mail = app.mail_to("ada@example.com").await;
    assert_eq!(mail.subject, "In Viter has edited your project access on ChemBio Hub Platform");
    assert!(
        mail.html.contains("<li><bdi>P2</bdi> reader</li>") && !mail.html.contains("<bdi>P1</bdi>"),
        "{}",
        mail.html
    );
    assert_eq!(
        members(&inviter, "2").await.len(),
        1,
        "the invitee is not a member before they accept"
    );
    user.accepts(&mail.token()).await.is(200);
    assert_eq!(members(&inviter, "2").await.len(), 2);
}

#[tokio::test]
async fn a_pending_user_counts_as_existing_after_the_first_invitation() {
    let app = App::start().await;
    let inviter = owner_of_two(&app).await;
    invites(&inviter, &ada(&[])).await.is(201);
    for projects in [vec![1], vec![1, 2]] {
        let known = invites(&inviter, &ada(&projects)).await.is(201);
        assert!(message(&known).starts_with("Existing user"), "{projects:?}");
    }
    assert_eq!(
        invites(&inviter, &ada(&[])).await.is(409).text,
        EXISTS,
        "an invitee of a project already has access to the application"
    );
    assert_eq!(
        app.items("user").await.iter().filter(|user| user["state"]["S"] == "pending").count(),
        1
    );
}

#[tokio::test]
async fn a_repeated_invitation_gets_409_and_writes_nothing() {
    let app = App::start().await;
    let inviter = owner_of_two(&app).await;
    known_ada(&app).await;
    invites(&inviter, &ada(&[1, 2])).await.is(201);
    invites(&inviter, &json!({"email": "new@example.com"})).await.is(201);
    app.mail_to("ada@example.com").await;
    app.mail_to("new@example.com").await;
    let settled = || async {
        let items = app.items("invite").await;
        items.iter().all(|invite| invite["outbox"].is_null()).then_some(())
    };
    harness::eventually("the mails are recorded", settled).await;
    let before = app.table().await;
    let nothing_new = [ada(&[1]), ada(&[1, 2]), ada(&[]), json!({"email": "NEW@example.com"})];
    for body in nothing_new {
        let answer = invites(&inviter, &body).await.is(409);
        assert_eq!(
            (answer.text.as_str(), answer.header("content-type")),
            (EXISTS, "application/json"),
            "{body}"
        );
        assert_eq!(app.table().await, before, "{body}");
    }
}

#[tokio::test]
async fn the_caller_cannot_invite_themselves() {
    let app = App::start().await;
    let inviter = owner_of_two(&app).await;
    for own in [
        json!({"email": "inviter@example.com"}),
        json!({"email": "inviter@example.com", "projects_selected": [{"id": 1}], "remind": true}),
    ] {
        assert_eq!(
            invites(&inviter, &own).await.is(403).text_at("/error"),
            "You can't invite yourself."
        );
    }
    assert!(app.items("invite").await.is_empty());
}

#[tokio::test]
async fn one_of_many_concurrent_requests_invites() {
    let app = App::start().await;
    let inviter = owner_of_two(&app).await;
    let body = ada(&[1, 2]);
    let invites = AtOnce::send((0..8).map(|_| async || invites(&inviter, &body).await)).await;
    invites.splits((201, 1), 409);
    assert_eq!(app.items("invite").await.len(), 2);
    assert_eq!(app.items("user").await.len(), 2);
}

#[tokio::test]
async fn the_platform_s_name_and_paths_are_configurable() {
    let app = App::with_settings(&[
        ("CHEMBIOHUB_NAMESPACE", "lab"),
        ("CHEMBIOHUB_PLATFORM_NAME", "Lab Platform"),
    ])
    .await;
    let inviter = inviter(&app).await;
    inviter.posts(PATH, &ada(&[])).await.is(404);
    let made = inviter.posts("/lab/api/invitations", &ada(&[])).await.is(201);
    assert_eq!(made.header("location"), format!("/lab/api/invitations/{}", made.json["id"]));
    assert_eq!(made.text_at("/created_by/resource_uri"), "/lab/api/users/1");
    assert_eq!(
        app.mail_to("ada@example.com").await.subject,
        "You have been invited to view Lab Platform by In Viter"
    );
}

#[tokio::test]
async fn a_frozen_project_refuses_and_says_why() {
    let app = App::start().await;
    let inviter = owner_of_two(&app).await;
    inviter.patches("/v1/groups/1", &json!({"policy": {"frozen": true}})).await.is(200);
    let refused = invites(&inviter, &ada(&[1])).await.is(403);
    assert_eq!(refused.text_at("/error"), "This group's invites are frozen for now.");
}

#[tokio::test]
async fn a_directory_user_is_greeted_by_name() {
    let app = App::start().await;
    let inviter = owner_of_two(&app).await;
    known_ada(&app).await;
    invites(&inviter, &json!({"email": "ada@example.com", "projects_selected": [{"id": 1}]}))
        .await
        .is(201);
    assert!(app.mail_to("ada@example.com").await.text.starts_with("Hello Ada,"));
}
