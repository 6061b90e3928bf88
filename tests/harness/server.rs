//! An HTTP server for one test.

use std::net::Ipv4Addr;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

/// A running server. Dropping it stops the server.
pub(crate) struct Server {
    pub(crate) url: String,
    task: AbortHandle,
}

impl Server {
    /// Serves the router on a free port of the loopback interface.
    #[expect(
        clippy::disallowed_methods,
        reason = "a test's server is not frozen after an answer, unlike Lambda"
    )]
    pub(crate) async fn start(router: Router) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("the listener has an address"));
        let task = tokio::spawn(async { axum::serve(listener, router).await }).abort_handle();
        Self { url, task }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}
