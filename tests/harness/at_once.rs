//! People who come at once, and who try again as long as they are told to.
//!
//! On a busy machine a call to the table takes longer than the SDK waits. The service then answers
//! with 503, although the write may have been made. A client waits and tries again, and so does a
//! test. Without the wait, a crowd would keep the machine as busy as it is.

use std::time::Duration;

use futures::future::join_all;

use crate::Answer;

/// How often a request is sent before the test fails.
const TRIES: u32 = 60;
/// How long a person waits after the first 503. They wait twice as long after each further one, up
/// to the longest.
const FIRST_WAIT: Duration = Duration::from_millis(50);
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Sends a request again as long as it is answered with 503. Returns the first other answer.
///
/// # Panics
/// There is none.
pub async fn at_last(request: impl AsyncFn() -> Answer) -> Answer {
    tried(request).await.0
}

/// Sends a request as [`at_last`] does. Returns whether there was a 503 too.
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

/// What requests that were sent at once are answered.
#[derive(Debug)]
pub struct AtOnce {
    /// An answer for each request, in the order of the requests.
    pub answers: Vec<Answer>,
    /// Whether a request was sent again. A 503 may hide a success, and the next answer then tells
    /// of a conflict with it.
    pub again: bool,
}

impl AtOnce {
    /// Sends all these requests at once, each as [`at_last`] does.
    pub async fn send<R: AsyncFn() -> Answer>(requests: impl IntoIterator<Item = R>) -> Self {
        let tried = join_all(requests.into_iter().map(tried)).await;
        let again = tried.iter().any(|(_, again)| *again);
        Self { answers: tried.into_iter().map(|(answer, _)| answer).collect(), again }
    }

    /// Returns how many answers have this status.
    pub fn count(&self, status: u16) -> usize {
        self.answers.iter().filter(|answer| answer.status == status).count()
    }

    /// Asserts that `successes` answers have the status `success`, and all others the status
    /// `refusal`. Fewer successes will do only where a request was sent again.
    #[track_caller]
    pub fn splits(&self, (success, successes): (u16, usize), refusal: u16) {
        let made = self.count(success);
        assert!(made == successes || (self.again && made < successes), "{self:#?}");
        assert_eq!(made + self.count(refusal), self.answers.len(), "{self:#?}");
    }
}
