//! Reads for a list that many people can make long: a few at a time, and not longer than the caller
//! waits.

use std::time::Duration;

use futures::{StreamExt, TryStreamExt, stream};

use super::Outcome;

/// Maximum number of reads at the same time.
const AT_ONCE: usize = 16;
/// The time after which a list ends with what was read. A list may make such reads twice, one after
/// the other. Together they are shorter than the deadline of an endpoint, which also has to answer.
const BUDGET: Duration = Duration::from_secs(3);

/// What was read of a list.
#[derive(Debug)]
pub(super) struct Read<T> {
    /// The results, in the order of the reads.
    pub(super) found: Vec<T>,
    /// Whether every read was made.
    pub(super) complete: bool,
}

/// Makes these reads, and returns their results. After [`BUDGET`] it returns the results so far.
///
/// # Errors
/// The first error of a read.
pub(super) async fn in_time<T, F>(reads: impl IntoIterator<Item = F>) -> Outcome<Read<T>>
where
    F: Future<Output = Outcome<T>>,
{
    within(BUDGET, reads).await
}

async fn within<T, F>(budget: Duration, reads: impl IntoIterator<Item = F>) -> Outcome<Read<T>>
where
    F: Future<Output = Outcome<T>>,
{
    let reads: Vec<F> = reads.into_iter().collect();
    let wanted = reads.len();
    let late = Box::pin(tokio::time::sleep(budget));
    let found: Vec<T> =
        stream::iter(reads).buffered(AT_ONCE).take_until(late).try_collect().await?;
    Ok(Read { complete: found.len() == wanted, found })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::engine::NotFound;

    #[tokio::test]
    async fn results_have_the_order_of_the_reads_and_few_run_at_once() {
        let (running, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let reads = (0..100).map(|number| {
            let (running, most) = (&running, &most);
            async move {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                running.fetch_sub(1, Ordering::SeqCst);
                Ok(number)
            }
        });
        let read = in_time(reads).await.unwrap();
        assert!(read.complete && read.found.iter().copied().eq(0..100));
        assert!(most.load(Ordering::SeqCst) <= AT_ONCE);
    }

    #[tokio::test]
    async fn a_slow_list_ends_with_what_was_read() {
        let read = within(
            Duration::from_millis(50),
            (0..100).map(|number| async move {
                if number >= 10 {
                    std::future::pending::<()>().await;
                }
                Ok(number)
            }),
        );
        let read = read.await.unwrap();
        assert!(!read.complete && read.found.iter().copied().eq(0..10));
    }

    #[tokio::test]
    async fn an_error_ends_the_list() {
        let read = in_time([async { Outcome::<u8>::Err(NotFound::Group.into()) }]).await;
        assert!(read.is_err());
    }
}
