//! A function's process and its CPU time and memory.
//!
//! The CPU time is the sum over the threads of the process and its children in
//! `/proc/PID/task/*/schedstat`, in nanoseconds. It is read while the function waits for an event, so
//! it covers all earlier work. `rusage` gives the same sum, but only after the process has ended.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::process::Child;

use super::program::Program;
use crate::fault::Fault;
use crate::{processes, report};

/// A running function. Dropping it kills the process.
pub(super) struct Process {
    child: Child,
    id: u32,
    /// When the process was started.
    pub(super) since: Instant,
}

impl Process {
    /// Starts the program with only these environment variables and its own.
    pub(super) fn start(
        program: &Program,
        environment: &[(String, String)],
    ) -> Result<Self, Fault> {
        let mut command = program.command(environment);
        command.stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
        let since = Instant::now();
        let child = command
            .spawn()
            .map_err(|error| format!("{}: {error}", program.executable.display()))?;
        let id = child.id().ok_or("the function ended immediately")?;
        Ok(Self { child, id, since })
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
        for folder in processes::folders(self.id)? {
            for thread in fs::read_dir(folder.join("task"))? {
                // A thread may end between listing and reading it.
                let stat = fs::read_to_string(thread?.path().join("schedstat")).unwrap_or_default();
                sum += run_time(&stat);
            }
        }
        Ok(Duration::from_nanos(sum))
    }

    /// Returns the peak memory in MB, with that of its children.
    pub(super) fn peak_memory(&self) -> Result<f64, Fault> {
        let folders = processes::folders(self.id)?;
        folders.iter().map(|folder| report::memory(folder, "VmHWM:")).sum()
    }

    /// Kills the process.
    pub(super) async fn end(mut self) -> Result<(), Fault> {
        Ok(self.child.kill().await?)
    }
}

/// Returns the nanoseconds that a thread ran, the first number of its `schedstat`.
fn run_time(stat: &str) -> u64 {
    stat.split_whitespace().next().and_then(|first| first.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[tokio::test]
    async fn the_work_of_a_child_counts() {
        let mut program = Program::of_binary(PathBuf::from("/bin/sh"));
        // The child works as long as its parent lives, which only waits.
        let script = "sh -c 'while kill -0 $PPID 2>/dev/null; do :; done' & wait";
        program.arguments = vec!["-c".into(), script.into()];
        let path = ("PATH".to_owned(), "/usr/bin:/bin".to_owned());
        let process = Process::start(&program, &[path]).unwrap();
        let of_children = |process: &Process| {
            let all = process.sum().unwrap();
            let own = fs::read_to_string(format!("/proc/{}/schedstat", process.id)).unwrap();
            all.saturating_sub(Duration::from_nanos(run_time(&own)))
        };
        while of_children(&process) < Duration::from_millis(5) {
            tokio::task::yield_now().await;
        }
        assert!(process.peak_memory().unwrap() > 0.0);
        process.end().await.unwrap();
    }

    #[test]
    fn the_run_time_is_the_first_number() {
        assert_eq!(run_time("1234 56 7\n"), 1234);
        assert_eq!(run_time(""), 0);
    }
}
