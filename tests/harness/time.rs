//! Waiting for a condition, and reading times.

use std::future::Future;
use std::time::Duration;

/// The number of checks before the test fails. They take about twenty seconds, because the machine
/// may be busy.
const CHECKS: u32 = 2_400;
const BETWEEN_CHECKS: Duration = Duration::from_millis(25);

/// Calls `check` until it returns `Some`, and returns the value.
///
/// # Panics
/// `check` returns `None` for about a minute.
pub async fn eventually<T, F, Fut>(what: &str, check: F) -> T
where
    F: Fn() -> Fut,
    Fut: Future<Output = Option<T>>,
{
    for _ in 0..CHECKS {
        if let Some(found) = check().await {
            return found;
        }
        tokio::time::sleep(BETWEEN_CHECKS).await;
    }
    panic!("waited in vain for {what}")
}

/// Returns an RFC 3339 time as seconds since 1970.
///
/// # Panics
/// The text is not whole seconds in UTC, the form of every time in an answer.
pub fn seconds(instant: &str) -> i64 {
    assert!(instant.len() == 20 && instant.ends_with('Z'), "{instant} is not whole seconds in UTC");
    let timestamp: jiff::Timestamp =
        instant.parse().unwrap_or_else(|error| panic!("{instant}: {error}"));
    timestamp.as_second()
}
