//! Spaces the mails of a process, so that it stays below a rate.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The pace of a process's mails. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Pace {
    gap: Duration,
    next: Arc<Mutex<Option<Instant>>>,
}

impl Pace {
    /// Returns the pace of this many mails in a second. 0 sets no limit.
    pub(super) fn of(rate: u32) -> Self {
        let gap = Duration::from_secs(1).checked_div(rate).unwrap_or(Duration::ZERO);
        Self { gap, next: Arc::default() }
    }

    /// Waits for the next mail's turn.
    pub(super) async fn turn(&self) {
        tokio::time::sleep_until(self.reserve(Instant::now())).await;
    }

    /// Reserves the first free time from `now` on, and returns it.
    fn reserve(&self, now: Instant) -> Instant {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let at = next.map_or(now, |next| next.max(now));
        *next = Some(at + self.gap);
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(rate: u32) -> Vec<Duration> {
        let (pace, now) = (Pace::of(rate), Instant::now());
        (0..4).map(|_| pace.reserve(now) - now).collect()
    }

    #[test]
    fn mails_leave_one_after_the_other() {
        assert_eq!(waits(4), [0, 250, 500, 750].map(Duration::from_millis));
        assert_eq!(waits(0), [Duration::ZERO; 4]);
    }

    #[test]
    fn a_pause_is_not_made_up_for() {
        let (pace, now) = (Pace::of(1), Instant::now());
        pace.reserve(now);
        let later = now + Duration::from_secs(60);
        assert_eq!(pace.reserve(later), later);
        assert_eq!(pace.reserve(later), later + Duration::from_secs(1));
    }
}
