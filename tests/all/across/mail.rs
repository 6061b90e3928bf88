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
        json!({"channel": null, "state": "not_requested", "attempts": 0, "updated_at": null, "reason": null})
    );
    assert_eq!(quiet.json["send_count"], 0);
    app.settled(&alice).await;
    assert!(app.mails_to("ada@example.com").await.is_empty());
}

#[tokio::test]
async fn hostile_names_are_harmless_in_mail_and_page() {
    let app = App::start().await;
    let mallory = app.user("mallory").name("<script>alert(1)</script> https://evil.example/login");
    let name = "<img src=x onerror=alert(1)> www.evil.example \u{202e}moc.live";
    mallory.creates(json!({"id": "evil", "name": name})).await;
    let person = json!({"email": "ada@example.com", "first_name": "\"><b>Ada http://evil.example"});
    let message = "Call now:\n<a href=\"https://evil.example\">here</a> https://evil.example/x\n.\nSubject: x";
    mallory.invites_to("evil", json!({"person": person, "message": message})).await.is(201);
    let mail = app.mail_to("ada@example.com").await;
    assert!(!mail.subject.contains(char::is_control) && mail.subject.chars().count() <= 78);
    for part in [&mail.subject, &mail.text, &mail.html] {
        assert!(
            !part.contains('\u{202e}')
                && !part.contains("https://evil.example/login")
                && !part.contains("www.evil.example"),
            "{part}"
        );
    }
    for tag in ["<script", "<img", "<b>", "href=\"https://evil"] {
        assert!(!mail.html.contains(tag), "{tag}: {}", mail.html);
    }
    assert_eq!(mail.html.matches("href=").count(), 1);
    assert!(mail.link().starts_with(&app.running.url));

    let page = app.nobody().opens(&mail.token()).await.is(200);
    for tag in ["<script>alert", "<img", "<b>", "evil.example"] {
        assert!(!page.text.contains(tag), "{tag}: {}", page.text);
    }
}

#[tokio::test]
async fn a_name_with_line_breaks_never_reaches_a_mail() {
    let app = App::start().await;
    let mallory = app.user("mallory").name("Eve\r\nBcc: all@example.com");
    mallory
        .posts("/v1/groups", &json!({"id": "evil", "name": "a\r\nBcc: all@example.com"}))
        .await
        .refuses(422, "invalid_body");
    mallory.creates(json!({"id": "evil", "name": "Group"})).await;
    mallory.invites_to("evil", json!({"email": "ada@example.com"})).await.is(201);
    let mail = app.mail_to("ada@example.com").await;
    assert_eq!(mail.subject, "Someone invites you to join Group");
    assert!(!format!("{mail:?}").contains("Bcc"));
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
