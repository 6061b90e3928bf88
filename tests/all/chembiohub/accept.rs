//! Accepts invitations, which can lead to several projects.

use serde_json::json;

use super::*;

#[tokio::test]
async fn a_new_invitee_is_a_pending_user_until_they_accept() {
    let app = App::start().await;
    let inviter = inviter(&app).await;
    let body = json!({"email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace"});
    let answer = invites(&inviter, &body).await.is(201);
    assert_eq!(
        message(&answer),
        "Invite sent successfully to ada@example.com, would you like to invite anyone else?"
    );
    let users = app.items("user").await;
    let pending = users
        .iter()
        .find(|user| user["state"]["S"] == "pending")
        .expect("the directory has a pending user");
    // The names stay on the invite until it is accepted.
    assert_eq!(pending["profile"]["M"]["email"]["S"], "ada@example.com");
    assert!(!pending.to_string().contains("Lovelace"), "{pending}");
    let mail = app.mail_to("ada@example.com").await;
    assert_eq!(mail.subject, "You have been invited to view ChemBio Hub Platform by In Viter");
    assert!(
        mail.text.contains("Your user name is your e-mail address, ada@example.com."),
        "{}",
        mail.text
    );
    let ada = app.person("ada");
    assert_eq!(ada.looks_into_inbox().await.is(200).data().len(), 1);
    ada.accepts(&mail.token()).await.is(200);
    let users = app.items("user").await;
    assert!(users.iter().all(|user| user["state"]["S"] == "active"), "{users:?}");
    let me = ada.gets("/v1/me").await.is(200);
    assert_eq!(
        (me.text_at("/first_name"), me.text_at("/last_name"), me.text_at("/email")),
        ("Ada", "Lovelace", "ada@example.com")
    );
    assert_eq!(ada.gets("/v1/groups").await.is(200).data().len(), 0);
}

#[tokio::test]
async fn one_mail_and_one_link_grant_viewer_in_all_projects() {
    let app = App::start().await;
    let inviter = owner_of_two(&app).await;
    let answer = invites(&inviter, &ada(&[2, 1, 2])).await.is(201);
    assert_eq!(
        message(&answer),
        "Invite sent successfully to ada@example.com, would you like to invite anyone else?"
    );
    for group in ["1", "2"] {
        let list = inviter.gets(&format!("/v1/groups/{group}/invites")).await.is(200);
        assert_eq!((list.data().len(), &list.data()[0]["roles"]), (1, &json!(["viewer"])));
    }
    let mail = app.mail_to("ada@example.com").await;
    assert!(mail.text.contains("\"P2\", \"P1\""), "{}", mail.text);
    let ada = app.person("ada");
    let accepted = ada.accepts(&mail.token()).await.is(200);
    assert_eq!(accepted.text_at("/membership/group_id"), "2");
    for group in ["1", "2"] {
        assert!(
            members(&inviter, group).await.contains(&("ada".into(), json!(["viewer"]))),
            "{group}"
        );
    }
    // A repeated accept changes nothing.
    let before = app.table().await;
    ada.accepts(&mail.token()).await.is(200);
    assert_eq!(app.table().await, before);
    app.settled(&{
        inviter.creates_group().await;
        inviter
    })
    .await;
    assert_eq!(app.mails_to("ada@example.com").await.len(), 1);
}

#[tokio::test]
async fn a_revoked_companion_is_skipped_and_the_rest_is_accepted() {
    let app = App::start().await;
    let inviter = owner_of_two(&app).await;
    invites(&inviter, &ada(&[1, 2])).await.is(201);
    let companion = inviter.gets("/v1/groups/2/invites").await.is(200).each("id").remove(0);
    inviter.posts(&format!("/v1/groups/2/invites/{companion}/revoke"), &json!({})).await.is(200);
    // The first mail's link does not accept a later invite to the same project.
    inviter
        .invites_to("2", json!({"email": "ada@example.com", "roles": ["admin"], "notify": false}))
        .await
        .is(201);
    let ada = app.person("ada");
    ada.accepts(&app.mail_to("ada@example.com").await.token()).await.is(200);
    assert_eq!((members(&inviter, "1").await.len(), members(&inviter, "2").await.len()), (2, 1));
    assert_eq!(ada.looks_into_inbox().await.data().len(), 1);
}

#[tokio::test]
async fn accepting_by_id_accepts_one_invite_alone() {
    let app = App::start().await;
    let inviter = owner_of_two(&app).await;
    let id = invites(&inviter, &ada(&[1, 2])).await.is(201).json["id"].to_string();
    app.person("ada").accepts_in("1", &id).await.is(200);
    assert_eq!((members(&inviter, "1").await.len(), members(&inviter, "2").await.len()), (2, 1));
}

#[tokio::test]
async fn an_invitation_can_be_declined_and_revoked_like_any_invite() {
    let app = App::start().await;
    let inviter = owner_of_two(&app).await;
    let made = invites(&inviter, &ada(&[1])).await.is(201);
    let id = made.json["id"].to_string();
    let read = inviter.gets(&format!("/v1/groups/1/invites/{id}")).await.is(200);
    assert_eq!((read.text_at("/invitee/kind"), read.text_at("/state")), ("person", "pending"));
    let token = app.mail_to("ada@example.com").await.token();
    app.nobody().declines(&token).await.is(200);
    // A declined invitation can be created again.
    invites(&inviter, &ada(&[1])).await.is(201);
    app.person("ada").accepts(&token).await.refuses(410, "invite_revoked");
    // The link of a revoked invitation stops working.
    let token = app.nth_mail_to("ada@example.com", 2).await.token();
    inviter.posts(&format!("/v1/groups/1/invites/{id}/revoke"), &json!({})).await.is(200);
    app.person("ada").accepts(&token).await.refuses(410, "invite_revoked");
}

#[tokio::test]
async fn the_link_s_page_and_preview_name_every_project() {
    let app = App::start().await;
    let inviter = owner_of_two(&app).await;
    invites(&inviter, &ada(&[1, 2])).await.is(201);
    let token = app.mail_to("ada@example.com").await.token();
    let preview =
        app.nobody().posts("/v1/invites/preview", &json!({ "token": token })).await.is(200).json;
    assert_eq!(
        (&preview["group"], &preview["further_groups"]),
        (&json!({"name": "P1"}), &json!([{"name": "P2"}]))
    );
    let page = app.nobody().gets(&format!("/i/{token}")).await.is(200);
    assert!(page.text.contains("The same link also takes you to <bdi>P2</bdi>."), "{}", page.text);
    let second = inviter.gets("/v1/groups/2/invites").await.is(200).each("id").remove(0);
    inviter.posts(&format!("/v1/groups/2/invites/{second}/revoke"), &json!({})).await.is(200);
    let preview =
        app.nobody().posts("/v1/invites/preview", &json!({ "token": token })).await.is(200).json;
    assert_eq!(preview["further_groups"], json!(null), "the preview omits a revoked invite");
}

#[tokio::test]
async fn a_mail_about_several_projects_neither_names_nor_joins_one_that_the_person_blocks() {
    let app = App::start().await;
    let inviter = owner_of_two(&app).await;
    inviter.creates(json!({"id": "3", "name": "P3"})).await;
    let known = known_ada(&app).await;
    known.puts("/v1/me/blocks/group/2", &json!({})).await.is(200);
    invites(&inviter, &ada(&[1, 2, 3])).await.is(201);
    let mail = app.mail_to("ada@example.com").await;
    let shown = format!("{mail:?}");
    let named = |project: &str| shown.contains(&format!("{project} reader"));
    assert!(named("P1") && !named("P2") && named("P3"), "{shown}");
    assert_eq!(known.looks_into_inbox().await.data().len(), 2);
    known.accepts(&mail.token()).await.is(200);
    for (group, count) in [("1", 2), ("2", 1), ("3", 2)] {
        assert_eq!(members(&inviter, group).await.len(), count, "{group}");
    }
    let pending = inviter.gets("/v1/groups/2/invites?state=pending").await.is(200);
    assert_eq!(pending.data().len(), 1);
    // No mail goes out if its own group is blocked.
    inviter.creates_group().await;
    invites(&inviter, &remind(&[2])).await.is(201);
    app.settled(&inviter).await;
    assert_eq!(app.mails_to("ada@example.com").await.len(), 1);
}
