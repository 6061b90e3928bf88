//! The engine: it makes one write after the other, and reads beside them if the data are in a file.

use std::sync::Arc;

use axum::http::StatusCode;
use dynoxide::Database;
use tokio::runtime::Handle;
use tokio::sync::watch;

use super::answer::Answer;
use super::readers::Readers;
use super::writer::{Awaited, Writer};
use super::{failing, operations};
use crate::faults::{Orders, TableFault};

/// The engine, with its orders to fail. Clones share it.
#[derive(Clone)]
pub(super) struct Engine {
    writer: Arc<Writer>,
    /// `None` for data in memory, whose one connection makes everything.
    readers: Option<Readers>,
    faults: Arc<Orders<TableFault>>,
    written: Arc<watch::Sender<()>>,
    runtime: Handle,
}

impl Engine {
    /// Creates an engine that writes by this database and reads by the `readers`, if there are any.
    /// It works on the runtime that calls this.
    ///
    /// # Panics
    /// No runtime calls this.
    pub(super) fn new(
        writer: Database,
        readers: Option<Readers>,
        faults: Arc<Orders<TableFault>>,
    ) -> Self {
        let writer = Arc::new(Writer::new(writer));
        let written = Arc::new(watch::Sender::new(()));
        Self { writer, readers, faults, written, runtime: Handle::current() }
    }

    /// Returns a receiver that is told of each request but a read.
    pub(super) fn written(&self) -> watch::Receiver<()> {
        self.written.subscribe()
    }

    /// Answers a request for this operation, unless an order makes it fail.
    pub(super) async fn answer(&self, operation: &str, body: &[u8]) -> Answer {
        match self.faults.met_by(|fault, to| fault.is_for(operation, to)) {
            None => self.carry_out(operation, body).await,
            Some(met) => {
                let carry_out = async || self.carry_out(operation, body).await;
                failing::answer(met.fault, operation, body, carry_out).await
            }
        }
    }

    /// Carries out a request in a task of its own. So the requests that a function makes at once are
    /// carried out at once, and one whose function is killed is carried out all the same, as if it had
    /// gone over a network. The task is on the engine's own runtime: a thread that gives way to others
    /// must not hold up those who wait for the same connection.
    async fn carry_out(&self, operation: &str, body: &[u8]) -> Answer {
        let (engine, operation, body) = (self.clone(), operation.to_owned(), body.to_vec());
        let awaited = self.awaited();
        let work = self.runtime.spawn(async move { engine.work(&operation, &body, awaited).await });
        match work.await {
            Ok((status, json)) => Answer::Json(status, json),
            // The engine panicked, or the service ends.
            Err(_) => Answer::Reset,
        }
    }

    /// Returns who waits for the answer, by the runtime that asks.
    fn awaited(&self) -> Awaited {
        match Handle::try_current() {
            Ok(runtime) if runtime.id() != self.runtime.id() => Awaited::ByBackground,
            _ => Awaited::ByClient,
        }
    }

    async fn work(&self, operation: &str, body: &[u8], awaited: Awaited) -> (StatusCode, String) {
        let answer = |database: &Database| operations::answer(database, operation, body);
        if !is_read(operation) {
            let answer = answer(&*self.writer.connection(awaited).await);
            self.written.send_replace(());
            return answer;
        }
        let Some(readers) = &self.readers else {
            return answer(&*self.writer.connection(awaited).await);
        };
        readers.read(answer).await.unwrap_or_else(|error| {
            tracing::error!(%error, "the engine cannot open another connection to its file");
            operations::failure(&error)
        })
    }
}

/// Returns whether the operation writes nothing, and reads each item as it was at one moment even if
/// another connection writes meanwhile.
fn is_read(operation: &str) -> bool {
    matches!(operation, "BatchGetItem" | "GetItem" | "GetRecords" | "Query" | "Scan")
}
