//! A rule of the house, and how a broken one is reported.

use super::tree::House;

/// A rule of the house.
pub(super) struct Rule {
    /// The rule, as a sentence.
    pub(super) says: &'static str,
    /// Returns the violations, each as a sentence that names the place.
    pub(super) broken: fn(&House) -> Vec<String>,
    /// A file, a piece of it, and a replacement for that piece that must violate the rule.
    pub(super) mutant: (&'static str, &'static str, &'static str),
}

/// Returns the place, if the rule does not hold there.
pub(super) fn unless(good: bool, place: &str) -> Vec<String> {
    if good { Vec::new() } else { vec![place.to_owned()] }
}
