//! Kills and repeats the invocations of functions, as it is told.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use futures::FutureExt;
use futures::future::BoxFuture;
use serde::ser::Error as _;
use serde_json::Error;

use crate::faults::{FunctionFault, Met, Orders};
use crate::function::Handler;

/// A running invocation.
type Invocation = BoxFuture<'static, Result<String, Error>>;

/// Returns the handler of this function with the faults of the orders.
pub(crate) fn faulty(
    function: &str,
    handler: Handler,
    orders: Arc<Orders<FunctionFault>>,
) -> Handler {
    let function = function.to_owned();
    Arc::new(move |event| {
        let handler = Arc::clone(&handler);
        match orders.met_by(|_, to| to.is_none_or(|to| to == function)) {
            None => handler(event),
            Some(Met { fault: FunctionFault::Kill, random }) => {
                Box::pin(until_killed(handler(event), waits(random)))
            }
            Some(Met { fault: FunctionFault::Repeat, .. }) => Box::pin(async move {
                // The first run's answer is lost, also if it is an error.
                let _lost = handler(event.clone()).await;
                handler(event).await
            }),
        }
    })
}

/// Returns the number of waits after which an invocation is killed, from 0 to 511. Small numbers are
/// more frequent, because a short invocation ends before a large one.
fn waits(random: u64) -> u32 {
    let bits = 1 + random % 9;
    u32::try_from((random >> 8) % (1 << bits)).unwrap_or_default()
}

/// Drops the invocation when it has waited so often, like Lambda when it kills a process: between two
/// calls, or during one that the other side may carry out.
async fn until_killed(mut invocation: Invocation, mut waits: u32) -> Result<String, Error> {
    let run = poll_fn(move |context| match waits.checked_sub(1) {
        Some(left) => {
            waits = left;
            invocation.poll_unpin(context)
        }
        None => Poll::Ready(Err(Error::custom("the function was killed"))),
    });
    run.await
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// Returns a function that waits three times, and the number of the stages that it has reached.
    fn function() -> (Handler, Arc<AtomicU32>) {
        let stages = Arc::<AtomicU32>::default();
        let counted = Arc::clone(&stages);
        let handler: Handler = Arc::new(move |event| {
            let counted = Arc::clone(&counted);
            Box::pin(async move {
                for _ in 0..3 {
                    counted.fetch_add(1, Ordering::SeqCst);
                    tokio::task::yield_now().await;
                }
                Ok(event)
            })
        });
        (handler, stages)
    }

    #[tokio::test]
    async fn a_killed_invocation_ends_at_one_of_its_waits() {
        for (waits, reached) in [(0, 0), (1, 1), (2, 2), (3, 3)] {
            let (handler, stages) = function();
            let killed = until_killed(handler(String::new()), waits).await;
            assert!(killed.is_err(), "{waits}");
            assert_eq!(stages.load(Ordering::SeqCst), reached, "{waits}");
        }
        let (handler, _) = function();
        assert!(until_killed(handler(String::new()), 4).await.is_ok());
    }

    #[tokio::test]
    async fn only_the_named_function_meets_the_fault() {
        let orders = Arc::<Orders<FunctionFault>>::default();
        let order = r#"{"fault": "repeat", "to": "BackgroundTick"}"#;
        orders.add(serde_json::from_str(order).unwrap());
        for (name, runs) in [("BackgroundTick", 2), ("BackgroundFollow", 1)] {
            let (handler, stages) = function();
            let handler = faulty(name, handler, Arc::clone(&orders));
            assert_eq!(handler("5".into()).await.unwrap(), "5");
            assert_eq!(stages.load(Ordering::SeqCst), 3 * runs, "{name}");
        }
    }

    #[test]
    fn every_wait_of_a_long_invocation_can_be_its_last() {
        let found: std::collections::BTreeSet<u32> = (0..200_000_u64)
            .map(|number| waits(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
            .collect();
        assert!(found.contains(&0) && found.contains(&1) && found.iter().all(|at| *at < 512));
        assert!(found.len() > 400, "{}", found.len());
    }
}
