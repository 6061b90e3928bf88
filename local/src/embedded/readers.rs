//! Connections that read a file beside the one that writes it, which SQLite's write-ahead log allows.

use std::sync::Arc;

use dynoxide::{Database, Result};
use tokio::sync::{Mutex, MutexGuard};

/// The connections: at least one. Clones share them.
#[derive(Clone)]
pub(super) struct Readers {
    first: Arc<Mutex<Database>>,
    others: Arc<[Mutex<Database>]>,
}

impl Readers {
    /// Opens as many connections to the file as the machine has processors.
    ///
    /// # Errors
    /// The engine's error if the file cannot be opened.
    pub(super) fn open(file: &str) -> Result<Self> {
        let others = std::thread::available_parallelism().map_or(0, |all| all.get() - 1);
        let open = || Database::new(file).map(Mutex::new);
        let first = Arc::new(open()?);
        Ok(Self { first, others: (0..others).map(|_| open()).collect::<Result<_>>()? })
    }

    /// Waits for a free connection.
    pub(super) async fn free(&self) -> MutexGuard<'_, Database> {
        let idle = self.others.iter().find_map(|other| other.try_lock().ok());
        match idle {
            Some(idle) => idle,
            None => self.first.lock().await,
        }
    }
}
