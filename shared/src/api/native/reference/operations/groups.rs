//! Groups.

use serde_json::json;

use super::Operation;
use crate::api::native::Code;
use crate::api::native::group::{GroupBody, GroupChangeBody, NewGroupBody};
use crate::api::native::stats::InviteStatsBody;
use crate::domain::event::EventBody;

pub(super) fn operations() -> Vec<Operation> {
    let operations = vec![
        Operation::post("/v1/groups", "createGroup", "Makes a group")
            .about("The caller becomes its owner. With `\"owner_user_id\": null` and the scope `groups:write`, an app makes a group for others; the first person who joins becomes its owner.")
            .takes::<NewGroupBody>()
            .answers::<GroupBody<'static>>(201, "The new group.")
            .with_header("ETag")
            .refuses([Code::InsufficientScope, Code::GroupIdTaken]),
        Operation::get("/v1/groups", "listGroups", "Lists the caller's groups")
            .about("Ordered by group id.")
            .lists::<GroupBody<'static>>("The groups of which the caller is a member."),
        Operation::get("/v1/groups/{group}", "getGroup", "Reads a group")
            .answers::<GroupBody<'static>>(200, "The group.")
            .with_header("ETag")
            .refuses([Code::GroupNotFound]),
        Operation::patch("/v1/groups/{group}", "updateGroup", "Changes a group")
            .about("Replaces what it names, inside `policy` too. Owners and admins may change a group; its policy only owners.")
            .conditional()
            .takes::<GroupChangeBody>()
            .answers::<GroupBody<'static>>(200, "The group after the change.")
            .with_header("ETag")
            .refuses([Code::GroupNotFound, Code::Forbidden]),
        Operation::delete("/v1/groups/{group}", "deleteGroup", "Deletes a group")
            .about("Only owners may. Revokes the pending invites and removes the members. The id is never free again. Repeating it is 204 for the owner who deleted the group.")
            .answers_empty(204, "The group is deleted.")
            .refuses([Code::GroupNotFound, Code::Forbidden]),
        Operation::get("/v1/groups/{group}/events", "listEvents", "Lists what happened in a group")
            .about("The newest first. Owners and admins may.")
            .query("invite", "Only events of this invite.", json!({"type": "string"}))
            .query(
                "type",
                "Only events of one of these types.",
                json!({"type": "array", "items": {"$ref": "#/components/schemas/EventType"}}),
            )
            .query("actor", "Only what this person or app did.", json!({"type": "string"}))
            .lists::<EventBody<'static>>("The events.")
            .refuses([Code::GroupNotFound, Code::Forbidden]),
        Operation::get("/v1/groups/{group}/invite-stats", "getInviteStats", "Counts what became of a group's invites")
            .about("By day, from the events. Callers who may invite may.")
            .query("since", "The first day, in UTC, at most a year ago; 29 days ago if absent.", json!({"type": "string", "format": "date"}))
            .answers::<InviteStatsBody<'static>>(200, "The numbers.")
            .refuses([Code::GroupNotFound, Code::Forbidden]),
    ];
    operations.into_iter().map(|operation| operation.tagged("groups")).collect()
}
