//! Requests that are sent at once, and that are retried after a 503.
//!
//! On a busy machine a call to the table takes longer than the SDK waits. The service then answers
//! with 503, although the write may have been made. A client waits and retries, and a test does the
//! same. Without the wait, the retries would keep the machine busy.

use std::time::Duration;

use futures::future::join_all;

use crate::Answer;

/// The number of times that a request is sent before the test fails.
const TRIES: u32 = 60;
/// The wait after the first 503. It doubles after each further 503, up to `LONGEST_WAIT`.
const FIRST_WAIT: Duration = Duration::from_millis(50);
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Sends a request, retries it after each 503, and returns the first other answer.
///
/// # Panics
/// Every answer is a 503.
pub async fn at_last(request: impl AsyncFn() -> Answer) -> Answer {
    tried(request).await.0
}

/// Sends a request as [`at_last`] does, and also returns whether there was a 503.
async fn tried(request: impl AsyncFn() -> Answer) -> (Answer, bool) {
    let mut wait = FIRST_WAIT;
    for tries in 0..TRIES {
        let answer = request().await;
        if answer.status != 503 {
            return (answer, tries > 0);
        }
        tokio::time::sleep(wait).await;
        wait = LONGEST_WAIT.min(2 * wait);
    }
    panic!("the service stayed unavailable")
}

/// The answers to requests that were sent at once.
#[derive(Debug)]
pub struct AtOnce {
    /// The answer to each request, in the order of the requests.
    pub answers: Vec<Answer>,
    /// Whether a request was retried. A 503 may hide a success, and the retry then conflicts with
    /// that success.
    pub again: bool,
}

impl AtOnce {
    /// Sends all requests at once, each as [`at_last`] does.
    pub async fn send<R: AsyncFn() -> Answer>(requests: impl IntoIterator<Item = R>) -> Self {
        let tried = join_all(requests.into_iter().map(tried)).await;
        let again = tried.iter().any(|(_, again)| *again);
        Self { answers: tried.into_iter().map(|(answer, _)| answer).collect(), again }
    }

    /// Returns the number of answers with this status.
    pub fn count(&self, status: u16) -> usize {
        self.answers.iter().filter(|answer| answer.status == status).count()
    }

    /// Asserts that `successes` answers have the status `success`, and all others the status
    /// `refusal`. Fewer successes are allowed only if a request was retried.
    #[track_caller]
    pub fn splits(&self, (success, successes): (u16, usize), refusal: u16) {
        let made = self.count(success);
        assert!(made == successes || (self.again && made < successes), "{self:#?}");
        assert_eq!(made + self.count(refusal), self.answers.len(), "{self:#?}");
    }
}
