//! A server of a test's own.

use std::net::Ipv4Addr;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

/// A server that ends when this is dropped.
pub(crate) struct Server {
    pub(crate) url: String,
    task: AbortHandle,
}

impl Server {
    /// Serves the router on a free port of the loopback.
    #[expect(
        clippy::disallowed_methods,
        reason = "a test's server isn't frozen after an answer as Lambda is"
    )]
    pub(crate) async fn start(router: Router) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let task = tokio::spawn(async { axum::serve(listener, router).await }).abort_handle();
        Self { url, task }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}
