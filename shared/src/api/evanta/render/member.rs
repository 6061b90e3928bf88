//! The response about a membership.

use serde::Serialize;

use super::user_and_group::UserAndGroup;
use super::{GroupBody, UserBody};
use crate::auth::Caller;
use crate::domain::ids::member_number;
use crate::domain::member::Member;
use crate::engine::SeenGroup;

/// The response to `POST /group_members`.
#[derive(Serialize)]
pub struct JoinedBody<'a> {
    group_member: UserAndGroup<'a>,
}

impl<'a> JoinedBody<'a> {
    /// Renders the caller's new membership.
    pub fn new(caller: &'a Caller, member: &Member, seen: &'a SeenGroup) -> Self {
        Self {
            group_member: UserAndGroup {
                id: member_number(&member.group, &member.user),
                user: UserBody::of_caller(caller, &seen.people),
                group: GroupBody::seen(seen),
            },
        }
    }
}
