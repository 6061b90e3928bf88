//! The folder of release binaries.

use std::path::{Path, PathBuf};

/// Returns the folder of release binaries: `release` in the target folder that this program was
/// built into, whatever `CARGO_TARGET_DIR` or cargo's configuration says.
pub(crate) fn folder() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    beside(&program)
}

/// Returns the folder `release` beside the profile folder of `program`: `target/<profile>/bench`, or
/// `target/<profile>/deps/bench-<hash>` in tests.
fn beside(program: &Path) -> PathBuf {
    let mut profile = program.parent().unwrap_or(Path::new(""));
    if profile.file_name().is_some_and(|name| name == "deps") {
        profile = profile.parent().unwrap_or(profile);
    }
    profile.with_file_name("release")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_follows_the_target_folder() {
        for (program, expected) in [
            ("/src/target/release/bench", "/src/target/release"),
            ("/var/cache/t/debug/bench", "/var/cache/t/release"),
            ("/t/aarch64-unknown-linux-gnu/release/bench", "/t/aarch64-unknown-linux-gnu/release"),
            ("/src/target/debug/deps/bench-0a1b2c", "/src/target/release"),
        ] {
            assert_eq!(beside(Path::new(program)), Path::new(expected), "{program}");
        }
        assert!(folder().ends_with("release"));
    }
}
