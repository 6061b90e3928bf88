//! The mails that the service sent, kept instead of delivered.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

/// How many mails are kept; the oldest go first.
const CAPACITY: usize = 10_000;

/// A mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Message {
    /// SES's id of it.
    pub(crate) id: String,
    /// To whom.
    pub(crate) to: Vec<String>,
    /// From whom.
    pub(crate) from: String,
    /// The subject.
    pub(crate) subject: String,
    /// The text part.
    pub(crate) text: Option<String>,
    /// The HTML part.
    pub(crate) html: Option<String>,
    /// Further headers.
    pub(crate) headers: BTreeMap<String, String>,
    /// When it came, RFC 3339.
    pub(crate) received_at: String,
}

/// The inbox.
#[derive(Debug, Default)]
pub(crate) struct Inbox(Mutex<VecDeque<Message>>);

impl Inbox {
    /// Takes a mail in.
    pub(crate) fn add(&self, message: Message) {
        let mut messages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        messages.push_front(message);
        messages.truncate(CAPACITY);
    }

    /// All mails, newest first.
    pub(crate) fn messages(&self) -> Vec<Message> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Throws all mails away.
    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// How many mails there are.
    pub(crate) fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_comes_first_and_the_oldest_go() {
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
