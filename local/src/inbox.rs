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

impl Message {
    /// Returns the recipients as one text.
    pub(crate) fn recipients(&self) -> String {
        self.to.join(", ")
    }

    /// Returns the day and the minute when the mail arrived.
    pub(crate) fn minute(&self) -> String {
        self.received_at.get(..16).unwrap_or(&self.received_at).replacen('T', " ", 1)
    }

    /// Returns whether the mail has each of these lower-case words.
    fn has(&self, words: &[String]) -> bool {
        if words.is_empty() {
            return true;
        }
        let text = self.text.as_deref().unwrap_or_default();
        let own = [self.from.as_str(), self.subject.as_str(), text].map(str::to_lowercase);
        let to: Vec<String> = self.to.iter().map(|to| to.to_lowercase()).collect();
        words.iter().all(|word| own.iter().chain(&to).any(|part| part.contains(word)))
    }
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

    /// Returns the newest mails that have each of these words in an address, the subject or the text,
    /// and how many have them. It returns at most `most` mails.
    pub(crate) fn search(&self, words: &str, most: usize) -> (Vec<Message>, usize) {
        let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
        let messages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found = messages.iter().filter(|message| message.has(&words));
        let shown: Vec<Message> = found.by_ref().take(most).cloned().collect();
        let count = shown.len() + found.count();
        (shown, count)
    }

    /// Returns the recipients of all mails, those of the newest first.
    pub(crate) fn recipients(&self) -> Vec<String> {
        let messages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        messages.iter().flat_map(|message| message.to.iter().cloned()).collect()
    }

    /// Returns the mail with this id.
    pub(crate) fn message(&self, id: &str) -> Option<Message> {
        let messages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        messages.iter().find(|message| message.id == id).cloned()
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

    fn mail(id: usize, to: &str, subject: &str) -> Message {
        Message {
            id: id.to_string(),
            to: vec![to.into()],
            from: "Beckon <b@example.com>".into(),
            subject: subject.into(),
            text: None,
            html: None,
            headers: BTreeMap::new(),
            received_at: String::new(),
        }
    }

    #[test]
    fn a_search_finds_the_mails_with_every_word() {
        let inbox = Inbox::default();
        inbox.add(mail(1, "Ada@example.com", "Q1 Planning"));
        inbox.add(mail(2, "bob@example.com", "Q1 Planning"));
        inbox.add(mail(3, "ada@example.com", "Budget"));
        let found = |words, most| {
            let (mails, count) = inbox.search(words, most);
            (mails.into_iter().map(|mail| mail.id).collect::<Vec<_>>().join(" "), count)
        };
        assert_eq!(found("", 9), ("3 2 1".into(), 3));
        assert_eq!(found(" ADA", 9), ("3 1".into(), 2));
        assert_eq!(found("planning ada", 9), ("1".into(), 1));
        assert_eq!(found("beckon", 2), ("3 2".into(), 3));
        assert_eq!(found("nobody", 9), (String::new(), 0));
        assert_eq!(inbox.message("2").map(|mail| mail.to), Some(vec!["bob@example.com".into()]));
        assert_eq!(inbox.message("4"), None);
    }

    #[test]
    fn the_newest_mail_is_first_and_the_oldest_are_dropped() {
        let inbox = Inbox::default();
        for id in 0..=CAPACITY {
            inbox.add(mail(id, "a@example.com", ""));
        }
        assert_eq!(inbox.count(), CAPACITY);
        assert_eq!(inbox.messages()[0].id, CAPACITY.to_string());
        inbox.clear();
        assert_eq!(inbox.count(), 0);
    }
}
