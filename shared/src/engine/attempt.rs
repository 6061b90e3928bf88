//! One try of a use case that starts over where something changed under it.

/// How many times such a use case is tried in all.
pub(super) const ATTEMPTS: u8 = 4;

/// What became of the try.
#[derive(Debug)]
pub(super) enum Attempt<T> {
    /// It is done.
    Done(T),
    /// Something that it read has changed: read again.
    ReadAgain,
}
