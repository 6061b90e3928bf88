//! The responses about groups.

use serde::Serialize;

use super::super::request::AdmissionPolicy;
use super::{Instant, MemberBody};
use crate::domain::group::Group;
use crate::domain::ids::{GroupId, UserId};
use crate::domain::text::{Metadata, Name};
use crate::domain::user::User;
use crate::engine::OwnGroup;

/// A `Group`.
#[derive(Serialize)]
pub struct GroupBody<'a> {
    id: &'a GroupId,
    name: &'a Name,
    /// Always 0, because Rownd deprecated this field.
    member_count: u32,
    app_id: &'a str,
    admission_policy: AdmissionPolicy,
    meta: &'a Metadata,
    created_at: Instant,
    updated_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<&'a UserId>,
}

impl<'a> GroupBody<'a> {
    /// Renders the group. `app_id` is the deployment's ([`app_id`](super::app_id)).
    pub fn new(group: &'a Group, app_id: &'a str) -> Self {
        Self {
            id: &group.id,
            name: &group.name,
            member_count: 0,
            app_id,
            admission_policy: AdmissionPolicy::of(group.kind),
            meta: &group.metadata,
            created_at: group.created_at.into(),
            updated_at: group.updated_at.into(),
            created_by: group.owner.as_ref(),
        }
    }
}

/// A group with the caller's own membership.
#[derive(Serialize)]
pub struct OwnGroupBody<'a> {
    group: GroupBody<'a>,
    member: MemberBody<'a>,
}

impl<'a> OwnGroupBody<'a> {
    /// Renders the group. `user` is the caller's user in the directory.
    pub fn new(own: &'a OwnGroup, user: Option<&'a User>, app_id: &'a str) -> Self {
        Self {
            group: GroupBody::new(&own.group, app_id),
            member: MemberBody::member(&own.member, user, app_id),
        }
    }
}

/// The response to a caller who accepted an invite.
#[derive(Serialize)]
pub struct AcceptedBody<'a> {
    result: &'static str,
    accepted_by: &'a UserId,
    group: GroupBody<'a>,
}

impl<'a> AcceptedBody<'a> {
    /// Returns the response with the new member and the group.
    pub fn new(accepted_by: &'a UserId, group: GroupBody<'a>) -> Self {
        Self { result: "accepted", accepted_by, group }
    }
}
