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

/// The timeout for opening a connection, including TLS. Callers set shorter timeouts.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// The HTTP client of a process, with one TLS stack and one connection pool. Clones share it,
/// because parsing the system's more than one hundred root certificates takes time and memory.
#[derive(Clone, Debug)]
pub(crate) struct Outbound(SharedHttpConnector);

impl Outbound {
    /// Loads the root certificates. No connection is opened yet.
    pub(crate) fn new() -> Self {
        let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).build();
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
