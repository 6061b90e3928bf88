//! Time as an argument: the one clock, and the instants that it gives.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde::{Deserialize, Serialize};

/// An instant in whole seconds since 1970-01-01T00:00:00Z.
///
/// Displayed, and serialised for people, as RFC 3339 in UTC; stored as the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

/// The last instant that can be written, a day before the year 10000 so that it can be written in
/// every time zone.
const LAST: i64 = 253_402_207_200;

impl Timestamp {
    /// The instant `seconds` after the epoch, held within the years 1970 to 9999.
    pub fn from_seconds(seconds: i64) -> Self {
        Self(seconds.clamp(0, LAST))
    }

    /// Whole seconds since the epoch.
    pub fn seconds(self) -> i64 {
        self.0
    }

    /// The instant `seconds` later, or earlier where negative.
    pub fn plus(self, seconds: i64) -> Self {
        Self::from_seconds(self.0.saturating_add(seconds))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_second(self.0) {
            Ok(instant) => write!(f, "{instant}"),
            Err(_) => Err(fmt::Error),
        }
    }
}

/// The service's clock: the system's, moved forward by as much as was asked for.
///
/// Clones share the offset, so that a local service can move every function's time at once.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    offset: Arc<AtomicI64>,
    fixed: Option<Timestamp>,
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stands still at `instant` until it is advanced.
    pub fn fixed(instant: Timestamp) -> Self {
        Self { offset: Arc::default(), fixed: Some(instant) }
    }

    /// Moves this clock and all its clones by `seconds`.
    pub fn advance(&self, seconds: i64) {
        self.offset.fetch_add(seconds, Ordering::SeqCst);
    }

    /// The present instant.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
    pub fn now(&self) -> Timestamp {
        let base =
            self.fixed.map_or_else(|| jiff::Timestamp::now().as_second(), Timestamp::seconds);
        Timestamp::from_seconds(base.saturating_add(self.offset.load(Ordering::SeqCst)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_reads_as_rfc_3339_in_utc() {
        assert_eq!(Timestamp::from_seconds(1_699_335_116).to_string(), "2023-11-07T05:31:56Z");
    }

    #[test]
    fn instants_stay_within_what_can_be_written() {
        assert_eq!(Timestamp::from_seconds(i64::MAX).to_string(), "9999-12-30T22:00:00Z");
        assert_eq!(Timestamp::from_seconds(i64::MIN).to_string(), "1970-01-01T00:00:00Z");
        assert_eq!(Timestamp::from_seconds(5).plus(i64::MAX), Timestamp::from_seconds(LAST));
    }

    #[test]
    fn advancing_a_clock_moves_its_clones() {
        let clock = Clock::fixed(Timestamp::from_seconds(100));
        let clone = clock.clone();
        clock.advance(20);
        assert_eq!(clone.now(), Timestamp::from_seconds(120));
    }
}
