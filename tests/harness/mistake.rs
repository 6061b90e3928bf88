//! A mistake in the code under test.

/// Panics like a mistake would: after some work, with a value that somebody sent.
pub async fn panics<T, E>() -> Result<T, E> {
    tokio::task::yield_now().await;
    panic!("ada@example.com")
}
