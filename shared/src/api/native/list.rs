//! Lists: the requested page, and the response with it.

use lambda_http::Request;
use serde::Serialize;

use crate::http::{RequestError, known_query, query_parameter};

/// A page of a list.
#[derive(Serialize)]
pub struct ListBody<T> {
    /// Always `list`.
    object: &'static str,
    /// The objects on the page.
    data: Vec<T>,
    /// The cursor of the next page; `null` on the last page.
    next_cursor: Option<String>,
}

impl<T> ListBody<T> {
    /// Returns a page of these objects. `next_cursor` is `None` on the last page.
    pub fn new(data: Vec<T>, next_cursor: Option<String>) -> Self {
        Self { object: "list", data, next_cursor }
    }
}

/// Reads the requested page: `limit` from 1 to 100 (20 if absent), and `cursor`.
///
/// # Errors
/// `InvalidQuery` for an unknown parameter or an invalid value.
pub fn page(request: &Request) -> Result<(i32, Option<String>), RequestError> {
    known_query(request, &["limit", "cursor"])?;
    limit_and_cursor(request).map(|(limit, cursor)| (i32::from(limit), cursor))
}

/// Reads `limit` and `cursor`.
pub(super) fn limit_and_cursor(request: &Request) -> Result<(u8, Option<String>), RequestError> {
    let limit = match query_parameter(request, "limit").as_slice() {
        [] => 20,
        [text] => text
            .parse()
            .ok()
            .filter(|limit| (1..=100).contains(limit))
            .ok_or(RequestError::InvalidQuery("limit", "Give 1 to 100."))?,
        _ => return Err(RequestError::InvalidQuery("limit", "Give 1 to 100.")),
    };
    let mut cursors = query_parameter(request, "cursor");
    let cursor = cursors.pop();
    if cursors.is_empty() {
        Ok((limit, cursor))
    } else {
        Err(RequestError::InvalidQuery("cursor", "Give one cursor."))
    }
}
