//! Members of a group.

use super::Operation;
use crate::api::native::Code;
use crate::api::native::member::{MemberBody, MemberEditBody};

pub(super) fn operations() -> Vec<Operation> {
    let operations = vec![
        Operation::get("/v1/groups/{group}/members", "listMembers", "Lists a group's members")
            .about("Ordered by user id. Every member may.")
            .lists::<MemberBody<'static>>("The members.")
            .refuses([Code::GroupNotFound]),
        Operation::patch(
            "/v1/groups/{group}/members/{user}",
            "updateMember",
            "Changes a member's roles or privileges",
        )
        .about("Owners and admins may, but nobody changes a role above their own.")
        .takes::<MemberEditBody>()
        .answers::<MemberBody<'static>>(200, "The member after the change.")
        .refuses([
            Code::GroupNotFound,
            Code::MemberNotFound,
            Code::Forbidden,
            Code::RoleAboveOwn,
            Code::LastOwner,
        ]),
        Operation::delete(
            "/v1/groups/{group}/members/{user}",
            "removeMember",
            "Removes a member, or leaves the group",
        )
        .about("Every member may leave; owners and admins remove others. Revokes what would let the person back in.")
        .answers_empty(204, "The person is no member any more.")
        .refuses([
            Code::GroupNotFound,
            Code::MemberNotFound,
            Code::Forbidden,
            Code::RoleAboveOwn,
            Code::LastOwner,
        ]),
    ];
    operations.into_iter().map(|operation| operation.tagged("members")).collect()
}
