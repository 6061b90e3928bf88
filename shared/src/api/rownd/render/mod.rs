//! The rownd API's objects. Their fields have the order of the published examples. A field without
//! a value is absent (docs/contracts/rownd.md#objects).

mod group;
mod invite;
mod member;

pub use group::{AcceptedBody, GroupBody, OwnGroupBody};
pub use invite::{CreatedBody, InviteBody};
pub use member::MemberBody;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Response};
use serde::Serialize;

use crate::domain::clock::Timestamp;
use crate::domain::identity::PhoneNumber;
use crate::domain::invitee::Invitee;
use crate::http::{fitting, json, truncated_unless, whole_list};

/// A list, or a page of a list, with the total number of results.
#[derive(Serialize)]
struct ListBody<'a, T> {
    /// The number of results on all pages.
    total_results: usize,
    /// The results on this page.
    results: &'a [T],
}

/// Returns a list without pages, which says so if it is not `complete`.
pub fn list<T: Serialize>(results: &[T], complete: bool) -> Response<Body> {
    let answer = whole_list(results, |fitting| rendered(results.len(), fitting));
    truncated_unless(complete, answer)
}

/// Returns a page of a list with `total` results. A page that would become too large ends earlier;
/// its last member leads to the next one. The answer says so if the pages are not `complete`.
pub fn page<T: Serialize>(total: usize, results: &[T], complete: bool) -> Response<Body> {
    let fitting = fitting(results, |results| rendered(total, results));
    truncated_unless(complete, rendered(total, &results[..fitting]))
}

fn rendered<T: Serialize>(total_results: usize, results: &[T]) -> Response<Body> {
    json(StatusCode::OK, &ListBody { total_results, results })
}

/// An instant in RFC 3339, in UTC and whole seconds.
#[derive(Serialize)]
#[serde(transparent)]
struct Instant(String);

impl From<Timestamp> for Instant {
    fn from(at: Timestamp) -> Self {
        Self(at.to_string())
    }
}

/// Returns the `app_id` of a deployment. `audience` is that of the access tokens; for Rownd's tokens
/// it is `app:<app id>`.
pub fn app_id(audience: &str) -> &str {
    audience.strip_prefix("app:").unwrap_or(audience)
}

fn phone_of(invitee: &Invitee) -> Option<&PhoneNumber> {
    if let Invitee::Phone(number) = invitee { Some(number) } else { None }
}
