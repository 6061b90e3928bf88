//! A rotation of the token key under a gradual rollout: old and new functions run side by side over
//! one table, and a rollback brings the old ones back.

use beckon::Options;
use harness::{App, GROUP};
use serde_json::json;
use shared::config::settings;

/// The steps of a rotation, as the variables of the functions: number, current, previous and next
/// key.
const STEPS: [(&str, &str, &str, &str); 4] =
    [("1", "a", "", ""), ("1", "a", "", "b"), ("2", "b", "a", ""), ("2", "b", "a", "c")];

/// Starts the functions of a step over the table of `below`.
async fn functions(below: &App, step: usize) -> App {
    let (number, current, previous, next) = STEPS[step];
    let settings = [
        ("TABLE_NAME", below.setting(settings::TABLE_NAME).to_owned()),
        ("TOKEN_KEY", current.repeat(32)),
        ("TOKEN_KEY_VERSION", number.to_owned()),
        ("TOKEN_KEY_PREVIOUS", previous.repeat(32)),
        ("TOKEN_KEY_NEXT", next.repeat(32)),
        ("LIMIT_TOKEN_MISSES_PER_10_MINUTES", "0".to_owned()),
    ];
    let settings = settings.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let dynamodb = Some(below.setting(settings::AWS_ENDPOINT_URL_DYNAMODB).to_owned());
    App::with(Options { dynamodb, settings, ..Options::default() }).await
}

#[tokio::test]
async fn no_link_ends_while_neighbouring_steps_of_a_rotation_run_side_by_side() {
    let below = App::start().await;
    let mut apps = Vec::new();
    for step in 0..STEPS.len() {
        apps.push(functions(&below, step).await);
    }
    apps[0].owner().await;
    for (step, signer) in apps.iter().enumerate() {
        let alice = signer.person("alice");
        let mut tokens = Vec::new();
        for number in 0..2 {
            let email = format!("p{step}-{number}@example.com");
            tokens.push(alice.invited(json!({"email": email, "notify": false})).await.token);
        }
        let macaroon = alice.posts(&format!("/groups/{GROUP}/users/token"), &json!({})).await;
        let macaroon = macaroon.is(200).text_at("/token").to_owned();
        let cursor = alice.lists("?limit=1").await.text_at("/next_cursor").to_owned();
        for app in &apps[step.saturating_sub(1)..apps.len().min(step + 2)] {
            app.nobody().previews(&tokens[0]).await.is(200);
            app.nobody().opens(&tokens[1]).await.is(200);
            app.nobody().previews(&macaroon).await.is(200);
            app.person("alice").lists(&format!("?limit=1&cursor={cursor}")).await.is(200);
        }
    }
    // A number that nobody announced is as unknown as a forged token, and counts as a guess.
    let late = apps[2].person("alice").invited(json!({"link": {}})).await;
    apps[0].nobody().previews(&late.token).await.refuses(429, "rate_limited");
}
