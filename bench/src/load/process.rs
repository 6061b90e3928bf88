//! A product's process and its children. They end together, and their memory is added up.

use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::process::{Child, Command};

use crate::fault::Fault;
use crate::{processes, report};

/// How long a process may take to end after SIGTERM and after SIGKILL, and how often it is checked.
const ASKED: Duration = Duration::from_secs(5);
const KILLED: Duration = Duration::from_secs(2);
const POLL: Duration = Duration::from_millis(10);

/// A running process. Dropping it ends the process.
pub(super) struct Process(Child);

impl Process {
    /// Starts the process as the leader of a process group. Ctrl-C then reaches only the bench,
    /// which ends the process, and its children can be killed with it.
    ///
    /// # Errors
    /// A `Fault` if it cannot be started.
    pub(super) fn start(command: &mut Command) -> Result<Self, Fault> {
        let child = command.process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).spawn();
        Ok(Self(child.map_err(|error| format!("{command:?}: {error}"))?))
    }

    /// Waits until the process ends by itself.
    pub(super) async fn wait(mut self) -> Result<ExitStatus, Fault> {
        Ok(self.0.wait().await?)
    }

    /// Returns whether the process has ended.
    pub(super) fn ended(&mut self) -> Result<bool, Fault> {
        Ok(self.0.try_wait()?.is_some())
    }

    /// Returns the memory of the process and its children in MB. Shared memory counts once (`Pss`).
    pub(super) fn memory(&self) -> Result<f64, Fault> {
        memory(self.0.id().ok_or("the server has ended")?)
    }

    /// Waits at most `limit` for the process to end. Returns whether it did.
    fn ends_within(&mut self, limit: Duration) -> bool {
        let since = Instant::now();
        // If the process cannot be waited for, it counts as ended.
        while !self.ended().unwrap_or(true) {
            if since.elapsed() > limit {
                return false;
            }
            std::thread::sleep(POLL);
        }
        true
    }
}

impl Drop for Process {
    /// Sends SIGTERM first, because gunicorn's workers outlive a killed master. If the process does
    /// not end, its whole group is killed.
    fn drop(&mut self) {
        let id = self.0.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let Some(id) = id else { return };
        // It may have ended by itself.
        let _ended = kill_process(id, Signal::TERM);
        if !self.ends_within(ASKED) {
            eprintln!("bench: killing process {}, which did not end", id.as_raw_nonzero());
            let _ended = kill_process_group(id, Signal::KILL);
            self.ends_within(KILLED);
        }
    }
}

/// Returns the memory of this process and all its descendants in MB.
fn memory(id: u32) -> Result<f64, Fault> {
    let rollups = processes::folders(id)?.into_iter().map(|folder| folder.join("smaps_rollup"));
    rollups.map(|file| report::megabytes(&std::fs::read_to_string(file)?, "Pss:")).sum()
}
