//! The clock and its timestamps. Functions that depend on time take it as an argument.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde::{Deserialize, Serialize};

use super::Invalid;
use super::invisible::trim;

/// An instant, in whole seconds since 1970-01-01T00:00:00Z.
///
/// It is displayed as RFC 3339 in UTC and stored as the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

/// The last instant that a timestamp can hold. It is one day before the year 10000, so that RFC
/// 3339 can express it in every time zone.
const LAST: i64 = 253_402_207_200;

impl Timestamp {
    /// Creates the instant `seconds` after the epoch, clamped to the years 1970 to 9999.
    pub fn from_seconds(seconds: i64) -> Self {
        Self(seconds.clamp(0, LAST))
    }

    /// Parses a time as in RFC 3339. Fractions of a second are left out.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = trim(text);
        let instant: Result<jiff::Timestamp, _> = text.parse();
        instant.map(|instant| Self::from_seconds(instant.as_second())).map_err(|_| {
            Invalid::new("invalid_time", "Give a time as in RFC 3339.").or_hidden(text)
        })
    }

    /// Returns the whole seconds since the epoch.
    pub fn seconds(self) -> i64 {
        self.0
    }

    /// Returns the instant `seconds` later, or earlier if `seconds` is negative.
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

/// The service's clock: the system's time plus an offset.
///
/// Clones share the offset, so that the local service can advance the time of every function at
/// once.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    offset: Arc<AtomicI64>,
    fixed: Option<Timestamp>,
}

impl Clock {
    /// Creates a clock that follows the system's time.
    pub fn system() -> Self {
        Self::default()
    }

    /// Creates a clock that stays at `instant` until it is advanced.
    pub fn fixed(instant: Timestamp) -> Self {
        Self { offset: Arc::default(), fixed: Some(instant) }
    }

    /// Advances this clock and all its clones by `seconds`.
    pub fn advance(&self, seconds: i64) {
        self.offset.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Returns the current time.
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
    fn timestamps_display_as_rfc_3339_in_utc() {
        assert_eq!(Timestamp::from_seconds(1_699_335_116).to_string(), "2023-11-07T05:31:56Z");
    }

    #[test]
    fn a_time_is_read_as_it_is_displayed() {
        let time = Timestamp::from_seconds(1_699_335_116);
        for text in ["2023-11-07T05:31:56Z", "2023-11-07T06:31:56+01:00", "2023-11-07T05:31:56.7Z"]
        {
            assert_eq!(Timestamp::parse(text), Ok(time), "{text}");
        }
        for text in ["", "2023-11-07", "2023-11-07T05:31:56", "1699335116", "yesterday"] {
            assert!(Timestamp::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn timestamps_are_clamped_to_the_years_1970_to_9999() {
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
