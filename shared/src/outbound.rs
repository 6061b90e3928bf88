//! Outgoing connections to DynamoDB, SES and the issuer's JWKS.

use std::time::Duration;

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{
    HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};

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
