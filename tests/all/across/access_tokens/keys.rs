//! The issuer's keys: rotated, unknown, out of reach.

use harness::{App, SigningKey};

use super::{claims, is_invalid, trusting, with_token};

#[tokio::test]
async fn a_rotated_key_is_picked_up_and_unknown_ones_cause_no_storm() {
    let (old, new) = (SigningKey::es256("old"), SigningKey::es256("new"));
    let (app, issuer) = trusting(&[&old]).await;
    with_token(&app, &old.signs(&claims(&app, &issuer))).await.is(200);
    let asked = issuer.asked();
    for _ in 0..20 {
        is_invalid(with_token(&app, &new.signs(&claims(&app, &issuer))).await, "not yet known");
    }
    assert_eq!(issuer.asked(), asked);

    issuer.publishes(&[&old, &new]);
    app.advance(61);
    with_token(&app, &new.signs(&claims(&app, &issuer))).await.is(200);
    with_token(&app, &old.signs(&claims(&app, &issuer))).await.is(200);
    assert_eq!(issuer.asked(), asked + 1);

    issuer.publishes(&[&new]);
    app.advance(61);
    is_invalid(
        with_token(&app, &SigningKey::es256("x").signs(&claims(&app, &issuer))).await,
        "makes it ask again",
    );
    is_invalid(with_token(&app, &old.signs(&claims(&app, &issuer))).await, "withdrawn");
    with_token(&app, &new.signs(&claims(&app, &issuer))).await.is(200);
}

#[tokio::test]
async fn known_keys_outlive_an_issuer_that_is_down() {
    let (key, stranger) = (SigningKey::es256("ec"), SigningKey::es256("x"));
    let (app, issuer) = trusting(&[&key]).await;
    with_token(&app, &key.signs(&claims(&app, &issuer))).await.is(200);
    issuer.goes(true);
    app.advance(3600);
    is_invalid(
        with_token(&app, &stranger.signs(&claims(&app, &issuer))).await,
        "unknown while down",
    );
    with_token(&app, &key.signs(&claims(&app, &issuer))).await.is(200);
}

#[tokio::test]
async fn an_issuer_that_was_never_reached_is_worth_another_try() {
    let key = SigningKey::es256("ec");
    let (app, issuer) = trusting(&[&key]).await;
    issuer.goes(true);
    let token = key.signs(&claims(&app, &issuer));
    let answer = with_token(&app, &token).await.refuses(503, "temporarily_unavailable");
    assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
    issuer.goes(false);
    // An issuer that did not answer is left in peace for five seconds.
    with_token(&app, &token).await.refuses(503, "temporarily_unavailable");
    app.advance(5);
    with_token(&app, &token).await.is(200);

    let unreachable = App::with_settings(&[
        ("JWT_ISSUER", issuer.name()),
        ("JWT_JWKS_URL", "http://127.0.0.1:1/jwks"),
    ])
    .await;
    with_token(&unreachable, &key.signs(&claims(&unreachable, &issuer)))
        .await
        .refuses(503, "temporarily_unavailable");
    // Nobody needs the issuer to hear that they sent nothing.
    unreachable.nobody().gets("/v1/me").await.refuses(401, "unauthenticated");
}
