//! Waiting until the service has nothing left to do. Only conditions are waited for.

use std::sync::atomic::{AtomicU64, Ordering};

use harness::{App, eventually};
use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Clients, Request};
use super::stored::Stored;

/// The group of the mails that only show that all mails before them were handled.
const CANARIES: &str = "canaries";
/// As long as the longest pause between two tries of a mail, and a little longer, in seconds.
const LONG: i64 = 901;
/// The number of looks at the mails that wait. A mail is tried for at most three days.
const LOOKS: u32 = 300;

/// The canaries that were sent.
#[derive(Default)]
pub(super) struct Canaries(AtomicU64);

impl Canaries {
    /// Makes the group of the canaries.
    pub(super) async fn hatch(app: &App) -> Self {
        let group = json!({ "id": CANARIES, "name": "Canaries" });
        app.person("miner").creates(group).await;
        Self::default()
    }

    /// Waits until the mail function has tried every mail that was due so far. It reads the records in
    /// order, so the mail of one more invite is enough.
    pub(super) async fn settle(&self, clients: &Clients<'_>) {
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        let miner = clients.app.person("miner");
        let body = json!({"email": format!("canary-{number}@example.com")});
        let path = format!("/v1/groups/{CANARIES}/invites");
        let made = clients.posts(&miner, &path, &body).await.answer;
        let id = if made.status == 201 { "/id" } else { "/invite_id" };
        let path = format!("{path}/{}", made.text_at(id));
        let read = Request { method: Method::GET, path: &path, body: None, key: None };
        eventually("the canary's mail", || async {
            let canary = clients.sends(&miner, &read).await.is(200).json;
            let (state, reason) = (&canary["delivery"]["state"], &canary["delivery"]["reason"]);
            // A mail that waits for another try has a reason.
            (state != "queued" || *reason != Value::Null).then_some(())
        })
        .await;
    }

    /// Moves the clock and starts what is due by it, until no pending invite has a mail left to send.
    /// Returns what is stored then.
    pub(super) async fn drain(&self, clients: &Clients<'_>) -> Stored {
        let app = clients.app;
        for _ in 0..LOOKS {
            self.settle(clients).await;
            let stored = Stored::read(app).await;
            if !stored.has_mail_left() {
                return stored;
            }
            app.advance(LONG);
            app.ticks().await;
        }
        panic!("mails are left after three days")
    }
}
