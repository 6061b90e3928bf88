//! Extracts the token from an `Authorization` header.

use super::reason::Reason;
use super::unauthenticated::Unauthenticated;

/// The longest `Authorization` header that is accepted, in bytes.
const MAX_HEADER: usize = 8 * 1024;

/// Returns the token of a header with one scheme, one space and one token (RFC 6750 §2.1). A
/// gateway joins several headers with commas; those are refused.
///
/// # Errors
/// `Invalid` for every other form.
pub(super) fn bearer(authorization: &str) -> Result<&str, Unauthenticated> {
    const FORM: Unauthenticated = Unauthenticated::Invalid(Reason::Credentials);
    let (scheme, token) = authorization.split_once(' ').ok_or(FORM)?;
    if authorization.len() <= MAX_HEADER && scheme.eq_ignore_ascii_case("bearer") && is_token(token)
    {
        Ok(token)
    } else {
        Err(FORM)
    }
}

/// Returns whether the text has the length and the characters of a token (RFC 6750 §2.1).
pub(super) fn is_token(text: &str) -> bool {
    (1..=MAX_HEADER).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte))
}
