//! The response about a membership.

use serde::Serialize;

use super::{GroupBody, Nothing, UserBody};
use crate::auth::Caller;
use crate::domain::ids::member_number;
use crate::domain::member::Member;
use crate::engine::SeenGroup;

/// The response to `POST /group_members`.
#[derive(Serialize)]
pub struct JoinedBody<'a> {
    group_member: MemberBody<'a>,
}

#[derive(Serialize)]
struct MemberBody<'a> {
    id: u64,
    created_by: Nothing,
    updated_by: Nothing,
    user: UserBody<'a>,
    group: GroupBody<'a>,
}

impl<'a> JoinedBody<'a> {
    /// Renders the caller's new membership.
    pub fn new(caller: &'a Caller, member: &Member, seen: &'a SeenGroup) -> Self {
        Self {
            group_member: MemberBody {
                id: member_number(&member.group, &member.user),
                created_by: None,
                updated_by: None,
                user: UserBody::of_caller(caller, &seen.people),
                group: GroupBody::seen(seen),
            },
        }
    }
}
