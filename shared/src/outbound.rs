//! Outgoing connections to the services of AWS, to the issuer's JWKS and to the receiver of webhooks.

use std::error::Error;
use std::io;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::auth::{AuthSchemeId, AuthSchemePreference};
use aws_smithy_runtime_api::client::dns::ResolveDnsError;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use secrecy::ExposeSecret;

use crate::config::AwsConfig;

/// The timeout for opening a connection, including TLS. Callers set shorter timeouts.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// The scheme of requests without a signature, which a client must also allow.
const UNSIGNED: AuthSchemeId = AuthSchemeId::new("noAuth");

/// The HTTP client of a process, with one TLS stack and one connection pool. Clones share it,
/// because parsing the system's more than one hundred root certificates takes time and memory.
#[derive(Clone, Debug)]
pub struct Outbound {
    connector: SharedHttpConnector,
    /// The beginnings of the addresses whose requests stay in the process.
    special: Vec<String>,
}

impl Default for Outbound {
    fn default() -> Self {
        Self::new()
    }
}

/// Takes the requests to the addresses that begin with a text another way than all others.
#[derive(Debug)]
struct Fork {
    prefix: String,
    special: SharedHttpConnector,
    usual: SharedHttpConnector,
}

impl HttpConnector for Fork {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let is_special = request.uri().starts_with(&self.prefix);
        if is_special { &self.special } else { &self.usual }.call(request)
    }
}

impl Outbound {
    /// Loads the root certificates. No connection is opened yet.
    pub fn new() -> Self {
        let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).build();
        let connector =
            Connector::builder().connector_settings(settings).sleep_impl(TokioSleep::new());
        let connector = connector.tls_provider(tls::Provider::Rustls(CryptoMode::AwsLc)).build();
        Self { connector: SharedHttpConnector::new(connector), special: Vec::new() }
    }

    /// Returns the client whose requests to addresses that begin with `prefix` take this connector,
    /// which stays in the process. End the prefix with a slash, so that no longer name of a host or a
    /// folder begins with it.
    pub fn with_way_to(mut self, prefix: String, connector: SharedHttpConnector) -> Self {
        self.special.push(prefix.clone());
        let fork = Fork { prefix, special: connector, usual: self.connector };
        Self { connector: SharedHttpConnector::new(fork), special: self.special }
    }

    /// Returns how the requests to this endpoint are signed: in no way if they stay in the process,
    /// where no signature is checked, and as the service asks (`None`) otherwise.
    pub fn signed(&self, endpoint: Option<&str>) -> Option<AuthSchemePreference> {
        let address = format!("{}/", endpoint?);
        let stays = self.special.iter().any(|prefix| address.starts_with(prefix));
        stays.then(|| [UNSIGNED].into())
    }

    /// Returns the client for an AWS SDK client. The SDK's attempt and operation timeouts apply.
    /// Its connect and read timeouts are ignored.
    pub fn sdk(&self) -> SharedHttpClient {
        let connector = self.connector();
        http_client_fn(move |_, _| connector.clone())
    }

    /// Returns the connector for requests without the SDK. The caller must set a timeout.
    pub(crate) fn connector(&self) -> SharedHttpConnector {
        self.connector.clone()
    }
}

/// Returns the credentials of Lambda's environment.
pub(crate) fn credentials(aws: &AwsConfig) -> Credentials {
    Credentials::new(
        &aws.access_key_id,
        aws.secret_access_key.expose_secret(),
        aws.session_token.as_ref().map(|token| token.expose_secret().to_owned()),
        None,
        "environment",
    )
}

/// Waits before every attempt but the first: 20 ms, 40 ms, then 80 ms, plus a random jitter of up
/// to the same time again.
pub(crate) async fn back_off(attempt: u32) {
    if let Some(doublings) = attempt.checked_sub(1) {
        let base = 20_u64 << doublings;
        let jitter = u64::from(uuid::Uuid::new_v4().as_bytes()[0]) * base / 255;
        tokio::time::sleep(Duration::from_millis(base + jitter)).await;
    }
}

/// Returns the kind of a failure: the service's error code, or the stage that the request reached.
/// Never returns a message or a body, because both may contain an item.
pub(crate) fn failure_kind<E: ProvideErrorMetadata>(error: &SdkError<E>) -> String {
    let kind = match error {
        SdkError::ConstructionFailure(_) => "the request could not be made",
        SdkError::TimeoutError(_) => "no response in time",
        SdkError::DispatchFailure(_) => "the request could not be sent",
        SdkError::ResponseError(_) => "the response could not be read",
        _ => "an error without a code",
    };
    let status = error
        .raw_response()
        .map(|response| format!(" (status {})", response.status().as_u16()))
        .unwrap_or_default();
    format!("{}{status}", error.code().unwrap_or(kind))
}

/// Returns whether the request certainly did not reach the service: it could not be made, or no
/// connection was opened.
///
/// The outbound client has no timeout of its own but that of opening a connection.
pub(crate) fn never_left<E>(error: &SdkError<E>) -> bool {
    match error {
        SdkError::ConstructionFailure(_) => true,
        SdkError::DispatchFailure(failure) => {
            failure.is_timeout()
                || failure.as_connector_error().is_some_and(|error| is_not_connected(error))
        }
        _ => false,
    }
}

/// Returns whether a cause of the error is that there was no connection.
fn is_not_connected(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let is_unreachable = error.downcast_ref::<io::Error>().is_some_and(|error| {
            matches!(
                error.kind(),
                io::ErrorKind::ConnectionRefused
                    | io::ErrorKind::HostUnreachable
                    | io::ErrorKind::NetworkUnreachable
            )
        });
        if is_unreachable || error.is::<ResolveDnsError>() {
            return true;
        }
        cause = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
    use aws_smithy_runtime_api::client::result::ConnectorError;

    use super::*;

    fn failed(error: ConnectorError) -> SdkError<io::Error, HttpResponse> {
        SdkError::dispatch_failure(error)
    }

    #[test]
    fn only_requests_that_stay_in_the_process_need_no_signature() {
        let way = Outbound::new().connector();
        let outbound = Outbound::new().with_way_to("http://127.0.0.1:1/secret/".into(), way);
        assert!(outbound.signed(Some("http://127.0.0.1:1/secret")).is_some());
        for endpoint in
            ["http://127.0.0.1:1/secrets", "http://127.0.0.1:1", "http://127.0.0.1:11/secret"]
        {
            assert!(outbound.signed(Some(endpoint)).is_none(), "{endpoint}");
        }
        assert!(outbound.signed(None).is_none());
    }

    #[test]
    fn only_a_request_without_a_connection_certainly_never_left() {
        let io = |kind: io::ErrorKind| ConnectorError::io(io::Error::from(kind).into());
        assert!(never_left(&failed(io(io::ErrorKind::ConnectionRefused))));
        assert!(never_left(&failed(io(io::ErrorKind::NetworkUnreachable))));
        assert!(never_left(&failed(ConnectorError::io(ResolveDnsError::new("no host").into()))));
        assert!(never_left(&failed(ConnectorError::timeout("connecting".into()))));
        assert!(never_left(&SdkError::<io::Error, HttpResponse>::construction_failure("no")));
        assert!(!never_left(&failed(io(io::ErrorKind::ConnectionReset))));
        assert!(!never_left(&failed(io(io::ErrorKind::UnexpectedEof))));
        assert!(!never_left(&SdkError::<io::Error, HttpResponse>::timeout_error("late")));
    }
}
