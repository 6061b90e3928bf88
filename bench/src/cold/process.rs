//! A function's process, and what the system says of it.
//!
//! Time on the processor is the sum over the process's threads in `/proc/PID/task/*/schedstat`, in
//! nanoseconds; it is read while the function waits for an event, so all that it did is in it.
//! rusage would tell the same, but only after the end.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::process::{Child, Command};

use crate::fault::Fault;
use crate::report;

/// A function that runs. It ends when this is dropped.
pub(super) struct Process {
    child: Child,
    folder: PathBuf,
    /// When it was started.
    pub(super) since: Instant,
}

impl Process {
    /// Starts the binary with this environment and no other.
    pub(super) fn start(binary: &Path, environment: &[(String, String)]) -> Result<Self, Fault> {
        let mut command = Command::new(binary);
        command
            .env_clear()
            .envs(environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true);
        let since = Instant::now();
        let child = command.spawn().map_err(|error| format!("{}: {error}", binary.display()))?;
        let id = child.id().ok_or("the function ended at once")?;
        Ok(Self { child, folder: PathBuf::from(format!("/proc/{id}")), since })
    }

    /// The time on the processor so far, once it rests.
    pub(super) async fn cpu(&self) -> Result<Duration, Fault> {
        let mut before = self.sum()?;
        loop {
            tokio::time::sleep(Duration::from_micros(500)).await;
            let now = self.sum()?;
            if now == before {
                return Ok(now);
            }
            before = now;
        }
    }

    fn sum(&self) -> Result<Duration, Fault> {
        let mut sum = 0;
        for thread in fs::read_dir(self.folder.join("task"))? {
            // A thread may end between the list and the look.
            let stat = fs::read_to_string(thread?.path().join("schedstat")).unwrap_or_default();
            sum += stat
                .split_whitespace()
                .next()
                .and_then(|first| first.parse().ok())
                .unwrap_or(0_u64);
        }
        Ok(Duration::from_nanos(sum))
    }

    /// The most memory that it had, in MB.
    pub(super) fn peak_memory(&self) -> Result<f64, Fault> {
        report::memory(&self.folder, "VmHWM:")
    }

    /// Ends it.
    pub(super) async fn end(mut self) -> Result<(), Fault> {
        Ok(self.child.kill().await?)
    }
}

/// Takes the file out of the system's cache, so that the next start reads it from the disk.
pub(super) fn forget(binary: &Path) -> Result<(), Fault> {
    let file = fs::File::open(binary)?;
    file.sync_all()?;
    Ok(rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed)?)
}

/// The sizes of the binary and of its zip, in MB.
pub(super) async fn sizes(binary: &Path) -> Result<(f64, f64), Fault> {
    let size = |bytes: usize| f64::from(u32::try_from(bytes).unwrap_or(u32::MAX)) / 1e6;
    let packed = Command::new("gzip").args(["-9", "-c"]).arg(binary).output().await?;
    // A zip of one file is the same deflated bytes with about 150 others around them.
    Ok((size(fs::read(binary)?.len()), size(packed.stdout.len() + 150)))
}
