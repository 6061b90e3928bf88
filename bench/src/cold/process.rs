//! A function's process and its CPU time and memory.
//!
//! The CPU time is the sum over the process's threads in `/proc/PID/task/*/schedstat`, in
//! nanoseconds. It is read while the function waits for an event, so it covers all earlier work.
//! `rusage` gives the same sum, but only after the process has ended.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::process::{Child, Command};

use crate::fault::Fault;
use crate::report;

/// A running function. Dropping it kills the process.
pub(super) struct Process {
    child: Child,
    folder: PathBuf,
    /// When the process was started.
    pub(super) since: Instant,
}

impl Process {
    /// Starts the binary with only these environment variables.
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
        let id = child.id().ok_or("the function ended immediately")?;
        Ok(Self { child, folder: PathBuf::from(format!("/proc/{id}")), since })
    }

    /// Returns the CPU time so far, as soon as the process is idle.
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
            // A thread may end between listing and reading it.
            let stat = fs::read_to_string(thread?.path().join("schedstat")).unwrap_or_default();
            sum += stat
                .split_whitespace()
                .next()
                .and_then(|first| first.parse().ok())
                .unwrap_or(0_u64);
        }
        Ok(Duration::from_nanos(sum))
    }

    /// Returns the peak memory in MB.
    pub(super) fn peak_memory(&self) -> Result<f64, Fault> {
        report::memory(&self.folder, "VmHWM:")
    }

    /// Kills the process.
    pub(super) async fn end(mut self) -> Result<(), Fault> {
        Ok(self.child.kill().await?)
    }
}

/// Evicts the file from the system's cache, so that the next start reads it from the disk.
pub(super) fn evict(binary: &Path) -> Result<(), Fault> {
    let file = fs::File::open(binary)?;
    file.sync_all()?;
    Ok(rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed)?)
}

/// Returns the sizes of the binary and of its zip, in MB.
pub(super) async fn sizes(binary: &Path) -> Result<(f64, f64), Fault> {
    let size = |bytes: usize| f64::from(u32::try_from(bytes).unwrap_or(u32::MAX)) / 1e6;
    let packed = Command::new("gzip").args(["-9", "-c"]).arg(binary).output().await?;
    // A zip of one file is about 150 bytes larger than its deflated content.
    Ok((size(fs::read(binary)?.len()), size(packed.stdout.len() + 150)))
}
