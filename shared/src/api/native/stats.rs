//! A group's funnel: its query and its object.

use lambda_http::Request;
use serde::Serialize;

use super::query::one;
use crate::domain::clock::Timestamp;
use crate::domain::ids::GroupId;
use crate::domain::stats::{AcceptedWithin, Day, Funnel};
use crate::engine::InviteStats;
use crate::http::{RequestError, known_query};

/// The number of days that are counted if the request names no first day.
const USUAL_DAYS: i64 = 30;
/// The most days that are counted.
const MOST_DAYS: i64 = 366;
const EXPECTED: &str = "Give one day such as 2026-11-21, at most a year ago.";

/// What became of a group's invites, by day.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InviteStatsBody<'a> {
    /// Always `invite_stats`.
    object: &'static str,
    /// The group.
    group_id: &'a GroupId,
    /// The first day that is counted, in UTC. Later than the one that was asked for if the group has
    /// more than 10,000 events since then.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    since: Day,
    /// The present day, in UTC.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    until: Day,
    /// Every day from `since` to `until`. An invite counts on the day when it first came to a stage.
    days: Vec<DayBody>,
    /// How long the acceptances took of the invites that were made since then. Links are left out.
    time_to_accept: Vec<AcceptedWithin>,
}

/// The numbers of a day.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct DayBody {
    /// The day, in UTC.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    day: Day,
    /// The numbers.
    #[serde(flatten)]
    funnel: Funnel,
}

impl<'a> InviteStatsBody<'a> {
    /// Renders the group's numbers.
    pub fn new(group: &'a GroupId, stats: &InviteStats) -> Self {
        let InviteStats { since, until, statistics } = stats;
        let days = statistics.days(*since, *until).into_iter();
        Self {
            object: "invite_stats",
            group_id: group,
            since: *since,
            until: *until,
            days: days.map(|(day, funnel)| DayBody { day, funnel }).collect(),
            time_to_accept: statistics.time_to_accept(),
        }
    }
}

/// Reads the first day to count: the day 29 days before `now` if the request names none.
///
/// # Errors
/// `InvalidQuery` for an unknown parameter, and a day that is none, in the future, or more than a year
/// ago.
pub fn first_day(request: &Request, now: Timestamp) -> Result<Day, RequestError> {
    known_query(request, &["since"])?;
    let today = Day::of(now);
    let asked = one(request, "since", Day::parse, EXPECTED)?;
    let day = asked.unwrap_or_else(|| today.plus(1 - USUAL_DAYS));
    let days = today.since(day);
    if (0..MOST_DAYS).contains(&days) {
        Ok(day)
    } else {
        Err(RequestError::InvalidQuery("since", EXPECTED))
    }
}
