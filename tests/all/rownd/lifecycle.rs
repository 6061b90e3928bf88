//! An invite from its making to its end.

use harness::{App, GROUP};
use serde_json::{Value, json};

use super::{editor, fails, invite, invites, made};

#[tokio::test]
async fn the_link_is_the_one_that_the_mail_carries_and_whoever_follows_it_is_an_editor() {
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
async fn asking_twice_gives_the_same_invite_and_link() {
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
async fn a_phone_number_keeps_the_json_type_that_it_came_as() {
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
    assert_eq!(app.mails().await.len(), 1, "nobody is mailed but who proves that mail goes out");
}

#[tokio::test]
async fn the_addressed_person_accepts_by_id_and_nobody_else() {
    let app = App::start().await;
    let alice = app.owner().await;
    let made = made(&alice, editor("ada@example.com")).await;
    let accept = format!("{}/accept", invite(&made.id));
    let ada = app.person("ada");
    fails(app.person("eve").posts(&accept, &json!({})).await, 404, "E_INVITE_NOT_FOUND");
    let unverified = app
        .user("ada2")
        .claim("email", json!("ada@example.com"))
        .claim("email_verified", json!(false));
    fails(unverified.posts(&accept, &json!({})).await, 404, "E_INVITE_NOT_FOUND");
    let empty = ada.sends(ada.request(reqwest::Method::POST, &accept)).await.is(200);
    let again = ada.posts(&accept, &json!({"anything": 1})).await.is(200);
    assert_eq!(empty.json, again.json);
    assert_eq!(super::keys(&empty.text), ["result", "accepted_by", "group"]);
    assert_eq!(empty.json["group"]["id"], GROUP);
    fails(alice.posts(&accept, &json!({})).await, 404, "E_INVITE_NOT_FOUND");
    fails(alice.posts(&invites(), &editor("ada@example.com")).await, 409, "E_ALREADY_MEMBER");
}

#[tokio::test]
async fn a_pending_invite_is_changed_and_keeps_its_link() {
    let app = App::start().await;
    let alice = app.owner().await;
    let first = made(&alice, json!({"roles": ["editor"], "email": "ada@example.com", "redirect_url": "/a", "app_variant_id": "v1"})).await;
    let change = json!({"roles": ["viewer", "member"], "email": "Ada@Example.com", "state": "accepted", "id": "x"});
    let changed = alice.puts(&invite(&first.id), &change).await.is(200).json;
    let mut wanted = first.json.clone();
    wanted["roles"] = json!(["viewer", "member"]);
    assert_eq!(changed, wanted, "what is not given stays");
    let change = json!({"roles": ["viewer"], "redirect_url": null, "app_variant_id": "v2"});
    let changed = alice.puts(&invite(&first.id), &change).await.is(200).json;
    assert!(changed["redirect_url"].is_null(), "{changed}");
    assert_eq!(
        (&changed["app_variant_id"], &changed),
        (&json!("v2"), &alice.gets(&invite(&first.id)).await.json)
    );
    assert_eq!(
        made(&alice, json!({"roles": ["viewer"], "email": "ada@example.com"})).await.token,
        first.token
    );
    for other in [
        json!({"roles": ["viewer"], "email": "bob@example.com"}),
        json!({"roles": ["viewer"], "user_id": "ada"}),
    ] {
        fails(alice.puts(&invite(&first.id), &other).await, 400, "E_INVALID_BODY");
    }
    app.person("ada").accepts(&first.token).await.is(200);
    assert_eq!(
        alice.gets("/me/groups/3773/members/member_ada").await.json["roles"],
        json!(["viewer"])
    );
    fails(
        alice.puts(&invite(&first.id), &json!({"roles": ["owner"]})).await,
        409,
        "E_INVITE_NOT_PENDING",
    );
    fails(alice.puts(&invite("1"), &json!({"roles": ["owner"]})).await, 404, "E_INVITE_NOT_FOUND");
}

#[tokio::test]
async fn an_invite_is_never_changed_to_more_than_its_inviter_may_grant() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    let by_admin = bob.invited(json!({"email": "ada@example.com", "roles": ["member"]})).await;
    fails(
        alice.puts(&invite(&by_admin.id), &json!({"roles": ["owner"]})).await,
        403,
        "E_ROLE_ABOVE_OWN",
    );
    alice.puts(&invite(&by_admin.id), &json!({"roles": ["admin"]})).await.is(200);
    fails(bob.puts(&invite(&by_admin.id), &json!({"roles": ["member"]})).await, 403, "E_FORBIDDEN");
}

#[tokio::test]
async fn a_cancelled_invite_is_rejected_and_cancelling_again_is_no_error() {
    let app = App::start().await;
    let alice = app.owner().await;
    let first = made(&alice, editor("ada@example.com")).await;
    for _ in 0..2 {
        let gone = alice.deletes(&invite(&first.id)).await.is(204);
        assert_eq!(gone.text, "");
    }
    assert_eq!(alice.gets(&invite(&first.id)).await.json["state"], "rejected");
    fails(
        alice.puts(&invite(&first.id), &json!({"roles": ["editor"]})).await,
        410,
        "E_INVITE_REVOKED",
    );
    fails(
        app.person("ada").posts(&format!("{}/accept", invite(&first.id)), &json!({})).await,
        410,
        "E_INVITE_REVOKED",
    );
    let second = made(&alice, editor("ada@example.com")).await;
    assert_eq!(second.id, first.id);
    assert_ne!(second.token, first.token);
}

#[tokio::test]
async fn every_invite_is_listed_whatever_its_state_and_wherever_it_was_made() {
    let app = App::start().await;
    let alice = app.owner().await;
    let declined = made(&alice, editor("ada@example.com")).await;
    app.person("ada").declines(&declined.token).await.is(200);
    let expired = alice.invited(json!({"email": "bob@example.com", "expires_in": 300})).await;
    app.advance(301);
    let link = alice.invited(json!({"link": {}})).await;
    let person =
        alice.invited(json!({"person": {"email": "cy@example.com", "first_name": "Cy"}})).await;
    let listed = alice.gets(&invites()).await.is(200).json;
    assert_eq!(listed["total_results"], 4);
    let state = |id: &str| {
        let results = listed["results"].as_array().unwrap();
        let found = results
            .iter()
            .find(|invite| invite["id"] == *id)
            .unwrap_or_else(|| panic!("{id} in {listed}"));
        (found["state"].as_str().unwrap().to_owned(), found["email"].as_str().map(str::to_owned))
    };
    let is = |state: &str, email: Option<&str>| (state.to_owned(), email.map(str::to_owned));
    assert_eq!(state(&declined.id), is("rejected", Some("ada@example.com")));
    assert_eq!(state(&expired.id), is("rejected", Some("bob@example.com")));
    assert_eq!(state(&link.id), is("pending", None));
    assert_eq!(state(&person.id), is("pending", Some("cy@example.com")));
    fails(
        app.person("bob").posts(&format!("{}/accept", invite(&expired.id)), &json!({})).await,
        410,
        "E_INVITE_EXPIRED",
    );
    fails(alice.deletes(&invite(&expired.id)).await, 410, "E_INVITE_EXPIRED");
    fails(alice.deletes(&invite(&declined.id)).await, 409, "E_INVITE_NOT_PENDING");
    assert_eq!(alice.reads(&declined.id).await.is(200).json["state"], "declined");
}

#[tokio::test]
async fn the_directory_says_whom_an_address_belongs_to() {
    let app = App::start().await;
    let alice = app.owner().await;
    app.person("ada").puts("/v1/me", &json!({"email": "ada@example.com"})).await.is(200);
    let made = made(&alice, editor("Ada@example.com")).await;
    assert_eq!(made.json["ensured_user_id"], "ada");
    assert_eq!(alice.gets(&invites()).await.json["results"][0]["ensured_user_id"], "ada");
    // Who is pending stands for an address only.
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
async fn a_redirect_leads_to_an_allowed_origin_or_within_the_app() {
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
