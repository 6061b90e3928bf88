//! What the checks under the emulator found.

use std::process::ExitCode;
use std::time::Duration;

use crate::emulator::Setup;

/// What held and what did not.
#[derive(Default)]
pub(crate) struct Report {
    passed: Vec<String>,
    failed: Vec<String>,
}

impl Report {
    /// Notes whether `name` holds; `why` says why not.
    pub(crate) fn note(&mut self, name: &str, holds: bool, why: impl FnOnce() -> String) {
        if holds {
            self.passed.push(name.to_owned())
        } else {
            self.failed.push(format!("{name}: {}", why()))
        }
    }

    /// How many things were checked.
    pub(crate) fn count(&self) -> usize {
        self.passed.len() + self.failed.len()
    }

    /// Adds what `other` has noted.
    pub(crate) fn extend(&mut self, other: Self) {
        self.passed.extend(other.passed);
        self.failed.extend(other.failed);
    }

    /// Prints what failed and how many passed, and gives the process's exit code.
    pub(crate) fn print(&self, setup: &Setup, took: Duration) -> ExitCode {
        for failure in &self.failed {
            println!("FAILED {failure}");
        }
        println!(
            "{} passed, {} failed under the emulator, in {:.1} s",
            self.passed.len(),
            self.failed.len(),
            took.as_secs_f32()
        );
        // Nothing that ran is as good as something that failed.
        if self.failed.is_empty() && !self.passed.is_empty() {
            let _gone = std::fs::remove_dir_all(&setup.logs);
            return ExitCode::SUCCESS;
        }
        println!("logs: {}", setup.logs.display());
        ExitCode::FAILURE
    }
}
