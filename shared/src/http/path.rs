//! Path and query parameters.

use lambda_http::{Request, RequestExt};

use super::error::RequestError;
use crate::domain::Invalid;
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::engine::NotFound;

/// A type of path parameter.
pub trait PathValue {
    /// The kind of object that the parameter names. `None` if it names no object.
    const NAMES: Option<NotFound>;
}

impl PathValue for GroupId {
    const NAMES: Option<NotFound> = Some(NotFound::Group);
}

impl PathValue for UserId {
    const NAMES: Option<NotFound> = Some(NotFound::User);
}

impl PathValue for InviteId {
    const NAMES: Option<NotFound> = Some(NotFound::Invite);
}

impl PathValue for String {
    const NAMES: Option<NotFound> = None;
}

impl PathValue for () {
    const NAMES: Option<NotFound> = None;
}

/// Returns the path parameter `name`, parsed with `parse`.
///
/// # Errors
/// `UnknownPath` if the parameter is absent or can't be parsed.
pub fn path_parameter<T: PathValue>(
    request: &Request,
    name: &'static str,
    parse: impl Fn(&str) -> Result<T, Invalid>,
) -> Result<T, RequestError> {
    let parameters = request.path_parameters_ref();
    let text = parameters
        .and_then(|parameters| parameters.first(name))
        .ok_or(RequestError::UnknownPath(T::NAMES))?;
    parse(text).map_err(|_| RequestError::UnknownPath(T::NAMES))
}

/// Refuses a path that continues after a trailing slash. The greedy routes exist only for the
/// trailing slash.
///
/// # Errors
/// `UnknownPath`.
pub fn no_further_path(request: &Request) -> Result<(), RequestError> {
    let parameters = request.path_parameters_ref();
    let rest = parameters.and_then(|parameters| parameters.first("slash")).unwrap_or_default();
    if rest.is_empty() { Ok(()) } else { Err(RequestError::UnknownPath(None)) }
}

/// Returns every value of the query parameter `name`. The parameter may be repeated, and each value
/// may be a list separated by commas.
///
/// API Gateway joins repeated parameters with commas, so the two forms can't be distinguished.
pub fn query_parameter(request: &Request, name: &str) -> Vec<String> {
    let parameters = request.query_string_parameters_ref();
    let values = parameters.and_then(|parameters| parameters.all(name)).unwrap_or_default();
    values
        .iter()
        .flat_map(|value| value.split(','))
        .map(|value| value.trim().to_owned())
        .filter(|value| !value.is_empty())
        .collect()
}

/// Refuses query parameters other than `known`, because a typo must not be ignored silently.
///
/// # Errors
/// `InvalidQuery`.
pub fn known_query(request: &Request, known: &[&str]) -> Result<(), RequestError> {
    let parameters = request.query_string_parameters_ref();
    let unknown = parameters
        .is_some_and(|parameters| parameters.iter().any(|(name, _)| !known.contains(&name)));
    if unknown {
        Err(RequestError::InvalidQuery(
            "query",
            "The query has a parameter that this endpoint does not know.",
        ))
    } else {
        Ok(())
    }
}
