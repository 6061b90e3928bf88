//! Creates invites.

use harness::App;
use serde_json::{Value, json};

use super::{editor, fails, invite, invites, made};

#[tokio::test]
async fn the_mail_has_the_same_link_and_its_invitee_becomes_an_editor() {
    let app = App::start().await;
    let alice = app.owner().await;
    let made = made(&alice, editor("ada@example.com")).await;
    let mail = app.mail_to("ada@example.com").await;
    assert_eq!(mail.token(), made.token);
    assert_eq!(
        (&made.json["email"], &made.json["user_lookup_value"]),
        (&json!("ada@example.com"), &json!("ada@example.com"))
    );
    assert!(
        made.json["ensured_user_id"].is_null() && made.json["accepted_by"].is_null(),
        "{}",
        made.json
    );
    app.person("ada").accepts(&made.token).await.is(200);
    let read = alice.gets(&invite(&made.id)).await.is(200).json;
    assert_eq!(
        (&read["state"], &read["accepted_by"], &read["roles"]),
        (&json!("accepted"), &json!("ada"), &json!(["editor"]))
    );
    let member = alice.gets("/me/groups/3773/members/member_ada").await.is(200).json;
    assert_eq!((&member["roles"], &member["state"]), (&json!(["editor"]), &json!("active")));
}

#[tokio::test]
async fn a_repeated_request_returns_the_same_invite_and_link() {
    let app = App::start().await;
    let alice = app.owner().await;
    let body = json!({"roles": ["editor", "billing"], "email": "ada@example.com", "redirect_url": "/here", "app_variant_id": "variant_1"});
    let first = alice.posts(&invites(), &body).await.is(200);
    let other_order = json!({"roles": ["billing", "editor"], "email": "ADA@example.com", "redirect_url": "/here"});
    let second = alice.posts(&invites(), &other_order).await.is(200);
    assert_eq!(first.json, second.json);
    for (name, value) in [
        ("roles", json!(["editor"])),
        ("redirect_url", json!("/there")),
        ("redirect_url", Value::Null),
    ] {
        let mut other = body.clone();
        other[name] = value;
        fails(alice.posts(&invites(), &other).await, 409, "E_INVITE_ALREADY_PENDING");
    }
    let listed = alice.gets(&invites()).await.is(200).json;
    assert_eq!(listed["total_results"], 1);
    app.settled(&alice).await;
    assert_eq!(app.mails_to("ada@example.com").await.len(), 1);
}

#[tokio::test]
async fn a_phone_number_keeps_its_json_type() {
    let app = App::start().await;
    let alice = app.owner().await;
    for (sent, shown, kept) in [
        (json!(19_199_993_333_u64), json!(19_199_993_333_u64), "+19199993333"),
        (json!("19199993334"), json!("+19199993334"), "+19199993334"),
        (json!("+19199993335"), json!("+19199993335"), "+19199993335"),
    ] {
        let made = made(&alice, json!({"roles": ["member"], "phone": sent})).await;
        assert_eq!((&made.json["phone"], &made.json["user_lookup_value"]), (&shown, &json!(kept)));
        assert_eq!(alice.gets(&invite(&made.id)).await.is(200).json["phone"], shown);
        let native = alice.reads(&made.id).await.is(200).json;
        assert_eq!(native["invitee"], json!({"kind": "phone", "phone": kept}));
        let caller = app
            .user(&format!("has{kept}"))
            .claim("phone_number", json!(kept))
            .claim("phone_number_verified", json!(true));
        let accepted =
            caller.posts(&format!("{}/accept", invite(&made.id)), &json!({})).await.is(200).json;
        assert_eq!(
            (&accepted["result"], &accepted["accepted_by"]),
            (&json!("accepted"), &json!(format!("has{kept}")))
        );
    }
    app.settled(&alice).await;
    assert_eq!(app.mails().await.len(), App::CANARIES, "only the mails of `settled` are sent");
}

#[tokio::test]
async fn an_invite_shows_the_directory_user_of_its_address() {
    let app = App::start().await;
    let alice = app.owner().await;
    app.person("ada").puts("/v1/me", &json!({"email": "ada@example.com"})).await.is(200);
    let made = made(&alice, editor("Ada@example.com")).await;
    assert_eq!(made.json["ensured_user_id"], "ada");
    assert_eq!(alice.gets(&invites()).await.json["results"][0]["ensured_user_id"], "ada");
    // A pending user is not shown as the address's user.
    alice.invited(json!({"person": {"email": "cy@example.com", "first_name": "Cy"}})).await;
    let listed = alice.gets(&invites()).await.json;
    let cy = listed["results"]
        .as_array()
        .unwrap()
        .iter()
        .find(|invite| invite["email"] == "cy@example.com")
        .unwrap();
    assert!(cy["ensured_user_id"].is_null(), "{cy}");
}

#[tokio::test]
async fn a_redirect_must_be_at_an_allowed_origin_or_a_path() {
    let app = App::with_settings(&[("REDIRECT_ORIGINS", "https://app.example")]).await;
    let alice = app.owner().await;
    for (at, redirect) in ["/somewhere/on/my/site#", "https://app.example/x"].iter().enumerate() {
        let made = made(&alice, json!({"roles": ["editor"], "email": format!("p{at}@example.com"), "redirect_url": redirect})).await;
        assert_eq!(made.json["redirect_url"], *redirect);
    }
    for redirect in
        ["https://evil.example/", "//evil.example", "javascript:alert(1)", "", "somewhere"]
    {
        let body =
            json!({"roles": ["editor"], "email": "ada@example.com", "redirect_url": redirect});
        super::names(alice.posts(&invites(), &body).await, "redirect_url");
    }
}
