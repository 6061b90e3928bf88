//! A relation between a user and a group.

use serde::Serialize;

use super::{GroupBody, UserBody};

/// An invite of a user to a group, or a user's membership in it.
#[derive(Serialize)]
pub(super) struct UserAndGroup<'a> {
    pub(super) id: u64,
    pub(super) user: UserBody<'a>,
    pub(super) group: GroupBody<'a>,
}
