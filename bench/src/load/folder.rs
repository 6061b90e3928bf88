//! Folders for the products' data, on a disk: in memory a sync costs nothing, and nobody would see
//! why the figures are so good.

use std::path::{Path, PathBuf};

use rustix::fs::FsWord;
use uuid::Uuid;

use crate::fault::Fault;

/// The kind of a file system that is in memory, as `statfs` tells it (`TMPFS_MAGIC`).
const TMPFS: FsWord = 0x0102_1994;

/// A new folder for data, which goes with this; it is made before the server that uses it, so that
/// it goes after.
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Makes it among the system's temporary files.
    ///
    /// # Errors
    /// Those are in memory, or it can't be made.
    pub(super) fn new() -> Result<Self, Fault> {
        let folder = place()?.join(format!("beckon-load-{}", Uuid::new_v4()));
        std::fs::create_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(Self(folder))
    }

    /// Where it is.
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

/// Where the system's temporary files are.
///
/// # Errors
/// They are in memory, or nothing is there.
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
