//! The query parameters that select what a list has.

use lambda_http::{Request, RequestExt};
use serde::de::DeserializeOwned;
use serde::de::value::StrDeserializer;

use crate::domain::Invalid;
use crate::domain::invisible::trim;
use crate::http::{RequestError, query_parameter};

/// Reads the values of a parameter that may be repeated. Each is the word that the API has for it.
pub(super) fn words<T: Named>(
    request: &Request,
    name: &'static str,
) -> Result<Vec<T>, RequestError> {
    let words = query_parameter(request, name).into_iter();
    let wrong = RequestError::InvalidQuery(name, T::EXPECTED);
    words.map(|word| T::named(&word).ok_or_else(|| wrong.clone())).collect()
}

/// A value that the API names by a word, in queries and in bodies.
pub(super) trait Named: DeserializeOwned {
    /// The sentence that lists the words.
    const EXPECTED: &'static str;

    /// Returns the value with this name.
    fn named(word: &str) -> Option<Self> {
        Self::deserialize(StrDeserializer::<serde::de::value::Error>::new(word)).ok()
    }
}

/// Reads a parameter with one value, which may have commas. `None` if it is absent or empty.
pub(super) fn one<T>(
    request: &Request,
    name: &'static str,
    parse: impl Fn(&str) -> Result<T, Invalid>,
    expected: &'static str,
) -> Result<Option<T>, RequestError> {
    let sent = request.query_string_parameters_ref();
    let values = sent.and_then(|sent| sent.all(name)).unwrap_or_default();
    let wrong = RequestError::InvalidQuery(name, expected);
    match values.as_slice() {
        [] => Ok(None),
        [value] if trim(value).is_empty() => Ok(None),
        [value] => parse(value).map(Some).map_err(|_| wrong),
        _ => Err(wrong),
    }
}
