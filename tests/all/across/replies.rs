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
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Collects the log until the guard is dropped.
    fn start() -> (Self, DefaultGuard) {
        let log = Self::default();
        let subscriber = tracing_subscriber::fmt().json().with_writer(log.clone()).finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    /// Returns the warnings and errors since the last call.
    fn troubles(&self) -> Vec<Value> {
        let text = String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
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
async fn a_failed_mail_is_logged_as_a_fault_of_the_mail_service() {
    let ses = Ses::always(PAUSED).await;
    let app = App::with(ses.options()).await;
    let invited = app.owner().await.invited(json!({"email": "ada@example.com"})).await;
    let sender = sender(&app, &ses);
    let (log, _guard) = Log::start();
    let response = handle(&sender, event(&[record(&invited, "100")])).await.unwrap();
    assert_eq!(response.batch_item_failures.len(), 1);
    // The local service's own mail sender may log the same line at the same time.
    let mut lines = log.troubles();
    lines.retain(|line| line["target"] == "background_send_mail");
    assert!(!lines.is_empty());
    for line in lines {
        let error = &line["fields"]["error"];
        assert_eq!(error, "the mail service is unavailable: SendingPausedException", "{line}");
        assert!(!line.to_string().contains("table"), "{line}");
    }
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
