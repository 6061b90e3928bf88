//! Path and query parameters.

use lambda_http::{Request, RequestExt};

use super::error::RequestError;
use crate::domain::Invalid;
use crate::domain::email::EmailAddress;
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::invisible::{in_value, trim};
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

impl PathValue for EmailAddress {
    const NAMES: Option<NotFound> = None;
}

impl PathValue for () {
    const NAMES: Option<NotFound> = None;
}

/// Returns the path parameter `name`, parsed with `parse`.
///
/// # Errors
/// `UnknownPath` if the parameter is absent or can't be parsed, and `HiddenInPath` if an invisible
/// character inside it is at fault.
pub fn path_parameter<T: PathValue>(
    request: &Request,
    name: &'static str,
    parse: impl Fn(&str) -> Result<T, Invalid>,
) -> Result<T, RequestError> {
    let parameters = request.path_parameters_ref();
    let text = parameters
        .and_then(|parameters| parameters.first(name))
        .ok_or(RequestError::UnknownPath(T::NAMES))?;
    parse(text).map_err(|invalid| match invalid.character {
        Some(character) => RequestError::HiddenInPath(T::NAMES, character),
        None => RequestError::UnknownPath(T::NAMES),
    })
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
        .map(|value| trim(value).to_owned())
        .filter(|value| !value.is_empty())
        .collect()
}

/// The parameters that browsers, mail services and advertisements add to links. They mean nothing
/// to a service.
const TRACKING: [&str; 22] = [
    "_",
    "_ga",
    "_gl",
    "_hsenc",
    "_hsmi",
    "dclid",
    "fbclid",
    "gad_source",
    "gbraid",
    "gclid",
    "gclsrc",
    "igshid",
    "li_fat_id",
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "msclkid",
    "srsltid",
    "ttclid",
    "twclid",
    "wbraid",
    "yclid",
];

/// Returns whether a query parameter only tracks a link, or only prevents caching.
pub fn is_tracking(name: &str) -> bool {
    name.starts_with("utm_") || TRACKING.contains(&name)
}

/// Checks that these query parameters have no invisible character inside, which nobody would find.
///
/// # Errors
/// `HiddenInQuery`.
pub fn visible_query(request: &Request, names: &[&'static str]) -> Result<(), RequestError> {
    for name in names {
        let values = query_parameter(request, name);
        if let Some(character) = values.iter().find_map(|value| in_value(value)) {
            return Err(RequestError::HiddenInQuery(name, character));
        }
    }
    Ok(())
}

/// Refuses query parameters other than `known`, because a typo must not be ignored silently, and
/// those that have an invisible character inside. Parameters that only track a link are ignored.
///
/// # Errors
/// `InvalidQuery`, `HiddenInQuery`.
pub fn known_query(request: &Request, known: &[&'static str]) -> Result<(), RequestError> {
    visible_query(request, known)?;
    let parameters = request.query_string_parameters_ref();
    let is_unknown = |name: &str| !known.contains(&name) && !is_tracking(name);
    let unknown =
        parameters.is_some_and(|parameters| parameters.iter().any(|(name, _)| is_unknown(name)));
    if unknown {
        Err(RequestError::InvalidQuery(
            "query",
            "The query has a parameter that this endpoint does not know.",
        ))
    } else {
        Ok(())
    }
}
