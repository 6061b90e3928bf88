//! Tasks that live as long as the service.

use std::future::Future;

use tokio::task::{AbortHandle, JoinHandle};

/// Starts `future` beside the caller.
#[expect(
    clippy::disallowed_methods,
    reason = "the local service isn't frozen after an answer as Lambda is"
)]
pub(crate) fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    tokio::spawn(future)
}

/// Tasks that end when this is dropped.
#[derive(Debug, Default)]
pub(crate) struct Tasks(Vec<AbortHandle>);

impl Tasks {
    /// Starts `future`, to be ended with the others.
    pub(crate) fn start<F>(&mut self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let handle = spawn(future);
        self.0.push(handle.abort_handle());
        handle
    }
}

impl Drop for Tasks {
    fn drop(&mut self) {
        for task in &self.0 {
            task.abort();
        }
    }
}
