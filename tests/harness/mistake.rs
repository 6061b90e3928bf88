//! A mistake in the code under test.

/// Panics after a suspension point, with a message that contains a caller's data.
pub async fn panics<T, E>() -> Result<T, E> {
    tokio::task::yield_now().await;
    panic!("ada@example.com")
}
