//! A rule of the house, and how a broken one is reported.

use super::tree::House;

/// A rule of the house.
pub(super) struct Rule {
    /// What holds.
    pub(super) says: &'static str,
    /// What breaks the rule, each as a sentence that names the place.
    pub(super) broken: fn(&House) -> Vec<String>,
    /// A file, a piece of it, and the piece in its place that the rule must notice.
    pub(super) mutant: (&'static str, &'static str, &'static str),
}

/// Returns the place, if the rule does not hold there.
pub(super) fn unless(good: bool, place: &str) -> Vec<String> {
    if good { Vec::new() } else { vec![place.to_owned()] }
}
