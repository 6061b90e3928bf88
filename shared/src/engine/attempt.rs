//! One try of a use case that starts over where something changed under it.

/// What became of the try.
#[derive(Debug)]
pub(super) enum Attempt<T> {
    /// It is done.
    Done(T),
    /// Something that it read has changed: read again.
    ReadAgain,
}
