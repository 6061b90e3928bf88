//! A group's funnel: what became of its invites, by day, counted from its events.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde::de::IntoDeserializer;
use serde::{Deserialize, Serialize, Serializer};

use super::Invalid;
use super::clock::Timestamp;
use super::counters::Generation;
use super::event::{Event, EventKind};
use super::ids::{InviteId, UserId};
use super::invite::RevokeReason;

/// A day, in seconds.
const DAY: i64 = 86_400;

/// The upper bounds of the parts of the histogram, in seconds: an hour, four hours, a day, three days,
/// a week, and no bound.
const BOUNDS: [Option<i64>; 6] =
    [Some(3_600), Some(4 * 3_600), Some(DAY), Some(3 * DAY), Some(7 * DAY), None];

/// A day in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(i64);

impl Day {
    /// Returns the day of this instant.
    pub fn of(at: Timestamp) -> Self {
        Self(at.seconds().div_euclid(DAY))
    }

    /// Parses a day such as `2026-11-21`.
    ///
    /// # Errors
    /// `invalid_day`.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let wrong = || Invalid::new("invalid_day", "Give a day such as 2026-11-21.");
        let has_form = text.len() == 10 && text.bytes().all(|c| c == b'-' || c.is_ascii_digit());
        let start = Timestamp::parse(&format!("{text}T00:00:00Z"));
        start.ok().filter(|_| has_form).map(Self::of).ok_or_else(wrong)
    }

    /// Returns the first instant of the day.
    pub fn start(self) -> Timestamp {
        Timestamp::from_seconds(self.0 * DAY)
    }

    /// Returns the day `days` later, or earlier if `days` is negative.
    #[must_use]
    pub fn plus(self, days: i64) -> Self {
        Self(self.0 + days)
    }

    /// Returns the number of days from `earlier` to this day.
    pub fn since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = self.start().to_string();
        f.write_str(start.split('T').next().unwrap_or_default())
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The numbers of invites that came to each stage. Each generation of an invite counts once a stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = Funnel))]
pub struct Funnel {
    /// Invites that were made or revived.
    pub made: u32,
    /// Invites of which SES took a mail.
    pub sent: u32,
    /// Invites of which a mail was delivered.
    pub delivered: u32,
    /// Invites of which a mail bounced.
    pub bounced: u32,
    /// Invites whose page a person saw.
    pub opened: u32,
    /// People who joined by an invite.
    pub accepted: u32,
    /// Invites that were declined.
    pub declined: u32,
    /// Invites that a member or an app revoked.
    pub revoked: u32,
    /// Invites that expired.
    pub expired: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Stage {
    Made,
    Sent,
    Delivered,
    Bounced,
    Opened,
    Accepted,
    Declined,
    Revoked,
    Expired,
}

impl Stage {
    /// Returns the stage that an invite comes to by this event.
    fn of(event: &Event) -> Option<Self> {
        Some(match event.kind {
            EventKind::InviteCreated => Self::Made,
            EventKind::MailSent => Self::Sent,
            EventKind::MailDelivered => Self::Delivered,
            EventKind::MailBounced => Self::Bounced,
            EventKind::InviteOpened => Self::Opened,
            // Also by a link, which stays pending.
            EventKind::MemberJoined => event.invite.map(|_| Self::Accepted)?,
            EventKind::InviteDeclined => Self::Declined,
            EventKind::InviteRevoked => Some(Self::Revoked).filter(|_| is_withdrawal(event))?,
            EventKind::InviteExpired => Self::Expired,
            EventKind::InviteChanged
            | EventKind::InviteResent
            | EventKind::InviteReminded
            | EventKind::RenewalRequested
            | EventKind::LinkRevealed
            | EventKind::InviteAccepted
            | EventKind::InviteExhausted
            | EventKind::InviteAnonymized
            | EventKind::MailDelayed
            | EventKind::MailComplained
            | EventKind::MailFailed
            | EventKind::MailSuppressed
            | EventKind::MemberChanged
            | EventKind::MemberRemoved
            | EventKind::GroupCreated
            | EventKind::GroupChanged
            | EventKind::GroupDeleted => return None,
        })
    }

    fn count(self, funnel: &mut Funnel) -> &mut u32 {
        match self {
            Self::Made => &mut funnel.made,
            Self::Sent => &mut funnel.sent,
            Self::Delivered => &mut funnel.delivered,
            Self::Bounced => &mut funnel.bounced,
            Self::Opened => &mut funnel.opened,
            Self::Accepted => &mut funnel.accepted,
            Self::Declined => &mut funnel.declined,
            Self::Revoked => &mut funnel.revoked,
            Self::Expired => &mut funnel.expired,
        }
    }
}

/// Returns whether somebody revoked the invite, and not a consequence of another change.
fn is_withdrawal(event: &Event) -> bool {
    let word = event.data.reason.as_deref().unwrap_or_default();
    let word: serde::de::value::StrDeserializer<'_, serde::de::value::Error> =
        word.into_deserializer();
    match RevokeReason::deserialize(word) {
        Ok(RevokeReason::RevokedByMember | RevokeReason::RevokedByApp) => true,
        Ok(
            RevokeReason::MemberRemoved
            | RevokeReason::InviterGone
            | RevokeReason::Joined
            | RevokeReason::Replaced
            | RevokeReason::GroupDeleted
            | RevokeReason::OptedOut,
        )
        | Err(_) => false,
    }
}

/// A part of the histogram: how many invites were accepted within this time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AcceptedWithin))]
pub struct AcceptedWithin {
    /// The most seconds from the making of the invite to its acceptance; `null` for all longer times.
    pub up_to_seconds: Option<i64>,
    /// The number of invites that took longer than the part before, and at most this long.
    pub count: u32,
}

/// Whom and what a stage counts once.
type Once = (Stage, InviteId, Option<Generation>, Option<UserId>);

/// Counts events, which it is told from the newest to the oldest.
#[derive(Debug, Default)]
pub struct Statistics {
    /// When each first came to each stage.
    first: HashMap<Once, Timestamp>,
    /// The last acceptance of each invite whose making was not met yet.
    accepted: HashMap<InviteId, Timestamp>,
    /// The number of acceptances in each part of the histogram.
    within: [u32; BOUNDS.len()],
}

impl Statistics {
    /// Counts an event that is older than those before.
    pub fn add(&mut self, event: &Event) {
        let Some(invite) = event.invite else { return };
        let stage = Stage::of(event);
        // SES's report can overtake the record of its answer, which then has no event.
        let sent = stage.filter(|stage| matches!(stage, Stage::Delivered | Stage::Bounced));
        for stage in stage.into_iter().chain(sent.map(|_| Stage::Sent)) {
            let once = (stage, invite, event.generation, event.user.clone());
            self.first.insert(once, event.at);
        }
        if event.kind == EventKind::InviteAccepted {
            self.accepted.insert(invite, event.at);
        } else if event.kind == EventKind::InviteCreated
            && let Some(accepted) = self.accepted.remove(&invite)
        {
            let took = accepted.seconds() - event.at.seconds();
            let part = BOUNDS.iter().position(|most| most.is_none_or(|most| took <= most));
            if let Some(count) = part.and_then(|part| self.within.get_mut(part)) {
                *count += 1;
            }
        }
    }

    /// Returns the numbers of each day from `since` to `until`, in order.
    pub fn days(&self, since: Day, until: Day) -> Vec<(Day, Funnel)> {
        let mut days: BTreeMap<Day, Funnel> =
            (0..=until.since(since)).map(|days| (since.plus(days), Funnel::default())).collect();
        for ((stage, ..), at) in &self.first {
            if let Some(funnel) = days.get_mut(&Day::of(*at)) {
                *stage.count(funnel) += 1;
            }
        }
        days.into_iter().collect()
    }

    /// Returns how long the acceptances took of the invites that were made in the events.
    pub fn time_to_accept(&self) -> Vec<AcceptedWithin> {
        let parts = BOUNDS.iter().zip(self.within);
        parts.map(|(most, count)| AcceptedWithin { up_to_seconds: *most, count }).collect()
    }
}

#[cfg(test)]
#[path = "stats_tests.rs"]
mod tests;
