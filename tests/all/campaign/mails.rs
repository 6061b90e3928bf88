//! The mails that arrived, by what their tags name.

use std::collections::BTreeMap;

use harness::{App, mail};
use serde_json::Value;

use super::stored::Invites;

/// The mail that a tag of SES names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct MailKey {
    pub(super) invite: (String, String),
    pub(super) generation: u64,
    pub(super) request: u64,
}

impl MailKey {
    fn read(message: &Value) -> Self {
        let tags = message["headers"]["X-SES-MESSAGE-TAGS"].as_str().expect("a mail has tags");
        let tags: BTreeMap<&str, &str> =
            tags.split(", ").filter_map(|tag| tag.split_once('=')).collect();
        Self {
            invite: (tags["group"].to_owned(), tags["invite"].to_owned()),
            generation: tags["generation"].parse().expect("the generation is a number"),
            request: tags["request"].parse().expect("the request is a number"),
        }
    }
}

/// The mails of the campaign, with the number of copies of each.
#[derive(Default)]
pub(super) struct Mails(pub(super) BTreeMap<MailKey, u64>);

impl Mails {
    /// Moves the mails of the inbox here. None of them may be about a generation that had ended before
    /// the wave began.
    pub(super) async fn collect(&mut self, app: &App, before: &Invites) {
        for message in mail::inbox(&app.running).await {
            let key = MailKey::read(&message);
            if let Some(invite) = before.0.get(&key.invite) {
                let is_dead = key.generation < invite.generation
                    || (key.generation == invite.generation && invite.state != "pending");
                assert!(!is_dead, "a mail went to a dead invite: {key:?}, {invite:?}");
            }
            *self.0.entry(key).or_default() += 1;
        }
        app.nobody().deletes("/local/inbox").await.is(204);
    }

    /// Returns the number of copies beyond the first of each mail.
    pub(super) fn repeated(&self) -> u64 {
        self.0.values().map(|copies| copies - 1).sum()
    }
}
