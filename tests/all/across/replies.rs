//! The log of a fault: one line, with the request id that the answer shows and the error.

use std::io;
use std::sync::{Arc, Mutex};

use crate::lambda::{Deployment, send_mails as handle};
use lambda_http::aws_lambda_events::apigw::ApiGatewayProxyRequestContext;
use lambda_http::request::RequestContext;
use lambda_http::{Body, Request, RequestExt, Response};
use serde_json::{Value, json};
use shared::api::{bungie, chembiohub, evanta, native, onezone, rownd};
use shared::auth::Unauthenticated;
use shared::domain::clock::Timestamp;
use shared::engine::{Fault, NotFound, Refusal};
use shared::store::StoreError;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;

use super::delivery::{PAUSED, event, record, sender};
use harness::{App, Issuer, Ses, SigningKey, panics};

const ID: &str = "9f0a6c1e-request";

/// The log of this thread.
#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Collects the log until the guard is dropped.
    pub(super) fn start() -> (Self, DefaultGuard) {
        let log = Self::default();
        let subscriber = tracing_subscriber::fmt().json().with_writer(log.clone()).finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    /// Returns the lines since the last call.
    pub(super) fn lines(&self) -> Vec<Value> {
        let text = String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Returns the warnings and errors since the last call.
    pub(super) fn troubles(&self) -> Vec<Value> {
        let lines = self.lines().into_iter();
        lines.filter(|line| line["level"] == "WARN" || line["level"] == "ERROR").collect()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Returns a request with the request id of API Gateway.
fn request() -> Request {
    let mut context = ApiGatewayProxyRequestContext::default();
    context.request_id = Some(ID.into());
    Request::default().with_request_context(RequestContext::ApiGatewayV1(context))
}

/// Returns whether the answer shows the request's id.
fn shows_id(answer: &Response<Body>) -> bool {
    matches!(answer.body(), Body::Text(text) if text.contains(ID))
}

macro_rules! logs_once {
    ($log:expr, $api:ident, $failure:ty) => {{
        let name = stringify!($api);
        let faults = [
            ("ERROR", 500, StoreError::Refused("ValidationException".into())),
            ("WARN", 503, StoreError::Unavailable("ThrottlingException".into())),
        ];
        let mut shown = false;
        for (level, status, error) in faults {
            let (fault, text) = (Fault::from(error.clone()), error.to_string());
            let Ok(answer) =
                $api::respond(&request(), async { Err(<$failure>::from(fault)) }).await;
            let lines = $log.troubles();
            assert_eq!(answer.status().as_u16(), status, "{name}");
            assert_eq!(lines.len(), 1, "{name}: {lines:?}");
            assert_eq!(lines[0]["level"], level, "{name}");
            assert_eq!(lines[0]["fields"]["request.id"], ID, "{name}");
            assert_eq!(lines[0]["fields"]["error"], text, "{name}");
            shown |= shows_id(&answer);
        }
        let refused = <$failure>::from(Refusal::NotFound(NotFound::Group));
        let Ok(_) = $api::respond(&request(), async { Err(refused) }).await;
        assert!($log.troubles().is_empty(), "{name} logs a refusal");
        let Ok(_) = $api::respond(&request(), panics::<_, $failure>()).await;
        let lines = $log.troubles();
        let replies = lines.iter().filter(|line| line["fields"]["request.id"] == ID).count();
        assert_eq!(replies, 1, "{name} logs a panic: {lines:?}");
        (name, shown)
    }};
}

#[tokio::test]
async fn a_fault_is_logged_once_with_the_id_that_the_answer_shows() {
    let (log, _guard) = Log::start();
    let apis = [
        logs_once!(log, native, native::Problem),
        logs_once!(log, evanta, evanta::Failure),
        logs_once!(log, rownd, rownd::Failure),
        logs_once!(log, onezone, onezone::Failure),
        logs_once!(log, chembiohub, chembiohub::Failure),
        logs_once!(log, bungie, bungie::Failure),
    ];
    // The answers of the other APIs have no field for it.
    let shown: Vec<&str> = apis.iter().filter(|(_, shown)| *shown).map(|(name, _)| *name).collect();
    assert_eq!(shown, ["native", "chembiohub"]);
}

#[tokio::test]
async fn a_mail_that_waits_is_logged_once_with_the_code_of_the_mail_service() {
    let ses = Ses::always(PAUSED).await;
    let app = App::without_streams().await;
    let invited = app.owner().await.invited(json!({"email": "ada@example.com"})).await;
    let sender = sender(&app, &ses);
    let (log, _guard) = Log::start();
    let response = handle(&sender, event(&[record(&invited, "100")])).await.unwrap();
    assert!(response.batch_item_failures.is_empty());
    let mut lines = log.troubles();
    lines.retain(|line| line["target"] == "shared::engine::mail::hand_over");
    let errors: Vec<_> = lines.iter().map(|line| &line["fields"]["error"]).collect();
    assert_eq!(errors, ["SES cannot accept the mail now: SendingPausedException"]);
    assert!(!lines[0].to_string().contains("ada@example.com"), "{lines:?}");
}

#[tokio::test]
async fn an_unreachable_issuer_is_logged_once_with_the_id_of_the_request() {
    let key = SigningKey::es256("ec");
    let issuer = Issuer::with(&[&key]).await;
    issuer.goes(true);
    let jwks = format!("{}/jwks", issuer.name());
    let trusts = [("JWT_ISSUER", issuer.name()), ("JWT_JWKS_URL", &jwks), ("JWT_HS256_SECRET", "")];
    let now = Timestamp::from_seconds(1_800_000_000);
    let app = Deployment::start_with(now, &trusts).await;
    let claims = json!({
        "iss": issuer.name(), "aud": app.service.audience(), "sub": "ada",
        "iat": now.seconds(), "exp": now.seconds() + 60,
    });
    let token = key.signs(&claims);
    let mut request = request();
    let bearer = format!("Bearer {token}").parse().expect("the token is ASCII");
    request.headers_mut().insert("authorization", bearer);
    let (log, _guard) = Log::start();
    let callers =
        [app.service.caller(&request).await, app.service.caller_by_token(&request, &token).await];
    let lines = log.troubles();
    assert_eq!(lines.len(), callers.len(), "{lines:?}");
    for (caller, line) in callers.into_iter().zip(lines) {
        let Err(Unauthenticated::IssuerUnavailable(error)) = caller else { panic!("{caller:?}") };
        assert_eq!(line["fields"]["request.id"], ID);
        assert_eq!(line["fields"]["error"], error.to_string());
    }
}

#[tokio::test]
async fn a_refused_sign_in_is_logged_once_as_a_code_without_values() {
    let (key, stranger, other) =
        (SigningKey::es256("ec"), SigningKey::es256("ec"), SigningKey::es256("other"));
    let issuer = Issuer::with(&[&key]).await;
    let jwks = format!("{}/jwks", issuer.name());
    let trusts = [("JWT_ISSUER", issuer.name()), ("JWT_JWKS_URL", &jwks), ("JWT_HS256_SECRET", "")];
    let now = Timestamp::from_seconds(1_800_000_000);
    let app = Deployment::start_with(now, &trusts).await;
    let with = |name: &str, value: Value| {
        let mut claims = json!({
            "iss": issuer.name(), "aud": app.service.audience(), "sub": "secret-sub",
            "iat": now.seconds() - 90, "exp": now.seconds() + 60, "name": "Secret Name",
        });
        claims[name] = value;
        claims
    };
    let right = with("name", json!("Secret Name"));
    let cases = [
        (None, "missing"),
        (Some("Basic c2VjcmV0".to_owned()), "credentials"),
        (Some("Bearer secret.secret".into()), "form"),
        (Some(format!("Bearer {}", stranger.signs(&right))), "signature"),
        (Some(format!("Bearer {}", other.signs(&right))), "kid"),
        (
            Some(format!("Bearer {}", key.signs(&with("iss", json!("https://secret.example"))))),
            "iss",
        ),
        (Some(format!("Bearer {}", key.signs(&with("aud", json!(["secret"]))))), "aud"),
        (Some(format!("Bearer {}", key.signs(&with("sub", json!("secret sub"))))), "sub"),
        (Some(format!("Bearer {}", key.signs(&with("exp", json!("secret"))))), "exp"),
        (Some(format!("Bearer {}", key.signs(&with("exp", json!(now.seconds() - 31))))), "expired"),
        (Some(format!("Bearer {}", key.signs(&with("nbf", json!("secret"))))), "nbf"),
    ];
    for (authorization, reason) in cases {
        let mut request = request();
        if let Some(value) = &authorization {
            request.headers_mut().insert("authorization", value.parse().unwrap());
        }
        let (log, _guard) = Log::start();
        assert!(app.service.caller(&request).await.is_err(), "{reason}");
        let lines = log.lines();
        assert_eq!(lines.len(), 1, "{lines:?}");
        let fields = &lines[0]["fields"];
        assert_eq!((&fields["reason"], &fields["request.id"]), (&json!(reason), &json!(ID)));
        let line = lines[0].to_string();
        assert!(!line.to_lowercase().contains("secret") && !line.contains("eyJ"), "{line}");
    }
}
