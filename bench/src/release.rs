//! The folder of release binaries.

use std::path::{Path, PathBuf};

/// Returns the folder of release binaries. With `CARGO_TARGET_DIR` it is `release` in that folder, and
/// otherwise in the target folder that this program was built into.
pub(crate) fn folder() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    let target = std::env::var_os("CARGO_TARGET_DIR").filter(|target| !target.is_empty());
    of(&program, target.map(PathBuf::from).as_deref())
}

/// Returns the folder for this program and this target folder. A program in the target folder may be
/// built for a target of its own, and so are the binaries beside it.
fn of(program: &Path, target: Option<&Path>) -> PathBuf {
    match target {
        Some(target) if !program.starts_with(target) => target.join("release"),
        Some(_) | None => beside(program),
    }
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

    #[test]
    fn the_variable_names_another_target_folder() {
        for (program, target, expected) in [
            ("/src/target/release/bench", "/var/cache/t", "/var/cache/t/release"),
            ("/src/target/release/bench", "target", "target/release"),
            (
                "/t/aarch64-unknown-linux-gnu/release/bench",
                "/t",
                "/t/aarch64-unknown-linux-gnu/release",
            ),
        ] {
            let found = of(Path::new(program), Some(Path::new(target)));
            assert_eq!(found, Path::new(expected), "{program}");
        }
    }
}
