//! Counts the calls to the table that a function makes for one event.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use harness::Proxy;

use super::process::Process;
use super::runtime_api::RuntimeApi;
use super::stage::Stage;
use super::subject::Subject;
use crate::fault::Fault;

/// Returns the number of calls of a warm invocation. They pass through a counting proxy.
///
/// # Errors
/// A `Fault` if the function does not answer with a success.
pub(super) async fn count(
    subject: &Subject,
    stage: &Stage,
    api: &mut RuntimeApi,
    environment: &[(String, String)],
) -> Result<usize, Fault> {
    let calls = Arc::new(AtomicUsize::new(0));
    let (engine, counter) = (stage.engine().to_owned(), Arc::clone(&calls));
    let proxy = Proxy::start(move |call| {
        counter.fetch_add(1, Ordering::Relaxed);
        let engine = engine.clone();
        async move { call.forward(&engine).await }
    })
    .await;
    let counted = [("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), proxy.url.clone())];
    let process = Process::start(&subject.program, &[environment, &counted].concat())?;
    let (mut give, _) = api.waits().await?;
    let mut before = 0;
    // The first invocation, like the start before it, may make calls of its own.
    for _ in 0..2 {
        before = calls.load(Ordering::Relaxed);
        api.invokes(give, subject.event(stage)?, subject.status).await?;
        (give, _) = api.waits().await?;
    }
    process.end().await?;
    drop(give);
    Ok(calls.load(Ordering::Relaxed) - before)
}
