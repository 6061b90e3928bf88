//! The way of the SDK's requests to the engine within the process, without a socket.

use std::{fmt, io};

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;

use super::answer::Answer;
use super::engine::Engine;
use super::operations::{TARGET, named};

/// Hands each request to the engine.
struct InProcess(Engine);

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InProcess")
    }
}

/// Returns the connector to this engine, for the clients of this process.
pub(super) fn connector(engine: Engine) -> SharedHttpConnector {
    SharedHttpConnector::new(InProcess(engine))
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let engine = self.0.clone();
        HttpConnectorFuture::new(async move {
            let operation = named(request.headers().get(TARGET).unwrap_or_default());
            // The requests of DynamoDB's clients are in memory.
            let body = request.body().bytes().unwrap_or_default();
            match engine.answer(operation, body).await {
                Answer::Json(status, json) => {
                    Ok(HttpResponse::new(status.into(), SdkBody::from(json)))
                }
                Answer::Reset => {
                    let reset = io::Error::from(io::ErrorKind::ConnectionReset);
                    Err(ConnectorError::io(reset.into()))
                }
            }
        })
    }
}
