//! Folders for the products' data on a disk. In memory a sync would cost nothing and the figures
//! would be wrong.

use std::path::{Path, PathBuf};

use rustix::fs::FsWord;
use uuid::Uuid;

use crate::fault::Fault;

/// The type of a file system in memory, as `statfs` reports it (`TMPFS_MAGIC`).
const TMPFS: FsWord = 0x0102_1994;

/// A new folder for data, deleted on drop. Create it before the server that uses it, so that it is
/// dropped after the server.
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Creates the folder among the system's temporary files.
    ///
    /// # Errors
    /// A `Fault` if the temporary files are in memory or the folder cannot be created.
    pub(super) fn new() -> Result<Self, Fault> {
        let folder = place()?.join(format!("beckon-load-{}", Uuid::new_v4()));
        std::fs::create_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(Self(folder))
    }

    /// Returns the folder's path.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("bench: {}: {error}", self.0.display());
        }
    }
}

/// Returns the folder of the system's temporary files.
///
/// # Errors
/// A `Fault` if it is in memory or does not exist.
pub(super) fn place() -> Result<PathBuf, Fault> {
    let place = std::env::temp_dir();
    let system =
        rustix::fs::statfs(&place).map_err(|error| format!("{}: {error}", place.display()))?;
    if system.f_type == TMPFS {
        return Err(format!(
            "{} is in memory (tmpfs), where a sync costs nothing: set TMPDIR to a folder on a disk",
            place.display()
        )
        .into());
    }
    Ok(place)
}
