//! The rownd API's objects, in the order of the published examples; a field whose value is not
//! known is left out (docs/contracts/rownd.md).

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

/// A list, or a page of one, with how many there are in all.
#[derive(Serialize)]
pub struct ListBody<T> {
    /// How many there are.
    pub total_results: usize,
    /// Those shown.
    pub results: Vec<T>,
}

impl<T> ListBody<T> {
    /// Returns a whole list.
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
