//! The results of the checks under the emulator.

use std::process::ExitCode;
use std::time::Duration;

use crate::emulator::Setup;

/// The checks that passed and those that failed.
#[derive(Default)]
pub(crate) struct Report {
    passed: Vec<String>,
    failed: Vec<String>,
}

impl Report {
    /// Records whether the check `name` passed. `why` explains a failure.
    pub(crate) fn note(&mut self, name: &str, holds: bool, why: impl FnOnce() -> String) {
        if holds {
            self.passed.push(name.to_owned())
        } else {
            self.failed.push(format!("{name}: {}", why()))
        }
    }

    /// Returns the number of checks.
    pub(crate) fn count(&self) -> usize {
        self.passed.len() + self.failed.len()
    }

    /// Adds the results of `other`.
    pub(crate) fn extend(&mut self, other: Self) {
        self.passed.extend(other.passed);
        self.failed.extend(other.failed);
    }

    /// Prints the failures and the number of passed checks. Returns the process's exit code.
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
        // A run without any checks is a failure.
        if self.failed.is_empty() && !self.passed.is_empty() {
            let _gone = std::fs::remove_dir_all(&setup.logs);
            return ExitCode::SUCCESS;
        }
        println!("logs: {}", setup.logs.display());
        ExitCode::FAILURE
    }
}
