//! The content of mails, with hostile names and hostile requests.

use harness::App;
use serde_json::json;

#[tokio::test]
async fn an_invite_without_notify_sends_no_mail() {
    let app = App::start().await;
    let alice = app.owner().await;
    let quiet = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    assert_eq!(
        quiet.json["delivery"],
        json!({"channel": null, "state": "not_requested", "attempts": 0, "updated_at": null, "reason": null, "reminders": 0})
    );
    assert_eq!(quiet.json["send_count"], 0);
    app.settled(&alice).await;
    assert!(app.mails_to("ada@example.com").await.is_empty());
}

#[tokio::test]
async fn hostile_names_are_harmless_in_mail_and_page() {
    let app = App::start().await;
    let mallory = app.user("mallory").name("<script>alert(1)</script> https://evil.example/login");
    let name = "<img src=x onerror=alert(1)> evil.example";
    mallory.creates(json!({"id": "evil", "name": name})).await;
    let person = json!({"email": "ada@example.com", "first_name": "\"><b>Ada http://evil.example"});
    let message = "Call now:\n<a href=\"https://evil.example\">here</a> https://evil.example/x\n.\nSubject: x";
    mallory.invites_to("evil", json!({"person": person, "message": message})).await.is(201);
    let mail = app.mail_to("ada@example.com").await;
    assert!(
        !mail.subject.contains(char::is_control)
            && mail.subject.replace('\u{2060}', "").chars().count() <= 78
    );
    for part in [&mail.subject, &mail.text, &mail.html] {
        assert!(
            !part.contains('\u{202e}')
                && !part.contains("https://evil.example/login")
                && !part.contains("evil.example"),
            "{part}"
        );
    }
    for tag in ["<script", "<img", "<b>", "href=\"https://evil"] {
        assert!(!mail.html.contains(tag), "{tag}: {}", mail.html);
    }
    // The button, the way to decline, and the way to stop the mails.
    assert_eq!(mail.html.matches("href=\"").count(), 3);
    assert_eq!(mail.html.matches(&format!("href=\"{}", app.running.url)).count(), 3);
    assert!(mail.link().starts_with(&app.running.url));

    let page = app.nobody().opens(&mail.token()).await.is(200);
    for tag in ["<script>alert", "<img", "<b>", "href=\"https://evil", "https://evil.example/login"]
    {
        assert!(!page.text.contains(tag), "{tag}: {}", page.text);
    }
    // A message hides nothing, and is text.
    assert!(page.text.contains("here&#60;/a&#62; https://evil.example/x"), "{}", page.text);
}

#[tokio::test]
async fn a_name_with_line_breaks_adds_no_line_to_a_mail() {
    let app = App::start().await;
    let mallory = app.user("mallory").name("Eve\r\nBcc: all@example.com");
    mallory
        .posts("/v1/groups", &json!({"id": "evil", "name": "a\r\nBcc: all@example.com"}))
        .await
        .refuses(422, "invalid_body");
    mallory.creates(json!({"id": "evil", "name": "Group"})).await;
    mallory.invites_to("evil", json!({"email": "ada@example.com"})).await.is(201);
    let mail = app.mail_to("ada@example.com").await;
    assert_eq!(
        mail.subject.replace('\u{2060}', ""),
        "Eve Bcc: all@example.com invited you to Group"
    );
    assert!(!mail.subject.contains("all@example.com") && !mail.text.contains("\nBcc"));
}

#[tokio::test]
async fn request_headers_do_not_change_links() {
    let app = App::start().await;
    let alice = app.owner().await;
    let headers = [
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-port", "81"),
        ("x-forwarded-prefix", "/evil"),
        ("x-original-url", "https://evil.example/"),
        ("x-host", "evil.example"),
        ("forwarded", "host=evil.example;proto=https"),
        ("origin", "https://evil.example"),
        ("referer", "https://evil.example/"),
    ];
    for (number, (name, value)) in headers.into_iter().enumerate() {
        let address = format!("p{number}@example.com");
        let request = alice
            .request(reqwest::Method::POST, "/v1/groups/3773/invites")
            .header(name, value)
            .json(&json!({"email": address}));
        let answer = alice.sends(request).await.is(201);
        let expected = format!("{}/i/{}", app.running.url, answer.text_at("/token"));
        assert_eq!(answer.text_at("/url"), expected, "{name}");
        let mail = app.mail_to(&address).await;
        assert_eq!(mail.link(), expected, "{name}");
        assert!(!mail.html.contains("evil.example"), "{name}");
    }
    let page =
        alice.request(reqwest::Method::GET, "/i/bkn_x").header("x-forwarded-host", "evil.example");
    assert!(!harness::Answer::to(page).await.text.contains("evil.example"));
}

/// Returns the part of a mail as a reader sees it.
fn seen(part: &str) -> String {
    part.replace('\u{2060}', "")
}

#[tokio::test]
async fn names_and_messages_are_shown_as_written() {
    let app = App::start().await;
    for (number, (inviter, group)) in [
        ("K.Srinivasan", "Node.js Meetup"),
        ("A.N.Other", "St.Gallen"),
        ("Grace Hopper", "1.FC Köln"),
        ("Grace Hopper", "Room 101, 2025"),
        ("evil。com", "evil｡com"),
        ("1.2.3.4/login", "[2001:db8::1]"),
        ("👩🏽\u{200d}🚀", "می\u{200c}خواهم"),
    ]
    .into_iter()
    .enumerate()
    {
        let owner = app.person(&format!("o{number}")).name(inviter);
        owner.creates(json!({"id": format!("g{number}"), "name": group})).await;
        let address = format!("ada{number}@example.com");
        let message = "Read README.md first\nWelcome.See you soon\nAsk Dr.Smith at 192.168.10.10 or 555 123 4567";
        let body = json!({
            "person": {"email": address, "first_name": "Md.Ali"}, "roles": ["cohort-2024-2028"], "message": message,
        });
        owner.invites_to(&format!("g{number}"), body).await.is(201);
        let mail = app.mail_to(&address).await;
        assert_eq!(seen(&mail.subject), format!("{inviter} invited you to {group}"));
        for part in [&mail.text, &mail.html] {
            let shown = seen(part);
            for text in
                [inviter, group, "Md.Ali", "cohort-2024-2028"].into_iter().chain(message.lines())
            {
                assert!(shown.contains(text), "{text} in {shown}");
            }
            for address in [
                "Node.js",
                "St.Gallen",
                "evil。com",
                "evil｡com",
                "2.3",
                "2001:db8",
                "README.md",
                "192.168",
                "555",
            ] {
                assert!(!part.contains(address), "{address} in {part}");
            }
        }
        let page = app.nobody().opens(&mail.token()).await.is(200);
        for text in [inviter, group, "cohort-2024-2028"] {
            assert!(page.text.contains(text), "{text} in {}", page.text);
        }
    }
}

#[tokio::test]
async fn everything_that_a_link_joins_is_named() {
    let app = App::with_settings(&[("CHEMBIOHUB_PLATFORM_NAME", "Hub.bio")]).await;
    let alice = app.person("alice").name("Grace Hopper");
    let names = ["P1", "Batch 2024-2028", "Plain"];
    for (id, name) in ["1", "2", "3"].into_iter().zip(names) {
        alice.creates(json!({"id": id, "name": name})).await;
    }
    let body =
        json!({"email": "ada@example.com", "projects_selected": [{"id": 1}, {"id": 2}, {"id": 3}]});
    alice.posts("/chembiohub/api/invitations/", &body).await.is(201);
    let mail = app.mail_to("ada@example.com").await;
    assert_eq!(mail.subject, "You have been invited to view Hub.bio by Grace Hopper");
    let page = app.nobody().opens(&mail.token()).await.is(200);
    for part in [&mail.text, &mail.html, &page.text] {
        for name in names {
            assert!(part.contains(name), "{name} in {part}");
        }
    }
}

#[tokio::test]
async fn a_group_cannot_be_named_with_an_address_or_a_telephone_number() {
    let app = App::start().await;
    let alice = app.owner().await;
    let rownd = alice.posts("/me/groups", &json!({"name": "Editors"})).await.is(200);
    let rownd = format!("/me/groups/{}", rownd.text_at("/group/id"));
    let before = app.table().await;
    for (name, code) in [
        ("See https://evil.example now", "web_address_in_name"),
        ("www.evil.example", "web_address_in_name"),
        ("Call +1 (555) 123-4567", "telephone_number_in_name"),
        ("0049 151 23456789", "telephone_number_in_name"),
        ("030/12345678", "telephone_number_in_name"),
    ] {
        for refused in [
            alice.posts("/v1/groups", &json!({"name": name})).await,
            alice.patches("/v1/groups/3773", &json!({"name": name})).await,
        ] {
            let refused = refused.refuses(422, "invalid_body");
            assert_eq!(
                (refused.text_at("/errors/0/pointer"), refused.text_at("/errors/0/code")),
                ("/name", code)
            );
        }
        for refused in [
            alice.posts("/me/groups", &json!({"name": name})).await,
            alice.puts(&rownd, &json!({"name": name})).await,
        ] {
            let refused = refused.is(400);
            assert_eq!(refused.text_at("/code"), "E_INVALID_BODY");
            assert!(refused.text_at("/message").starts_with("name: "), "{}", refused.text);
        }
    }
    assert_eq!(app.table().await, before);
}

#[tokio::test]
async fn a_mail_names_its_sender_and_where_replies_go() {
    let app =
        App::with_settings(&[("APP_NAME", "Acme Planner"), ("SUPPORT_EMAIL", "help@acme.example")])
            .await;
    let owner = app.person("grace").name("Grace Hopper, M.\u{fc}ller");
    owner.creates_group().await;
    owner.invited(json!({"email": "ada@example.com"})).await;
    let mail = app.mail_to("ada@example.com").await;
    // A name with a comma and an umlaut is encoded, so that no mail client reads two senders.
    assert!(mail.from.starts_with("=?UTF-8?B?") && mail.from.is_ascii(), "{}", mail.from);
    assert!(mail.from.ends_with("?= <invitations@beckon.example>"), "{}", mail.from);
    assert_eq!(mail.headers["Reply-To"], "help@acme.example");
    assert_eq!(mail.headers["Auto-Submitted"], "auto-generated");
    assert_eq!(mail.headers["X-Auto-Response-Suppress"], "All");
    assert!(mail.text.contains("Replies reach help@acme.example."), "{}", mail.text);
    // Outlook ignores the background of a link, so the cell has the colour.
    assert!(mail.html.contains("<td align=\"center\" bgcolor=\"#5b3df5\""), "{}", mail.html);
    let copied =
        format!("<span dir=\"ltr\" style=\"word-break: break-all;\">{}</span>", mail.link());
    assert!(mail.html.contains(&copied), "{}", mail.html);
}

#[tokio::test]
async fn a_mail_says_if_nobody_reads_replies() {
    let app = App::with_settings(&[("SUPPORT_EMAIL", ""), ("MAIL_FROM_NAME", "Acme")]).await;
    let alice = app.owner().await;
    alice.invited(json!({"email": "ada@example.com"})).await;
    let mail = app.mail_to("ada@example.com").await;
    assert_eq!(mail.from, "\"Acme\" <invitations@beckon.example>");
    assert!(mail.headers["Reply-To"].is_null());
    for part in [&mail.text, &mail.html] {
        assert!(part.contains("Nobody reads replies to this mail."), "{part}");
    }
}
