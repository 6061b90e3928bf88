//! White space, line ends and invisible characters around a value are removed, at every field of
//! every API. Inside a value they are refused by name, and nothing is written.

use harness::{Answer, App, GROUP, Person};
use reqwest::Method;
use serde_json::{Value, json};

/// What people paste before and behind a value.
const AROUND: [(&str, &str); 12] = [
    (" ", "\t"),
    ("\u{a0}", "\u{202f}"),
    ("\u{200b}", "\u{200b}"),
    ("\u{feff}", ""),
    ("", "\r\n"),
    ("\n", "\u{2028}"),
    ("\u{2068}", "\u{2069}"),
    ("\u{202a}", "\u{202c}"),
    ("\u{200e}", "\u{200f}"),
    ("\u{3000}", "\u{ad}"),
    ("\u{2060}", "\u{200d}"),
    ("\u{2800}", "\u{fe0f}"),
];

/// A character inside a value, and its name.
const INSIDE: [(&str, &str); 5] = [
    ("\u{200b}", "U+200B ZERO WIDTH SPACE"),
    ("\u{a0}", "U+00A0 NO-BREAK SPACE"),
    ("\u{feff}", "U+FEFF ZERO WIDTH NO-BREAK SPACE"),
    ("\u{202e}", "U+202E RIGHT-TO-LEFT OVERRIDE"),
    ("\n", "U+000A LINE FEED"),
];

/// Encodes every byte of a part of a path or a query.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

async fn posts_to_bungie(actor: &Person, path: &str, body: &Value) -> Answer {
    let request = actor.request(Method::POST, path).header("x-api-key", "any").json(body);
    actor.sends(request).await
}

#[tokio::test]
async fn values_of_the_native_api_are_trimmed() {
    let app = App::start().await;
    let alice = app.owner().await;
    for (number, (before, after)) in AROUND.into_iter().enumerate() {
        let pad = |text: &str| format!("{before}{text}{after}");
        let group = alice
            .creates(json!({
                "id": pad(&format!("g{number}")), "name": pad("Team"), "description": pad("A club"), "type": pad("open"),
                "policy": {"who_may_invite": pad("members"), "allowed_domains": [pad("x.org"), pad("@y.org"), pad("z.org.")]},
            }))
            .await
            .json;
        assert_eq!(
            (&group["id"], &group["name"], &group["description"], &group["type"]),
            (&json!(format!("g{number}")), &json!("Team"), &json!("A club"), &json!("open"))
        );
        assert_eq!(group["policy"]["allowed_domains"], json!(["x.org", "y.org", "z.org"]));
        assert_eq!(group["policy"]["who_may_invite"], "members");
        let path = format!("/v1/groups/{}", encoded(&pad(&format!("g{number}"))));
        let renamed = alice.patches(&path, &json!({"name": pad("Club")})).await.is(200);
        assert_eq!(renamed.text_at("/name"), "Club");

        let path = format!("/v1/groups/{}/invites", encoded(&pad(GROUP)));
        let address = format!("p{number}@example.com");
        let body = json!({
            "email": pad(&address), "roles": [pad("editor")], "message": pad("Hello\r\nyou"), "redirect_url": pad("/x"),
            "identity_policy": pad("strict"), "notify": false,
        });
        let invite = alice.posts(&path, &body).await.is(201).json;
        assert_eq!(
            (
                &invite["invitee"]["email"],
                &invite["roles"],
                &invite["message"],
                &invite["redirect_url"]
            ),
            (&json!(address), &json!(["editor"]), &json!("Hello\nyou"), &json!("/x"))
        );
        let path = format!("{path}/{}", encoded(&pad(invite["id"].as_str().unwrap())));
        alice.gets(&path).await.is(200);
        let user = json!({"email": format!("u{number}@example.com")});
        app.directory().writes_user(&format!("u{number}"), &user).await.is(200);
        for (body, pointer, expected) in [
            (json!({"user_id": pad(&format!("u{number}"))}), "/user_id", format!("u{number}")),
            (
                json!({"phone": pad(&format!("+1919999{number:04}"))}),
                "/phone",
                format!("+1919999{number:04}"),
            ),
            (
                json!({"account": {"membership_type": 3, "membership_id": pad(&format!("9{number}"))}}),
                "/membership_id",
                format!("9{number}"),
            ),
            (
                json!({"person": {"email": pad(&format!("q{number}@example.com")), "first_name": pad("Ada")}}),
                "/first_name",
                "Ada".to_owned(),
            ),
            (
                json!({"link": {"allowed_domains": [pad("@x.org")]}}),
                "/allowed_domains/0",
                "x.org".to_owned(),
            ),
        ] {
            let mut body = body;
            body["notify"] = json!(false);
            let made = alice.invites(body.clone()).await.is(201);
            let path = format!("/invitee{pointer}");
            assert_eq!(made.text_at(&path), expected, "{body}");
        }
        let query = format!("?state={}&limit={}", encoded(&pad("pending")), encoded(&pad("1")));
        assert_eq!(alice.lists(&query).await.is(200).data().len(), 1);

        let me = json!({
            "email": pad(&format!("b{number}@example.com")), "first_name": pad("Bea"), "locale": pad("de-CH"),
            "photo": pad("https://example.com/b.png"), "bio": pad("Likes tea"),
        });
        let bea = app.person(&format!("b{number}")).puts("/v1/me", &me).await.is(200);
        assert_eq!(
            (bea.text_at("/first_name"), bea.text_at("/locale"), bea.text_at("/bio")),
            ("Bea", "de-CH", "Likes tea")
        );
        assert_eq!(bea.text_at("/photo"), "https://example.com/b.png");
    }
}

#[tokio::test]
async fn values_of_the_published_apis_are_trimmed() {
    let app = App::start().await;
    let alice = app.person("alice").claim("scope", json!("AdminGroups"));
    alice.creates_group().await;
    for (number, (before, after)) in AROUND.into_iter().enumerate() {
        let pad = |text: &str| format!("{before}{text}{after}");
        let group = encoded(&pad(GROUP));

        let made = json!({"name": pad("Editors"), "admission_policy": pad("open")});
        let made = alice.posts("/me/groups", &made).await.is(200).json;
        assert_eq!(
            (&made["group"]["name"], &made["group"]["admission_policy"]),
            (&json!("Editors"), &json!("open"))
        );
        let path = format!("/me/groups/{group}/invites");
        let (address, phone) = (format!("r{number}@example.com"), format!("+1919888{number:04}"));
        let body = json!({"roles": [pad("editor")], "email": pad(&address), "redirect_url": pad("/x"), "app_variant_id": pad("v1")});
        let invite = alice.posts(&path, &body).await.is(200).json;
        assert_eq!(
            (&invite["invitation"]["email"], &invite["invitation"]["redirect_url"]),
            (&json!(address), &json!("/x")),
            "{invite}"
        );
        alice.posts(&path, &json!({"roles": ["editor"], "phone": pad(&phone)})).await.is(200);
        let profile = json!({"email": format!("v{number}@example.com")});
        app.directory().writes_user(&format!("v{number}"), &profile).await.is(200);
        let user = json!({"roles": ["editor"], "user_id": pad(&format!("v{number}"))});
        alice.posts(&path, &user).await.is(200);
        let member = encoded(&pad("member_alice"));
        alice.gets(&format!("/me/groups/{group}/members/{member}")).await.is(200);

        app.directory()
            .writes_user(
                &format!("29{number}"),
                &json!({"email": format!("e{number}@example.com")}),
            )
            .await
            .is(200);
        let body = json!({"group_invite": {"user_id": pad(&format!("29{number}")), "group_id": pad(GROUP)}});
        alice.posts("/group_invites", &body).await.is(201);

        let token = format!("/groups/{group}/users/token");
        alice.sends(alice.request(Method::POST, &token)).await.is(200);

        let address = format!("c{number}@example.com");
        let body = json!({"email": pad(&address), "first_name": pad("Ada"), "projects_selected": [{"id": pad(GROUP)}]});
        alice.posts("/chembiohub/api/invitations/", &body).await.is(201);
        let path = format!("/chembiohub/api/invitations/?email={}", encoded(&pad(&address)));
        assert_eq!(alice.gets(&path).await.is(200).json["meta"]["total_count"], 1);

        let (kind, id) = (encoded(&pad("3")), encoded(&pad(&format!("8{number}"))));
        let path = format!("/Platform/GroupV2/{group}/Members/IndividualInvite/{kind}/{id}/");
        posts_to_bungie(&alice, &path, &json!({"message": pad("Join us")})).await.is(200);
    }
    let messages: Vec<Value> =
        app.items("invite").await.into_iter().map(|item| item["message"]["S"].clone()).collect();
    assert_eq!(messages.iter().filter(|message| **message == "Join us").count(), AROUND.len());
}

#[tokio::test]
async fn inside_a_value_an_invisible_character_is_refused_by_name() {
    let app = App::start().await;
    let alice = app.person("alice").claim("scope", json!("AdminGroups"));
    alice.creates_group().await;
    app.directory().writes_user("29845", &json!({"email": "eve@example.com"})).await.is(200);
    let before = app.table().await;
    for (c, name) in INSIDE {
        let split = |text: &str| {
            let (start, end) = text.split_at(text.len() / 2);
            format!("{start}{c}{end}")
        };
        let names = |answer: Answer, status: u16, what: &str| {
            assert!(answer.is(status).text.contains(name), "{what} {name}");
        };
        for (pointer, body) in [
            ("/email", json!({"email": split("ada@example.com")})),
            ("/user_id", json!({"user_id": split("29845")})),
            ("/phone", json!({"phone": split("+19199993333")})),
            ("/account", json!({"account": {"membership_type": 3, "membership_id": split("46")}})),
            ("/person/email", json!({"person": {"email": split("ada@example.com")}})),
            ("/link/allowed_domains", json!({"link": {"allowed_domains": [split("x.org")]}})),
            ("/roles/0", json!({"link": {}, "roles": [split("editor")]})),
            ("/redirect_url", json!({"link": {}, "redirect_url": split("/here")})),
        ] {
            let refused = alice.invites(body).await.refuses(422, "invalid_body");
            assert_eq!(refused.text_at("/errors/0/pointer"), pointer);
            names(refused, 422, pointer);
        }
        let group = json!({"id": split("abcd"), "name": "Team"});
        names(alice.posts("/v1/groups", &group).await, 422, "native group id");
        let me = json!({"locale": split("de-CH")});
        names(alice.puts("/v1/me", &me).await, 422, "locale");
        let path = "/me/groups/3773/invites";
        for (field, value) in
            [("email", "ada@example.com"), ("phone", "+19199993333"), ("user_id", "29845")]
        {
            let body = json!({"roles": ["editor"], field: split(value)});
            names(alice.posts(path, &body).await, 400, field);
        }
        for field in ["user_id", "group_id"] {
            let mut body = json!({"group_invite": {"user_id": "29845", "group_id": "3773"}});
            body["group_invite"][field] = json!(split("3773"));
            let refused = alice.posts("/group_invites", &body).await.is(422);
            assert_eq!(refused.json[field], json!([format!("contains {name}")]));
        }
        let path = "/chembiohub/api/invitations/";
        let body = json!({"email": split("ada@example.com")});
        names(alice.posts(path, &body).await, 403, "chembiohub email");
        let body =
            json!({"email": "ada@example.com", "projects_selected": [{"id": split("3773")}]});
        names(alice.posts(path, &body).await, 403, "chembiohub project");
        let path =
            format!("/Platform/GroupV2/{}/Members/IndividualInvite/3/7/", encoded(&split("3773")));
        let refused = posts_to_bungie(&alice, &path, &json!({})).await.is(400);
        if c != "\n" {
            assert_eq!(refused.json["MessageData"]["character"], name);
        }
        let token = format!("/groups/{}/users/token", encoded(&split("3773")));
        names(alice.sends(alice.request(Method::POST, &token)).await, 404, "onezone group");
    }
    assert_eq!(app.table().await, before);
}

#[tokio::test]
async fn inside_a_path_or_a_query_an_invisible_character_is_named() {
    let app = App::start().await;
    let alice = app.person("alice").claim("scope", json!("AdminGroups users:write"));
    alice.creates_group().await;
    for (c, name) in INSIDE {
        let inner = |text: &str| {
            let (start, end) = text.split_at(text.len() / 2);
            encoded(&format!("{start}{c}{end}"))
        };
        for (path, status) in [
            (format!("/v1/groups/{}", inner("3773")), 404),
            (format!("/v1/groups/3773/invites/{}", inner("5064")), 404),
            (format!("/v1/users/{}", inner("29845")), 404),
            (format!("/v1/groups/3773/invites?limit={}", inner("10")), 400),
            (format!("/v1/groups/3773/invites?state={}", inner("pending")), 400),
            (format!("/v1/groups?limit={}", inner("10")), 400),
            (format!("/me/groups/{}", inner("3773")), 404),
            (format!("/me/groups/3773/invites/{}", inner("5064")), 404),
            (format!("/me/groups/3773/members/{}", inner("member_alice")), 404),
            (format!("/me/groups/3773/members?page_size={}", inner("10")), 400),
            (format!("/chembiohub/api/invitations/?limit={}", inner("10")), 400),
            (format!("/chembiohub/api/invitations/?order_by={}", inner("email")), 400),
        ] {
            let refused = alice.gets(&path).await.is(status);
            assert!(refused.text.contains(name), "{path}: {}", refused.text);
        }
        if c != "\n" {
            let path =
                format!("/GroupV2/3773/Members/InvitedIndividuals/?currentpage={}", inner("10"));
            let refused = alice.request(Method::GET, &path).header("x-api-key", "padding");
            let refused = alice.sends(refused).await.is(400);
            assert_eq!(refused.json["MessageData"]["character"], name);
        }
    }
}

#[tokio::test]
async fn a_name_of_nothing_but_invisible_characters_is_empty() {
    let app = App::start().await;
    let alice = app.owner().await;
    let before = app.table().await;
    for name in [
        "",
        " ",
        "\u{200b}",
        "\u{3164}",
        "\u{2800}\u{2800}",
        "\u{feff}\u{2060}",
        "\u{200d}",
        "\u{ad}",
        "\u{115f}\u{1160}",
    ] {
        let refused = alice.posts("/v1/groups", &json!({"name": name})).await;
        assert_eq!(refused.refuses(422, "invalid_body").text_at("/errors/0/code"), "blank");
        let refused = alice.patches("/v1/groups/3773", &json!({"name": name})).await;
        assert_eq!(refused.refuses(422, "invalid_body").text_at("/errors/0/code"), "blank");
        let person = json!({"person": {"email": "ada@example.com", "first_name": name}});
        let refused = alice.invites(person).await.refuses(422, "invalid_body");
        assert_eq!(refused.text_at("/errors/0/code"), "blank");
        let refused = alice.posts("/me/groups", &json!({"name": name})).await.is(400);
        assert!(refused.text.contains("name: "), "{}", refused.text);
        alice.puts("/me/groups/3773", &json!({"name": name})).await.is(400);
    }
    assert_eq!(app.table().await, before);
}

#[tokio::test]
async fn prose_keeps_what_scripts_and_emoji_need() {
    let app = App::start().await;
    let alice = app.owner().await;
    for text in [
        "می\u{200c}خواهم",
        "👩🏽\u{200d}🚀 ❤\u{fe0f}",
        "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
        "C++\u{200f} קבוצה",
        "Bonjour\u{202f}!",
    ] {
        let body = json!({"name": text, "description": text});
        let group = alice.patches("/v1/groups/3773", &body).await.is(200);
        assert_eq!((group.text_at("/name"), group.text_at("/description")), (text, text));
        let link = alice.invited(json!({"link": {}, "message": text})).await;
        assert_eq!(link.json["message"], text);
    }
}

#[tokio::test]
async fn the_token_s_own_address_is_trimmed_and_its_user_id_is_not() {
    let app = App::start().await;
    let alice = app.owner().await;
    for (number, (before, after)) in AROUND.into_iter().enumerate() {
        let address = format!("ada{number}@example.com");
        let invited = alice.invited(json!({"email": address, "notify": false})).await;
        let ada = app.user(&format!("ada{number}")).email(&format!("{before}{address}{after}"));
        ada.accepts(&invited.token).await.is(200);
    }
    for sub in ["alice\u{200b}", "\u{feff}alice", "alice "] {
        let answer = app.user(sub).gets("/v1/me/invites").await;
        assert_eq!(answer.status, 401, "{sub:?}");
    }
}
