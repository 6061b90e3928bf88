//! The language of pages and mails: the invite's, the invitee's, the browser's, the group's, the
//! deployment's (docs/contracts/pages.md#languages).

use harness::{App, GROUP, Person};
use reqwest::Method;
use serde_json::{Value, json};

/// Returns the language of the page at this path, in a browser that prefers `accepted`.
async fn language(app: &App, path: &str, accepted: Option<&str>) -> String {
    let request = app.nobody().request(Method::GET, path);
    let request = match accepted {
        Some(accepted) => request.header("accept-language", accepted),
        None => request,
    };
    let page = app.nobody().sends(request).await.text;
    let (_, rest) = page.split_once("<html lang=\"").expect("the page has a language");
    rest.split_once('"').expect("the attribute ends").0.to_owned()
}

async fn group_speaks(alice: &Person, tag: Value) {
    let policy = json!({"policy": {"locale": tag}});
    alice.patches(&format!("/v1/groups/{GROUP}"), &policy).await.is(200);
}

#[tokio::test]
async fn a_page_speaks_the_first_known_language() {
    let app = App::with_settings(&[("DEFAULT_LOCALE", "fr")]).await;
    let alice = app.owner().await;
    let ada = json!({"email": "ada@example.com", "notify": false});
    let plain = format!("/i/{}", alice.invited(ada).await.token);
    assert_eq!(language(&app, &plain, None).await, "fr");
    assert_eq!(language(&app, &plain, Some("tlh, *")).await, "fr");
    assert_eq!(language(&app, &plain, Some("da, pt-PT;q=0.9, ja;q=0.8")).await, "pt-BR");
    group_speaks(&alice, json!("de-CH")).await;
    assert_eq!(language(&app, &plain, None).await, "de");
    assert_eq!(language(&app, &plain, Some("ja")).await, "ja");
    let bob = json!({"email": "bob@example.com", "notify": false, "locale": "ar-EG"});
    let own = format!("/i/{}", alice.invited(bob).await.token);
    assert_eq!(language(&app, &own, Some("ja")).await, "ar");
    let profile = json!({"email": "user@example.com", "locale": "zh-Hans"});
    app.directory().writes_user("u-1", &profile).await.is(200);
    let user = json!({"user_id": "u-1", "notify": false});
    let user = format!("/i/{}", alice.invited(user).await.token);
    assert_eq!(language(&app, &user, Some("ja")).await, "zh-Hans");
    group_speaks(&alice, json!("tlh")).await;
    assert_eq!(language(&app, &plain, None).await, "fr");
    for nothing in ["/i", "/i/opened", "/i/bkn_nonsense", "/i/a/b", "/unsubscribe/x"] {
        assert_eq!(language(&app, nothing, Some("es")).await, "es", "{nothing}");
        assert_eq!(language(&app, nothing, None).await, "fr", "{nothing}");
    }
}

#[tokio::test]
async fn a_mail_speaks_the_language_of_the_invite_the_invitee_or_the_group() {
    let app = App::start().await;
    let alice = app.owner().await;
    let profile = json!({"email": "user@example.com", "locale": "es-MX"});
    app.directory().writes_user("u-1", &profile).await.is(200);
    let to = |email: &str| json!({"email": email});
    alice.invited(to("plain@example.com")).await;
    // The language is that of the moment when the mail is sent.
    app.mail_to("plain@example.com").await;
    group_speaks(&alice, json!("de")).await;
    alice.invited(to("group@example.com")).await;
    alice.invited(json!({"user_id": "u-1"})).await;
    let known = json!({"email": "known@example.com", "locale": "ar-EG"});
    app.directory().writes_user("u-2", &known).await.is(200);
    alice.invited(to("known@example.com")).await;
    alice.invited(json!({"email": "own@example.com", "locale": "zh_Hans_CN"})).await;
    for (address, tag, direction) in [
        ("plain@example.com", "en", "ltr"),
        ("group@example.com", "de", "ltr"),
        ("user@example.com", "es", "ltr"),
        ("own@example.com", "zh-Hans", "ltr"),
        ("known@example.com", "ar", "rtl"),
    ] {
        let html = app.mail_to(address).await.html;
        let head = format!("<html lang=\"{tag}\" dir=\"{direction}\"");
        assert!(html.contains(&head), "{address}: {html}");
    }
    let german = app.mail_to("group@example.com").await;
    assert!(german.text.contains("Diese E-Mail ging an"), "{}", german.text);
}

#[tokio::test]
async fn the_group_s_language_is_that_of_invites_without_one() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    assert_eq!(invited.json["locale"], "en");
    group_speaks(&alice, json!("de")).await;
    assert_eq!(alice.reads(&invited.id).await.json["locale"], "de");
    let own = json!({"email": "bob@example.com", "notify": false, "locale": "fr"});
    assert_eq!(alice.invited(own).await.json["locale"], "fr");
}

#[tokio::test]
async fn a_mail_to_the_inviter_is_in_the_inviter_s_language() {
    let app = App::start().await;
    let alice = app.owner().await;
    let me = json!({"locale": "ja", "notify": "each", "email": "alice@example.com"});
    app.directory().writes_user("alice", &me).await.is(200);
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    app.person("ada").accepts(&invited.token).await.is(200);
    let mail = harness::eventually("the mail to the inviter", || async {
        app.ticks().await;
        app.mails_to("alice@example.com").await.into_iter().next()
    })
    .await;
    assert!(mail.html.contains("<html lang=\"ja\" dir=\"ltr\""), "{}", mail.html);
}
