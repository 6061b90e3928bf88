//! Invalid link tokens: cut, altered or of another service. All get the same answer.

use harness::App;
use serde_json::json;

#[tokio::test]
async fn every_invalid_token_gets_the_same_answer() {
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
        "bkn_".into(),
        "x".into(),
        format!(" {token}"),
        format!("{token} "),
        format!("{token}0"),
        token.to_uppercase(),
        token.trim_start_matches("bkn_").to_owned(),
        format!("bkn_{}", "z".repeat(60)),
        format!("bkn_{}", "é".repeat(30)),
        "bkn_\u{0}".into(),
        "../../etc/passwd".into(),
        "' OR 1=1 --".into(),
        foreign,
    ];
    wrong.extend((1..token.len()).step_by(7).map(|length| token[..length].to_owned()));
    for at in (0..token.len()).step_by(3) {
        let other = if token.as_bytes()[at] == b'x' { 'y' } else { 'x' };
        let mut altered = token.to_owned();
        altered.replace_range(at..=at, &other.to_string());
        wrong.push(altered);
    }
    // The longest token that the body limit allows.
    wrong.push("9".repeat(60_000));

    let ada = app.person("ada");
    let expected =
        app.nobody().previews("x").await.refuses(404, "invite_not_found").without_instance();
    for token in wrong {
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
