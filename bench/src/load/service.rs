//! The local service under load: its groups and invites, made through its own API.

use std::cell::Cell;
use std::ops::Range;
use std::time::Duration;

use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

use super::folder::Folder;
use super::options::Options;
use super::product::{Product, Session, beckon};
use super::server::Server;
use crate::fault::Fault;

/// The number of invites stored in each group, and in each request that stores them.
pub(super) const PER_GROUP: usize = 100;
/// The number of concurrent requests while the table is filled.
pub(super) const FILLING: usize = 16;
/// The number of stored invites per line of progress.
const PROGRESS_STEP: usize = 10_000;

/// The measured product.
pub(super) const OURS: Product = Product::Beckon;

/// The service, and the access token of the inviter.
pub(super) struct Service {
    pub(super) server: Server,
    pub(super) owner: Session,
}

impl Service {
    /// Starts the service with its data in this folder, or in memory.
    pub(super) async fn start(options: &Options, folder: Option<&Folder>) -> Result<Self, Fault> {
        let data = folder.map(|folder| folder.path().join("data"));
        let server =
            Server::start(|port| beckon(&options.binary, data.as_deref(), port), OURS.health())
                .await?;
        let owner = OURS.sign_in(&server, "owner@example.com").await?;
        Ok(Self { server, owner })
    }

    /// Creates a group.
    pub(super) async fn group(&self, id: &str) -> Result<(), Fault> {
        OURS.group(&self.server, &self.owner, id).await.map(|_| ())
    }

    /// Creates an invite. Returns it and how long it took.
    pub(super) async fn invite(
        &self,
        group: &str,
        email: &str,
        notify: bool,
    ) -> Result<(Value, Duration), Fault> {
        self.server.ask(OURS.create(&self.server, &self.owner, group, email, notify)).await
    }

    /// Sends a request of the inviter with this body. Returns the answer.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value, Fault> {
        let request = self.server.client.post(self.server.at(path)).json(body);
        Ok(self.server.ask(self.owner.asks(request)).await?.0)
    }

    /// Creates the group and the invites of these numbers in it, without mails. A request makes a
    /// hundred.
    pub(super) async fn filled_group(
        &self,
        group: &str,
        numbers: Range<usize>,
    ) -> Result<(), Fault> {
        let policy =
            json!({"id": group, "name": "Private Group", "policy": {"max_pending": 10_000}});
        self.post("/v1/groups", &policy).await?;
        let mut from = numbers.start;
        while from < numbers.end {
            let some = from..numbers.end.min(from + PER_GROUP);
            from = some.end;
            let count = some.len();
            let invites: Vec<Value> = some.map(stored).collect();
            let path = format!("/v1/groups/{group}/invites");
            let answer = self.post(&path, &json!({"invites": invites})).await?;
            if answer["created"] != count {
                return Err(format!("{path}: not {count} invites created: {answer}").into());
            }
        }
        Ok(())
    }

    /// Stores the invites of these numbers without mails, a hundred to a group, and waits until the
    /// background functions have followed. `numbers` begins and ends at whole groups.
    pub(super) async fn fill(&self, numbers: Range<usize>) -> Result<(), Fault> {
        let done = Cell::new(numbers.start);
        let groups = stream::iter(numbers.step_by(PER_GROUP)).map(async |from| {
            let group = format!("g{}", from / PER_GROUP);
            self.filled_group(&group, from..from + PER_GROUP).await?;
            done.set(done.get() + PER_GROUP);
            if done.get().is_multiple_of(PROGRESS_STEP) {
                eprintln!("{} invites stored", done.get());
            }
            Ok::<(), Fault>(())
        });
        groups.buffer_unordered(FILLING).try_for_each(async |()| Ok(())).await?;
        self.settle(&format!("settled-{}", done.get())).await
    }

    /// Waits until the background functions have followed what was written before. `name` begins the ids
    /// of two new groups.
    pub(super) async fn settle(&self, name: &str) -> Result<(), Fault> {
        OURS.settle(&self.server, &self.owner, name).await
    }
}

/// Returns the body of the stored invite of this number.
fn stored(number: usize) -> Value {
    let email = format!("stored-{number}@example.com");
    json!({"email": email, "roles": ["editor"], "metadata": {"crm_id": "lead-42"}, "notify": false})
}
