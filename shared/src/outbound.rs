//! The way out of a process: to DynamoDB, SES and the issuer's keys.

use std::time::Duration;

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{
    HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};

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
