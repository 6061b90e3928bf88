//! The inbox: it keeps the mails that the service sends instead of delivering them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

/// The most mails that are kept. The oldest are dropped first.
const CAPACITY: usize = 10_000;

/// A mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Message {
    /// The id that SES returned for the mail.
    pub(crate) id: String,
    /// The recipients.
    pub(crate) to: Vec<String>,
    /// The sender.
    pub(crate) from: String,
    /// The subject.
    pub(crate) subject: String,
    /// The text part.
    pub(crate) text: Option<String>,
    /// The HTML part.
    pub(crate) html: Option<String>,
    /// Further headers.
    pub(crate) headers: BTreeMap<String, String>,
    /// When the mail arrived, in RFC 3339.
    pub(crate) received_at: String,
}

/// The mails in memory.
#[derive(Debug, Default)]
pub(crate) struct Inbox(Mutex<VecDeque<Message>>);

impl Inbox {
    /// Adds a mail.
    pub(crate) fn add(&self, message: Message) {
        let mut messages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        messages.push_front(message);
        messages.truncate(CAPACITY);
    }

    /// Returns all mails, newest first.
    pub(crate) fn messages(&self) -> Vec<Message> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Deletes all mails.
    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Returns the number of mails.
    pub(crate) fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_mail_is_first_and_the_oldest_are_dropped() {
        let inbox = Inbox::default();
        for id in 0..=CAPACITY {
            let id = id.to_string();
            inbox.add(Message {
                id,
                to: vec![],
                from: String::new(),
                subject: String::new(),
                text: None,
                html: None,
                headers: BTreeMap::new(),
                received_at: String::new(),
            });
        }
        assert_eq!(inbox.count(), CAPACITY);
        assert_eq!(inbox.messages()[0].id, CAPACITY.to_string());
        inbox.clear();
        assert_eq!(inbox.count(), 0);
    }
}
