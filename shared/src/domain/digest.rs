//! A mail to an inviter with news: one for each, or a digest a day (ADR 0042).

use super::clock::Timestamp;
use super::counters::Version;
use super::ids::UserId;
use super::invite::{Delivery, DeliveryState};
use super::news::News;

/// The most news that one mail lists. It says that there are more.
pub const MOST_NEWS: usize = 100;

const DAY: i64 = 86_400;
/// The time of day at which digests are due, in seconds: 08:00 UTC.
const MORNING: i64 = 8 * 3_600;
/// How long before a digest is due its last news are added, in seconds.
const CLOSING: i64 = 600;

/// The place of a mail among those to one inviter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DigestSlot {
    /// The digest that is due at this time.
    Daily(Timestamp),
    /// The mail about this alone.
    Each(News),
}

/// Returns when the digest is due that takes news at `now`: at the next 08:00 UTC.
pub fn next_digest(now: Timestamp) -> Timestamp {
    let from = now.seconds() + CLOSING - MORNING;
    Timestamp::from_seconds((from.div_euclid(DAY) + 1) * DAY + MORNING)
}

impl DigestSlot {
    /// Returns the slot as text, which is a part of its key.
    pub fn text(&self) -> String {
        match self {
            Self::Daily(at) => format!("{:012}", at.seconds()),
            Self::Each(news) => news.to_string(),
        }
    }
}

/// The name of a mail to an inviter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigestId {
    /// The inviter.
    pub inviter: UserId,
    /// The slot, as [`DigestSlot::text`] returns it.
    pub slot: String,
}

/// A mail to an inviter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// Its name.
    pub id: DigestId,
    /// When it is due.
    pub due_at: Timestamp,
    /// Its news, oldest first.
    pub news: Vec<News>,
    /// Whether there are more news than it lists.
    pub has_more: bool,
    /// The state of the mail. `NotRequested` while news are added.
    pub delivery: Delivery,
    /// The number of writes to the record.
    pub version: Version,
}

impl Digest {
    /// Returns a mail about this alone, which is due at `now`.
    pub fn each(inviter: UserId, news: News, now: Timestamp) -> Self {
        let slot = DigestSlot::Each(news.clone()).text();
        Self {
            id: DigestId { inviter, slot },
            due_at: now,
            news: vec![news],
            has_more: false,
            delivery: Delivery::NOT_REQUESTED.requested_again(now),
            version: Version::FIRST,
        }
    }

    /// Returns the delivery after the clock's function has looked at the mail at `now`. `None` before
    /// it is time, and after the mail has an outcome.
    pub fn looked_at(&self, now: Timestamp) -> Option<Delivery> {
        match self.delivery.state {
            DeliveryState::NotRequested if self.due_at <= now => {
                Some(self.delivery.requested_again(now))
            }
            DeliveryState::NotRequested => None,
            _ => self.delivery.queued_again(now),
        }
    }

    /// Returns when the clock's function looks at the mail next. `None` after its outcome.
    pub fn next_look(&self) -> Option<Timestamp> {
        match self.delivery.state {
            DeliveryState::NotRequested => Some(self.due_at),
            _ => self.delivery.looked_at(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn time(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn a_digest_is_due_at_the_next_eight_o_clock() {
        for (now, due) in [
            ("2026-11-21T00:00:00Z", "2026-11-21T08:00:00Z"),
            ("2026-11-21T07:49:59Z", "2026-11-21T08:00:00Z"),
            ("2026-11-21T07:50:00Z", "2026-11-22T08:00:00Z"),
            ("2026-11-21T08:00:00Z", "2026-11-22T08:00:00Z"),
            ("2026-12-31T23:59:59Z", "2027-01-01T08:00:00Z"),
        ] {
            assert_eq!(next_digest(time(now)), time(due), "{now}");
        }
    }

    proptest! {
        #[test]
        fn a_digest_takes_news_for_a_day(now in 0i64..4_000_000_000) {
            let due = next_digest(Timestamp::from_seconds(now));
            let wait = due.seconds() - now;
            prop_assert!(wait > CLOSING && wait <= DAY + CLOSING);
            prop_assert_eq!(due.seconds() % DAY, MORNING);
        }
    }
}
