//! The threads of what follows an answer: mails, audit trail, events and the clock.

use std::io;

use tokio::runtime::{Builder, Handle, Runtime};

/// How much these threads give way (`nice`). A thread that answers gets about nine times the time of
/// one of these, if both want the same processor.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

/// Creates a runtime for [`Options::background`](crate::Options). Its threads give way to all others
/// where the system allows that for single threads: on Linux.
///
/// # Errors
/// The system's error if it starts no threads.
pub fn background() -> io::Result<Runtime> {
    Builder::new_multi_thread()
        .enable_all()
        .thread_name("background")
        .on_thread_start(give_way)
        .build()
}

#[cfg(target_os = "linux")]
fn give_way() {
    // Without a process, Linux means the calling thread.
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        tracing::warn!(%error, "the threads of the background do not give way");
    }
}

#[cfg(not(target_os = "linux"))]
fn give_way() {}

/// Returns the runtime of the background: this one, or else that of the caller.
pub(crate) fn or_current(background: Option<Handle>) -> Handle {
    background.unwrap_or_else(Handle::current)
}
