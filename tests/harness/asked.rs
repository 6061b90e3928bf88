//! What a run of the tests is asked for by variables.

/// The variable's value, where it is set and not empty.
#[expect(
    clippy::disallowed_methods,
    reason = "what a run is asked for is no setting of a function"
)]
pub fn asked(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|value| !value.is_empty())
}
