//! The connection that writes. Requests of clients come first.

use std::time::Duration;

use dynoxide::Database;
use tokio::sync::{Mutex, MutexGuard, watch};

/// The longest that a request of the background lets others go first.
const PATIENCE: Duration = Duration::from_millis(100);

/// Who waits for the answer to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Awaited {
    /// A person or a program that has sent a request to the service.
    ByClient,
    /// A function of the background: of mails, the audit trail or the clock.
    ByBackground,
}

/// The connection that writes.
pub(super) struct Writer {
    database: Mutex<Database>,
    /// Held by the one request of the background that waits for the connection.
    turn: Mutex<()>,
    /// The number of clients' requests that wait for the connection.
    ahead: watch::Sender<usize>,
}

/// One of the clients' requests that wait.
struct Ahead<'a>(&'a watch::Sender<usize>);

impl<'a> Ahead<'a> {
    fn of(writer: &'a Writer) -> Self {
        writer.ahead.send_if_modified(|ahead| {
            *ahead += 1;
            false
        });
        Self(&writer.ahead)
    }
}

impl Drop for Ahead<'_> {
    fn drop(&mut self) {
        self.0.send_if_modified(|ahead| {
            *ahead -= 1;
            *ahead == 0
        });
    }
}

impl Writer {
    /// Creates the writer of this database.
    pub(super) fn new(database: Database) -> Self {
        let (database, turn) = (Mutex::new(database), Mutex::default());
        Self { database, turn, ahead: watch::Sender::new(0) }
    }

    /// Waits for the connection. The background lets all clients go first, but not for longer than
    /// 100 ms, so that mails leave also while the service is busy.
    pub(super) async fn connection(&self, awaited: Awaited) -> MutexGuard<'_, Database> {
        match awaited {
            Awaited::ByClient => {
                let _ahead = Ahead::of(self);
                self.database.lock().await
            }
            Awaited::ByBackground => {
                let turn = async {
                    let turn = self.turn.lock().await;
                    drop(self.ahead.subscribe().wait_for(|ahead| *ahead == 0).await);
                    turn
                };
                // Without its turn in time, the request waits in line with the clients'.
                let _turn = tokio::time::timeout(PATIENCE, turn).await;
                self.database.lock().await
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Instant;

    use super::*;

    const SHORT: Duration = Duration::from_millis(1);

    #[tokio::test]
    async fn clients_go_first() {
        let writer = Writer::new(Database::memory().unwrap());
        let order = Mutex::new(Vec::new());
        let asks = async |awaited: Awaited| {
            let _connection = writer.connection(awaited).await;
            order.lock().await.push(awaited);
            tokio::time::sleep(SHORT).await;
        };
        futures::join!(
            asks(Awaited::ByClient),
            asks(Awaited::ByClient),
            asks(Awaited::ByBackground),
            asks(Awaited::ByBackground),
            asks(Awaited::ByClient),
        );
        let expected = [[Awaited::ByClient; 3].as_slice(), &[Awaited::ByBackground; 2]].concat();
        assert_eq!(*order.lock().await, expected);
    }

    #[tokio::test]
    async fn the_background_waits_only_so_long() {
        let writer = Writer::new(Database::memory().unwrap());
        let had_its_turn = AtomicBool::new(false);
        let since = Instant::now();
        let client = async || {
            while !had_its_turn.load(Ordering::SeqCst) {
                let _connection = writer.connection(Awaited::ByClient).await;
                tokio::time::sleep(SHORT).await;
            }
        };
        let background = async {
            // By now one client has the connection, and the others wait.
            tokio::time::sleep(SHORT).await;
            let _connection = writer.connection(Awaited::ByBackground).await;
            assert!(since.elapsed() >= PATIENCE, "a client was always ahead");
            had_its_turn.store(true, Ordering::SeqCst);
        };
        futures::join!(client(), client(), client(), background);
    }
}
