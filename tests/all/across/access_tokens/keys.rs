//! The issuer's keys: rotated, unknown or unreachable.

use harness::{App, SigningKey};

use super::{claims, is_invalid, trusting, with_token};

#[tokio::test]
async fn a_rotated_key_is_fetched_and_unknown_keys_cause_at_most_one_fetch_a_minute() {
    let (old, new) = (SigningKey::es256("old"), SigningKey::es256("new"));
    let (app, issuer) = trusting(&[&old]).await;
    with_token(&app, &old.signs(&claims(&app, &issuer))).await.is(200);
    let asked = issuer.asked();
    for _ in 0..20 {
        is_invalid(
            with_token(&app, &new.signs(&claims(&app, &issuer))).await,
            "a key that is not published yet",
        );
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
        "an unknown key causes a fetch",
    );
    is_invalid(with_token(&app, &old.signs(&claims(&app, &issuer))).await, "a withdrawn key");
    with_token(&app, &new.signs(&claims(&app, &issuer))).await.is(200);
}

#[tokio::test]
async fn known_keys_work_while_the_issuer_is_down() {
    let (key, stranger) = (SigningKey::es256("ec"), SigningKey::es256("x"));
    let (app, issuer) = trusting(&[&key]).await;
    with_token(&app, &key.signs(&claims(&app, &issuer))).await.is(200);
    issuer.goes(true);
    app.advance(3600);
    is_invalid(
        with_token(&app, &stranger.signs(&claims(&app, &issuer))).await,
        "an unknown key while the issuer is down",
    );
    with_token(&app, &key.signs(&claims(&app, &issuer))).await.is(200);
}

#[tokio::test]
async fn an_unreachable_issuer_is_answered_with_503_until_it_is_back() {
    let key = SigningKey::es256("ec");
    let (app, issuer) = trusting(&[&key]).await;
    issuer.goes(true);
    let token = key.signs(&claims(&app, &issuer));
    let answer = with_token(&app, &token).await.refuses(503, "temporarily_unavailable");
    assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
    issuer.goes(false);
    // The service waits five seconds before it asks an issuer again that did not answer.
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
    // A request without a token is refused without the issuer.
    unreachable.nobody().gets("/v1/me").await.refuses(401, "unauthenticated");
}
