//! A process of a product, with all that it starts: they are ended together, and their memory is
//! one sum.

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::process::{Child, Command};

use crate::fault::Fault;
use crate::report;

/// How long a process may take to end once it is asked to, how long once it is killed, and how
/// often it is looked at.
const ASKED: Duration = Duration::from_secs(5);
const KILLED: Duration = Duration::from_secs(2);
const LOOK: Duration = Duration::from_millis(10);

/// A running process. It has ended when this is dropped.
pub(super) struct Process(Child);

impl Process {
    /// Starts it as the first of a process group: Ctrl-C goes to the bench alone, which ends it
    /// then, and what it starts can be killed with it.
    ///
    /// # Errors
    /// It can't be started.
    pub(super) fn start(command: &mut Command) -> Result<Self, Fault> {
        let child = command.process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).spawn();
        Ok(Self(child.map_err(|error| format!("{command:?}: {error}"))?))
    }

    /// Waits until it ends by itself.
    pub(super) async fn wait(mut self) -> Result<ExitStatus, Fault> {
        Ok(self.0.wait().await?)
    }

    /// Whether it has ended.
    pub(super) fn ended(&mut self) -> Result<bool, Fault> {
        Ok(self.0.try_wait()?.is_some())
    }

    /// Memory in MB, the sum over it and all that it has started; what some of them share is in it
    /// once (`Pss`).
    pub(super) fn memory(&self) -> Result<f64, Fault> {
        memory(self.0.id().ok_or("the server has ended")?)
    }

    /// Looks until it has ended, for so long at the most: whether it has.
    fn ends_within(&mut self, limit: Duration) -> bool {
        let since = Instant::now();
        // One that can't be waited for is no longer ours to end.
        while !self.ended().unwrap_or(true) {
            if since.elapsed() > limit {
                return false;
            }
            std::thread::sleep(LOOK);
        }
        true
    }
}

impl Drop for Process {
    /// Asks it to end, for gunicorn's workers outlive a master that is killed alone; what doesn't
    /// end is killed with all of its group.
    fn drop(&mut self) {
        let id = self.0.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let Some(id) = id else { return };
        // It may have ended by itself.
        let _ended = kill_process(id, Signal::TERM);
        if !self.ends_within(ASKED) {
            eprintln!("bench: process {} doesn't end, and is killed", id.as_raw_nonzero());
            let _ended = kill_process_group(id, Signal::KILL);
            self.ends_within(KILLED);
        }
    }
}

/// Memory in MB of this process and of all that descend from it.
fn memory(id: u32) -> Result<f64, Fault> {
    let folder = PathBuf::from(format!("/proc/{id}"));
    let mut sum =
        report::megabytes(&std::fs::read_to_string(folder.join("smaps_rollup"))?, "Pss:")?;
    for thread in std::fs::read_dir(folder.join("task"))? {
        let children = std::fs::read_to_string(thread?.path().join("children"))?;
        for child in children.split_whitespace() {
            sum += memory(child.parse()?)?;
        }
    }
    Ok(sum)
}
