//! Waiting, and the seconds that texts name.

use std::future::Future;
use std::time::Duration;

/// How often a condition is checked before the test fails: about twenty seconds, for a machine that
/// is busy.
const CHECKS: u32 = 800;
const BETWEEN_CHECKS: Duration = Duration::from_millis(25);

/// Checks until `check` returns something, and returns that.
///
/// # Panics
/// It returns nothing for about twenty seconds.
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
    panic!("this never came: {what}")
}

/// Returns the second that an RFC 3339 text names.
///
/// # Panics
/// The text isn't whole seconds in UTC, as every time in an answer is.
pub fn seconds(instant: &str) -> i64 {
    assert!(instant.len() == 20 && instant.ends_with('Z'), "{instant} is not whole seconds in UTC");
    let timestamp: jiff::Timestamp =
        instant.parse().unwrap_or_else(|error| panic!("{instant}: {error}"));
    timestamp.as_second()
}
