//! Invalid link tokens: cut, altered or of another service. All get the same answer.

use harness::App;
use serde_json::json;

#[tokio::test]
async fn invalid_tokens_with_the_same_flaw_get_the_same_answer() {
    let app = App::with_settings(&[("LIMIT_TOKEN_MISSES_PER_10_MINUTES", "10000")]).await;
    let other = App::start().await;
    let alice = app.owner().await;
    let foreign = other.owner().await.invited(json!({"email": "ada@example.com"})).await.token;
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let token = invited.token.as_str();
    let table = app.table().await;

    let mut wrong = vec![
        String::new(),
        " ".into(),
        "x".into(),
        token.trim_start_matches("bkn_").to_owned(),
        "../../etc/passwd".into(),
        "' OR 1=1 --".into(),
        foreign,
    ];
    // The longest token that the body limit allows.
    wrong.push("9".repeat(60_000));
    let mut incomplete = vec![
        "bkn_".into(),
        format!("{token}0"),
        format!("bkn_{}", "é".repeat(30)),
        "bkn_\u{0}".into(),
        format!("https://join.example.com/i/{}", &token[..token.len() - 1]),
    ];
    incomplete.extend((4..token.len()).step_by(7).map(|length| token[..length].to_owned()));
    for at in (4..token.len()).step_by(3) {
        let other = if token.as_bytes()[at] == b'x' { 'y' } else { 'x' };
        let mut altered = token.to_owned();
        altered.replace_range(at..=at, &other.to_string());
        incomplete.push(altered);
    }
    let letter_case = vec![
        token.to_uppercase(),
        token.to_lowercase(),
        format!("bkn_{}", "z".repeat(60)),
        format!("HTTPS://JOIN.EXAMPLE.COM/I/{}", token.to_uppercase()),
    ];

    let ada = app.person("ada");
    for tokens in [wrong, incomplete, letter_case] {
        let first = app.nobody().previews(&tokens[0]).await;
        let expected = first.refuses(404, "invite_not_found").without_instance();
        for token in tokens {
            for answer in [
                ada.accepts(&token).await,
                ada.declines(&token).await,
                app.nobody().declines(&token).await,
                app.nobody().previews(&token).await,
            ] {
                assert_eq!(
                    answer.refuses(404, "invite_not_found").without_instance(),
                    expected,
                    "{token:?}"
                );
            }
        }
    }
    assert_eq!(app.table().await, table);
    ada.accepts(token).await.is(200);
}

#[tokio::test]
async fn a_token_of_a_megabyte_is_refused_as_too_large() {
    let app = App::start().await;
    let token = "9".repeat(1024 * 1024);
    app.nobody().previews(&token).await.refuses(413, "body_too_large");
    app.nobody().declines(&token).await.refuses(413, "body_too_large");
    app.person("ada").accepts(&token).await.refuses(413, "body_too_large");
}

#[tokio::test]
async fn guessed_tokens_are_rate_limited_and_a_real_token_is_not() {
    let app = App::with_settings(&[("LIMIT_TOKEN_MISSES_PER_10_MINUTES", "3")]).await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    let ada = app.person("ada");
    app.nobody().previews("x").await.refuses(404, "invite_not_found");
    app.nobody().declines("x").await.refuses(404, "invite_not_found");
    ada.accepts("x").await.refuses(404, "invite_not_found");
    let refused = app.nobody().previews("x").await.refuses(429, "rate_limited");
    assert!(
        refused
            .header("retry-after")
            .parse::<u32>()
            .is_ok_and(|seconds| (1..=600).contains(&seconds))
    );
    app.nobody().previews(&invited.token).await.is(200);
    ada.accepts(&invited.token).await.is(200);
    app.advance(600);
    app.nobody().previews("x").await.refuses(404, "invite_not_found");
}

#[tokio::test]
async fn a_copied_token_is_read_with_what_is_around_it() {
    let app = App::with_settings(&[("LIMIT_TOKEN_MISSES_PER_10_MINUTES", "1")]).await;
    let alice = app.owner().await;
    let link = alice.invited(json!({"link": {}})).await;
    let (token, url) = (&link.token, link.json["url"].as_str().unwrap());
    let copies = [
        format!(" {token}\n"),
        format!("{token}\u{200b}"),
        format!("{token}."),
        format!("({token})"),
        format!("<{url}>"),
        format!("{url}/"),
        format!("{url}?utm_source=mail"),
        format!("{url}%3E"),
        format!("Open {url} to join."),
    ];
    for (number, copy) in copies.iter().enumerate() {
        app.nobody().previews(copy).await.is(200);
        app.person(&format!("p{number}")).accepts(copy).await.is(200);
        let joined = app.user(&format!("q{number}")).email(&format!("q{number}@example.com"));
        let body = json!({"token": copy});
        joined.posts("/user/groups/join", &body).await.is(201);
    }
    // Declining reads it too. A link cannot be declined.
    app.nobody().declines(&copies[2]).await.refuses(422, "invalid_body");
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    app.nobody().declines(&format!("“{}”", invited.token)).await.is(200);
}

#[tokio::test]
async fn a_token_in_other_letter_case_is_not_a_guess() {
    let app = App::with_settings(&[("LIMIT_TOKEN_MISSES_PER_10_MINUTES", "1")]).await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    for _ in 0..5 {
        let answer = app.nobody().previews(&invited.token.to_uppercase()).await;
        let answer = answer.refuses(404, "invite_not_found");
        assert!(answer.text_at("/detail").contains("capital or small letters"), "{}", answer.text);
    }
    app.nobody().previews("x").await.refuses(404, "invite_not_found");
    app.nobody().previews("x").await.refuses(429, "rate_limited");
}
