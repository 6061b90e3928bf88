//! The environment variables that configure a test run.

/// Returns the variable's value; `None` if it is unset or empty.
#[expect(
    clippy::disallowed_methods,
    reason = "the options of a test run are not settings of a function"
)]
pub fn asked(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|value| !value.is_empty())
}
