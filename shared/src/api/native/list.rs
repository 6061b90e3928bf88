//! Lists: the requested page, and the response with it.

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use serde::Serialize;

use super::Problem;
use crate::domain::list::{Order, PageRequest};
use crate::http::{RequestError, fitting, json, known_query, query_parameter};

/// A page of a list.
#[derive(Serialize)]
struct ListBody<'a, T> {
    /// Always `list`.
    object: &'static str,
    /// The objects on the page.
    data: &'a [T],
    /// The cursor of the next page; `null` on the last page.
    next_cursor: Option<&'a str>,
}

/// A page of a list, or the number of its objects that fit into one answer, if not all do.
pub type Listed = Result<Response<Body>, usize>;

/// Answers with a page of a list. `read` reads a page of at most so many objects, and answers with
/// them by [`list`]. If not all fit into one answer, it reads the page again with the limit that fits,
/// because the cursor tells where the page ends.
///
/// # Errors
/// Those of `read`.
pub async fn fitting_page<L, F>(
    mut limit: L,
    read: impl Fn(L) -> F,
) -> Result<Response<Body>, Problem>
where
    L: Copy + TryFrom<usize>,
    F: Future<Output = Result<Listed, Problem>>,
{
    loop {
        match read(limit).await? {
            Ok(answer) => return Ok(answer),
            Err(fitting) => limit = L::try_from(fitting).unwrap_or(limit),
        }
    }
}

/// Returns a page of these objects. `next_cursor` is `None` on the last page.
///
/// # Errors
/// The number of objects that fit into one answer, if not all do. [`fitting_page`] then reads the page
/// again.
pub fn list<T: Serialize>(data: &[T], next_cursor: Option<&str>) -> Listed {
    let render = |data: &[T]| json(StatusCode::OK, &ListBody { object: "list", data, next_cursor });
    let fitting = fitting(data, render).max(1);
    if fitting < data.len() { Err(fitting) } else { Ok(render(data)) }
}

/// Reads the requested page: `limit` from 1 to 100 (20 if absent), and `cursor`.
///
/// # Errors
/// `InvalidQuery` for an unknown parameter or an invalid value.
pub fn page(request: &Request) -> Result<(i32, Option<String>), RequestError> {
    known_query(request, &["limit", "cursor"])?;
    limit_and_cursor(request).map(|(limit, cursor)| (i32::from(limit), cursor))
}

/// Reads the requested page and its order: `order`, which is `-created` (if absent) or `created`,
/// `limit` and `cursor`.
///
/// # Errors
/// `InvalidQuery` for an invalid value.
pub(super) fn page_in(request: &Request) -> Result<PageRequest, RequestError> {
    let order = match query_parameter(request, "order").as_slice() {
        [] => Order::default(),
        [word] if word == "-created" => Order::Desc,
        [word] if word == "created" => Order::Asc,
        _ => return Err(RequestError::InvalidQuery("order", "Give created or -created.")),
    };
    let (limit, cursor) = limit_and_cursor(request)?;
    Ok(PageRequest { order, limit: usize::from(limit), cursor })
}

/// Reads the requested page of a list without filters: `order`, `limit` and `cursor`.
///
/// # Errors
/// `InvalidQuery` for an unknown parameter or an invalid value.
pub fn ordered_page(request: &Request) -> Result<PageRequest, RequestError> {
    known_query(request, &["order", "limit", "cursor"])?;
    page_in(request)
}

/// Reads `limit` and `cursor`.
fn limit_and_cursor(request: &Request) -> Result<(u8, Option<String>), RequestError> {
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

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use futures::FutureExt;

    use super::*;

    /// Answers with a page of at most `limit` texts of this length. Returns the answer and the limits
    /// with which the page was read.
    fn read(limit: i32, length: usize) -> (Response<Body>, Vec<i32>) {
        let asked = RefCell::new(Vec::new());
        let read = |limit: i32| {
            asked.borrow_mut().push(limit);
            let page = vec!["a".repeat(length); usize::try_from(limit).unwrap()];
            std::future::ready(Ok(list(&page, Some("next"))))
        };
        let answer = fitting_page(limit, read).now_or_never().unwrap().ok().unwrap();
        (answer, asked.into_inner())
    }

    #[test]
    fn a_page_that_is_too_large_is_read_again_with_the_limit_that_fits() {
        let (_, asked) = read(20, 1_000);
        assert_eq!(asked, [20]);
        let (answer, asked) = read(20, 1_000_000);
        assert_eq!(asked, [20, 5]);
        let Body::Text(text) = answer.body() else { panic!("the answer is text") };
        assert!((5_000_000..6_000_000).contains(&text.len()), "{}", text.len());
    }

    #[test]
    fn an_object_that_is_too_large_is_a_page_of_its_own() {
        let (_, asked) = read(3, 6_000_000);
        assert_eq!(asked, [3, 1]);
    }
}
