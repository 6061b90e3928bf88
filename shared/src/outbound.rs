//! The way out of a process: to DynamoDB, SES and the issuer's keys.

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

/// How long opening a connection may take, TLS and all; who calls sets narrower bounds.
const CONNECTING: Duration = Duration::from_secs(2);

/// One HTTP client with one TLS stack and one pool of connections for all that a process calls: the
/// system's roots, over a hundred of them, are read and kept once. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Outbound(SharedHttpConnector);

impl Outbound {
    /// Reads the roots; connects to nothing yet.
    pub(crate) fn new() -> Self {
        let settings = HttpConnectorSettings::builder().connect_timeout(CONNECTING).build();
        let connector =
            Connector::builder().connector_settings(settings).sleep_impl(TokioSleep::new());
        Self(SharedHttpConnector::new(
            connector.tls_provider(tls::Provider::Rustls(CryptoMode::AwsLc)).build(),
        ))
    }

    /// For one of the SDK's clients. Its timeouts of attempt and operation bound what it calls;
    /// those of connecting and reading are not looked at.
    pub(crate) fn sdk(&self) -> SharedHttpClient {
        let connector = self.0.clone();
        http_client_fn(move |_, _| connector.clone())
    }

    /// For calls of our own; whoever calls bounds the time.
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
