//! Background tasks that end with the service.

use std::future::Future;

use tokio::runtime::Handle;
use tokio::task::{AbortHandle, JoinHandle};

/// Starts `future` in the background.
#[expect(
    clippy::disallowed_methods,
    reason = "Lambda freezes background tasks, but the local service does not"
)]
pub(crate) fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    tokio::spawn(future)
}

/// A set of tasks that end when it is dropped.
#[derive(Debug, Default)]
pub(crate) struct Tasks(Vec<AbortHandle>);

impl Tasks {
    /// Starts `future` in the background as part of this set.
    pub(crate) fn start<F>(&mut self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let handle = spawn(future);
        self.0.push(handle.abort_handle());
        handle
    }

    /// Starts `future` as [`start`](Self::start) does, on this runtime.
    pub(crate) fn start_on<F>(&mut self, runtime: &Handle, future: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.0.push(runtime.spawn(future).abort_handle());
    }
}

impl Drop for Tasks {
    fn drop(&mut self) {
        for task in &self.0 {
            task.abort();
        }
    }
}
