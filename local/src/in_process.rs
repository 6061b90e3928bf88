//! The way of the functions' requests to this service's own routes, without a socket: to its SES, its
//! EventBridge, its SQS and its issuer.

use std::sync::{Arc, PoisonError, RwLock};
use std::{fmt, io};

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use axum::Router;
use axum::body::{Body, to_bytes};
use lambda_http::Service as _;

use crate::tasks;

/// The router while the service answers. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct OwnRoutes(Arc<RwLock<Option<Router>>>);

/// Keeps the routes open until it is dropped. The router has the functions, and they have a way to the
/// router, so without this the memory of a service that has ended would not be freed.
#[derive(Debug)]
pub(crate) struct Open(OwnRoutes);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.set(None);
    }
}

impl fmt::Debug for OwnRoutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OwnRoutes")
    }
}

impl OwnRoutes {
    /// Lets this router answer.
    pub(crate) fn open(self, router: Router) -> Open {
        self.set(Some(router));
        Open(self)
    }

    fn set(&self, router: Option<Router>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = router;
    }

    /// Returns the connector to the routes. Unless they are open it refuses each request.
    pub(crate) fn connector(&self) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for OwnRoutes {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let router = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        HttpConnectorFuture::new(async move {
            let closed = io::Error::from(io::ErrorKind::ConnectionRefused);
            let router = router.ok_or_else(|| ConnectorError::io(closed.into()))?;
            // A task of its own, so that a request is answered also if its function is killed.
            let answered = tasks::spawn(answer(router, request)).await;
            answered.map_err(|error| ConnectorError::io(error.into()))?
        })
    }
}

async fn answer(mut router: Router, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
    let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
    // The SDK watches its body: one that nobody reads looks like a connection that has stalled.
    let request = request.map(Body::new);
    let Ok(response) = router.call(request).await;
    let (head, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await;
    let body = body.map_err(|error| ConnectorError::io(error.into()))?;
    let mut answer = HttpResponse::new(head.status.into(), SdkBody::from(body));
    for (name, value) in &head.headers {
        if let Ok(value) = value.to_str() {
            answer.headers_mut().append(name.as_str().to_owned(), value.to_owned());
        }
    }
    Ok(answer)
}
