//! The rownd API's objects. Their fields have the order of the published examples. A field without
//! a value is absent (docs/contracts/rownd.md#objects).

mod group;
mod invite;
mod member;

pub use group::{AcceptedBody, GroupBody, OwnGroupBody};
pub use invite::{CreatedBody, InviteBody};
pub use member::MemberBody;

use serde::Serialize;

use crate::domain::clock::Timestamp;
use crate::domain::identity::PhoneNumber;
use crate::domain::invitee::Invitee;

/// A list, or a page of a list, with the total number of results.
#[derive(Serialize)]
pub struct ListBody<T> {
    /// The number of results on all pages.
    pub total_results: usize,
    /// The results on this page.
    pub results: Vec<T>,
}

impl<T> ListBody<T> {
    /// Returns a list without pages.
    pub fn whole(results: Vec<T>) -> Self {
        Self { total_results: results.len(), results }
    }
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

fn phone_of(invitee: &Invitee) -> Option<&PhoneNumber> {
    if let Invitee::Phone(number) = invitee { Some(number) } else { None }
}
