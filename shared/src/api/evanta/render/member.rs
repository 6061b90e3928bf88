//! A membership.

use serde::Serialize;

use super::between::Between;
use super::{GroupBody, UserBody};
use crate::auth::Caller;
use crate::domain::ids::member_number;
use crate::domain::member::Member;
use crate::engine::SeenGroup;

/// The answer to `POST /group_members`.
#[derive(Serialize)]
pub struct JoinedBody<'a> {
    group_member: Between<'a>,
}

impl<'a> JoinedBody<'a> {
    /// Returns the caller's membership of this group.
    pub fn new(caller: &'a Caller, member: &Member, seen: &'a SeenGroup) -> Self {
        Self {
            group_member: Between {
                id: member_number(&member.group, &member.user),
                user: UserBody::of_caller(caller, &seen.people),
                group: GroupBody::seen(seen),
            },
        }
    }
}
