//! The engine: it makes one write after the other, and reads beside them if the data are in a file.

use std::sync::Arc;

use dynoxide::Database;
use tokio::sync::{Mutex, watch};

use super::answer::Answer;
use super::readers::Readers;
use super::{failing, operations};
use crate::faults::{Orders, TableFault};

/// The engine, with its orders to fail. Clones share it.
#[derive(Clone)]
pub(super) struct Engine {
    writer: Arc<Mutex<Database>>,
    /// `None` for data in memory, whose one connection makes everything.
    readers: Option<Readers>,
    faults: Arc<Orders<TableFault>>,
    written: Arc<watch::Sender<()>>,
}

impl Engine {
    /// Creates an engine that writes by this database and reads by the `readers`, if there are any.
    pub(super) fn new(
        writer: Database,
        readers: Option<Readers>,
        faults: Arc<Orders<TableFault>>,
    ) -> Self {
        let writer = Arc::new(Mutex::new(writer));
        Self { writer, readers, faults, written: Arc::new(watch::Sender::new(())) }
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

    /// Carries out a request.
    async fn carry_out(&self, operation: &str, body: &[u8]) -> Answer {
        let (status, json) = match &self.readers {
            Some(readers) if is_read(operation) => {
                let reader = readers.free().await;
                operations::answer(&reader, operation, body)
            }
            _ => {
                let writer = self.writer.lock().await;
                let answer = operations::answer(&writer, operation, body);
                drop(writer);
                if !is_read(operation) {
                    self.written.send_replace(());
                }
                answer
            }
        };
        // Another task runs before the answer is seen, as if it came over a network. So a function
        // can be killed between the act and its answer.
        tokio::task::yield_now().await;
        Answer::Json(status, json)
    }
}

/// Returns whether the operation writes nothing, and reads each item as it was at one moment even if
/// another connection writes meanwhile.
fn is_read(operation: &str) -> bool {
    matches!(operation, "BatchGetItem" | "GetItem" | "GetRecords" | "Query" | "Scan")
}
