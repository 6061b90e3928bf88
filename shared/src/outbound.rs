//! Outgoing connections to DynamoDB, SES and the issuer's JWKS.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{
    HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use secrecy::ExposeSecret;

use crate::config::AwsConfig;

/// The most time for opening a connection, including TLS. Callers set shorter timeouts.
const CONNECTING: Duration = Duration::from_secs(2);

/// The HTTP client of a process, with one TLS stack and one connection pool. It is shared, because
/// parsing the system's more than a hundred root certificates takes time and memory. Clones share
/// it.
#[derive(Clone, Debug)]
pub(crate) struct Outbound(SharedHttpConnector);

impl Outbound {
    /// Loads the root certificates. It opens no connection yet.
    pub(crate) fn new() -> Self {
        let settings = HttpConnectorSettings::builder().connect_timeout(CONNECTING).build();
        let connector =
            Connector::builder().connector_settings(settings).sleep_impl(TokioSleep::new());
        Self(SharedHttpConnector::new(
            connector.tls_provider(tls::Provider::Rustls(CryptoMode::AwsLc)).build(),
        ))
    }

    /// Returns the client for an AWS SDK client. The SDK's attempt and operation timeouts apply.
    /// Its connect and read timeouts are ignored.
    pub(crate) fn sdk(&self) -> SharedHttpClient {
        let connector = self.0.clone();
        http_client_fn(move |_, _| connector.clone())
    }

    /// Returns the connector for requests without the SDK. The caller must set a timeout.
    pub(crate) fn connector(&self) -> SharedHttpConnector {
        self.0.clone()
    }
}

/// The credentials of Lambda's environment.
pub(crate) fn credentials(aws: &AwsConfig) -> Credentials {
    Credentials::new(
        &aws.access_key_id,
        aws.secret_access_key.expose_secret(),
        aws.session_token.as_ref().map(|token| token.expose_secret().to_owned()),
        None,
        "environment",
    )
}

/// What kind of failure it was: the service's error code, or where the request got to. Never a
/// message or a body, which may hold an item.
pub(crate) fn failure_kind<E: ProvideErrorMetadata>(error: &SdkError<E>) -> String {
    let kind = match error {
        SdkError::ConstructionFailure(_) => "the request could not be made",
        SdkError::TimeoutError(_) => "no answer in time",
        SdkError::DispatchFailure(_) => "the request could not be sent",
        SdkError::ResponseError(_) => "the answer could not be read",
        _ => "an error without a code",
    };
    let status = error
        .raw_response()
        .map(|response| format!(" (status {})", response.status().as_u16()))
        .unwrap_or_default();
    format!("{}{status}", error.code().unwrap_or(kind))
}
