//! FIFO queues like those of SQS, in memory, and the functions that they start.

mod mapping;

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use shared::domain::clock::{Clock, Timestamp};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::template;

pub(crate) use mapping::Mapping;

/// The seconds for which a queue recognizes a repeated message.
const DEDUPLICATION: i64 = 300;

/// The queues, by their names.
pub(crate) type Queues = BTreeMap<String, Queue>;

/// A message.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Message {
    /// The id that the queue gave it.
    pub(crate) id: String,
    /// The group, whose messages stay in order.
    pub(crate) group: String,
    /// The id by which the queue recognizes a repeated message.
    pub(crate) deduplication_id: String,
    /// The text.
    pub(crate) body: String,
    /// The place in the queue.
    pub(crate) sequence: u64,
    /// How often it was received.
    pub(crate) receives: u32,
    /// When it was sent, in seconds since 1970.
    pub(crate) sent_at: Timestamp,
    /// The handle of the last receipt.
    #[serde(skip)]
    pub(crate) receipt: String,
    /// Whether a function handles it now.
    #[serde(skip)]
    is_handled: bool,
    /// When it can be received again.
    #[serde(skip)]
    visible_at: Timestamp,
}

/// A message to send.
pub(crate) struct NewMessage {
    /// The group.
    pub(crate) group: String,
    /// The id by which the queue recognizes a repeated message.
    pub(crate) deduplication_id: String,
    /// The text.
    pub(crate) body: String,
}

#[derive(Debug, Default)]
struct State {
    messages: Vec<Message>,
    /// The messages that were given up.
    dead: Vec<Message>,
    /// The ids of the last minutes' messages by their deduplication ids, with the times until which
    /// they are recognized.
    known: BTreeMap<String, (String, Timestamp)>,
    sent: u64,
}

/// A FIFO queue. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Queue {
    settings: template::Queue,
    clock: Clock,
    state: Arc<Mutex<State>>,
    /// Wakes up the mapping after a message was sent or handled.
    changed: Arc<Notify>,
}

impl Queue {
    /// Returns the queues of the template that start a function. They are empty.
    pub(crate) fn all(template: &template::Template, clock: &Clock) -> Queues {
        let sources = template.functions.iter().flat_map(|function| &function.queues);
        let queues = sources.filter_map(|source| template.queues.get_key_value(&source.queue));
        queues.map(|(id, settings)| (id.clone(), Self::new(settings, clock))).collect()
    }

    fn new(settings: &template::Queue, clock: &Clock) -> Self {
        let (state, changed) = (Arc::default(), Arc::default());
        Self { settings: settings.clone(), clock: clock.clone(), state, changed }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds the message at the end, and returns its id and its place. A message that was sent in the
    /// last five minutes is not added again.
    pub(crate) fn send(&self, message: NewMessage) -> (String, u64) {
        let now = self.clock.now();
        let mut state = self.state();
        state.known.retain(|_, (_, until)| now < *until);
        if let Some((id, _)) = state.known.get(&message.deduplication_id) {
            return (id.clone(), state.sent);
        }
        let id = Uuid::new_v4().to_string();
        state.sent += 1;
        let sequence = state.sent;
        let known = (id.clone(), now.plus(DEDUPLICATION));
        state.known.insert(message.deduplication_id.clone(), known);
        state.messages.push(Message {
            id: id.clone(),
            group: message.group,
            deduplication_id: message.deduplication_id,
            body: message.body,
            sequence,
            receives: 0,
            sent_at: now,
            receipt: String::new(),
            is_handled: false,
            visible_at: now,
        });
        self.changed.notify_one();
        (id, sequence)
    }

    /// Receives the next messages, at most `most`. A message that is handled or hidden holds back the
    /// later ones of its group. A message that was received too often is given up first.
    fn receive(&self, most: usize) -> Vec<Message> {
        let now = self.clock.now();
        let mut state = self.state();
        self.give_up(&mut state, now);
        let mut held_back = HashSet::new();
        let mut received = Vec::new();
        for message in &mut state.messages {
            if received.len() == most {
                break;
            }
            if held_back.contains(&message.group) {
                continue;
            }
            if message.is_handled || now < message.visible_at {
                held_back.insert(message.group.clone());
                continue;
            }
            message.receives += 1;
            message.receipt = Uuid::new_v4().to_string();
            message.is_handled = true;
            message.visible_at = now.plus(self.settings.visibility_timeout);
            received.push(message.clone());
        }
        received
    }

    fn give_up(&self, state: &mut State, now: Timestamp) {
        let Some(policy) = &self.settings.redrive_policy else { return };
        let is_over = |message: &Message| {
            !message.is_handled
                && message.visible_at <= now
                && message.receives >= policy.max_receive_count
        };
        let dead: Vec<Message> =
            state.messages.extract_if(.., |message| is_over(message)).collect();
        for message in &dead {
            tracing::error!(message.id, message.receives, "a message was given up");
        }
        state.dead.extend(dead);
    }

    /// Ends the handling of a message: it is deleted, or stays in the queue. Only the last receipt
    /// counts.
    fn settle(&self, receipt: &str, is_done: bool) {
        let mut state = self.state();
        if is_done {
            state.messages.retain(|message| message.receipt != receipt);
        } else if let Some(message) = handled(&mut state, receipt) {
            message.is_handled = false;
        }
        self.changed.notify_one();
    }

    /// Hides a message that is handled for this time. Returns whether there is such a message.
    pub(crate) fn hide(&self, receipt: &str, seconds: i64) -> bool {
        let until = self.clock.now().plus(seconds);
        let mut state = self.state();
        let message = handled(&mut state, receipt);
        message.map(|message| message.visible_at = until).is_some()
    }

    /// Returns the number of messages.
    pub(crate) fn count(&self) -> usize {
        self.state().messages.len()
    }

    /// Returns the messages that were given up, oldest first.
    pub(crate) fn dead(&self) -> Vec<Message> {
        self.state().dead.clone()
    }
}

fn handled<'a>(state: &'a mut State, receipt: &str) -> Option<&'a mut Message> {
    state.messages.iter_mut().find(|message| message.is_handled && message.receipt == receipt)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue() -> Queue {
        let settings = "{VisibilityTimeout: 150, RedrivePolicy: {maxReceiveCount: 2}}";
        Queue::new(
            &serde_yaml_ng::from_str(settings).unwrap(),
            &Clock::fixed(Timestamp::from_seconds(0)),
        )
    }

    fn send(queue: &Queue, group: &str, id: &str) {
        let message = NewMessage {
            group: group.into(),
            deduplication_id: id.into(),
            body: id.to_uppercase(),
        };
        queue.send(message);
    }

    fn bodies(messages: &[Message]) -> Vec<&str> {
        messages.iter().map(|message| message.body.as_str()).collect()
    }

    #[test]
    fn a_message_holds_back_the_later_ones_of_its_group() {
        let queue = queue();
        for (group, id) in [("g", "a"), ("g", "b"), ("h", "c")] {
            send(&queue, group, id);
        }
        let (first, second) = (queue.receive(1), queue.receive(9));
        assert_eq!((bodies(&first), bodies(&second)), (vec!["A"], vec!["C"]));
        assert!(queue.receive(9).is_empty());
        assert!(queue.hide(&first[0].receipt, 30));
        queue.settle(&first[0].receipt, false);
        queue.settle(&second[0].receipt, true);
        queue.clock.advance(29);
        assert!(queue.receive(9).is_empty());
        queue.clock.advance(1);
        assert_eq!(bodies(&queue.receive(9)), ["A", "B"]);
        // An old receipt does nothing.
        assert!(!queue.hide(&first[0].receipt, 0));
        queue.settle(&first[0].receipt, true);
        assert_eq!(queue.count(), 2);
    }

    #[test]
    fn a_repeated_message_is_recognized_for_five_minutes() {
        let queue = queue();
        send(&queue, "g", "a");
        queue.clock.advance(299);
        send(&queue, "g", "a");
        assert_eq!(queue.count(), 1);
        queue.clock.advance(1);
        send(&queue, "g", "a");
        assert_eq!(queue.count(), 2);
    }

    #[test]
    fn a_message_that_was_received_too_often_is_given_up() {
        let queue = queue();
        send(&queue, "g", "a");
        send(&queue, "g", "b");
        for _ in 0..2 {
            let received = queue.receive(1);
            assert_eq!(bodies(&received), ["A"]);
            queue.settle(&received[0].receipt, false);
            queue.clock.advance(150);
        }
        assert_eq!(bodies(&queue.receive(1)), ["B"]);
        assert_eq!((queue.count(), bodies(&queue.dead())), (1, vec!["A"]));
    }
}
