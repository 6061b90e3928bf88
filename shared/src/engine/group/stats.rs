//! A group's funnel.

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::ids::GroupId;
use crate::domain::rule::InviteRule;
use crate::domain::stats::{Day, Statistics};
use crate::engine::{Engine, Outcome};

/// The most events that are counted. They are about four megabytes.
const MOST_COUNTED: usize = 10_000;

/// A group's numbers.
#[derive(Debug)]
pub struct InviteStats {
    /// The first day that is counted.
    pub since: Day,
    /// The last day, which is not over.
    pub until: Day,
    /// The numbers.
    pub statistics: Statistics,
}

impl Engine {
    /// Counts the events of the group from the day `since` to the present, if `rule` lets the caller
    /// invite.
    ///
    /// Of more than 10,000 events the newest are counted, and the days that they do not cover whole
    /// are left out, except the present day.
    ///
    /// # Errors
    /// `NotFound::Group`, `Denied::NotMember`, `Forbidden::MayNotInvite`, `Fault`.
    pub async fn invite_stats(
        &self,
        caller: &Caller,
        group: &GroupId,
        rule: InviteRule,
        since: Day,
        now: Timestamp,
    ) -> Outcome<InviteStats> {
        self.check_inviter(caller, group, rule).await?;
        let (events, complete) =
            self.store.events_since(group, since.start(), MOST_COUNTED).await?;
        let mut statistics = Statistics::default();
        events.iter().for_each(|event| statistics.add(event));
        let until = Day::of(now);
        let oldest = events.last().filter(|_| !complete);
        let since = oldest.map_or(since, |event| Day::of(event.at).plus(1).min(until).max(since));
        Ok(InviteStats { since, until, statistics })
    }
}
