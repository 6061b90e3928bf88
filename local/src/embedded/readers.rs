//! Connections that read a file beside the one that writes it, which SQLite's write-ahead log allows.

use std::sync::Arc;

use dynoxide::{Database, Result};
use tokio::sync::{Mutex, MutexGuard};

/// The connections, one for each processor, each opened when it is first needed. Clones share them.
#[derive(Clone)]
pub(super) struct Readers {
    file: Arc<str>,
    first: Arc<Mutex<Option<Database>>>,
    others: Arc<[Mutex<Option<Database>>]>,
}

impl Readers {
    /// Returns readers of this file.
    pub(super) fn of(file: &str) -> Self {
        let others = std::thread::available_parallelism().map_or(0, |all| all.get() - 1);
        let others = (0..others).map(|_| Mutex::default()).collect();
        Self { file: file.into(), first: Arc::default(), others }
    }

    /// Reads by a free connection, and waits for one if there is none.
    ///
    /// # Errors
    /// The engine's error if the connection cannot be opened.
    pub(super) async fn read<T>(&self, read: impl FnOnce(&Database) -> T) -> Result<T> {
        let mut reader = self.free().await;
        let database = match reader.take() {
            Some(database) => database,
            None => Database::new(&self.file)?,
        };
        Ok(read(reader.insert(database)))
    }

    async fn free(&self) -> MutexGuard<'_, Option<Database>> {
        let idle = self.others.iter().find_map(|other| other.try_lock().ok());
        match idle {
            Some(idle) => idle,
            None => self.first.lock().await,
        }
    }
}
