//! The processes of a program: its own and those that descend from it.

use std::fs;
use std::path::PathBuf;

use crate::fault::Fault;

/// Returns the folders in `/proc` of the process and all its descendants.
///
/// # Errors
/// A `Fault` if the process has ended.
pub(crate) fn folders(id: u32) -> Result<Vec<PathBuf>, Fault> {
    let folder = PathBuf::from(format!("/proc/{id}"));
    let mut folders = vec![folder.clone()];
    for thread in fs::read_dir(folder.join("task"))? {
        // A thread may end between listing and reading it.
        let children = fs::read_to_string(thread?.path().join("children")).unwrap_or_default();
        for child in children.split_whitespace() {
            // So may a child.
            folders.extend(self::folders(child.parse()?).unwrap_or_default());
        }
    }
    Ok(folders)
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::folders;

    #[test]
    fn the_children_of_a_process_count() {
        let own = std::process::id();
        // It waits for its input, which never comes.
        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        let found = folders(own).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        for id in [own, child.id()] {
            assert!(found.iter().any(|folder| folder.ends_with(id.to_string())), "{id}");
        }
        assert!(folders(u32::MAX).is_err());
    }
}
