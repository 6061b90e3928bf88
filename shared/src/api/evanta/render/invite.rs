//! The responses about invites: a new one, the caller's own, and a group's.

use std::collections::BTreeMap;

use serde::Serialize;

use super::user_and_group::UserAndGroup;
use super::{GroupBody, Id, UserBody};
use crate::auth::Caller;
use crate::domain::ids::UserId;
use crate::domain::invite::Invite;
use crate::domain::user::User;
use crate::engine::{GroupView, InvitedUser, OwnUnjoinedInvites, UnjoinedInvites};

/// The response to `POST /group_invites`.
#[derive(Serialize)]
pub struct CreatedBody<'a> {
    group_invite: UserAndGroup<'a>,
}

impl<'a> CreatedBody<'a> {
    /// Renders the new invite.
    pub fn new(invited: &'a InvitedUser) -> Self {
        let InvitedUser { invite, user, group } = invited;
        Self {
            group_invite: UserAndGroup {
                id: invite.number(),
                user: UserBody::new(user),
                group: GroupBody::seen(group),
            },
        }
    }
}

/// The response to `GET /group_invites/groups`: the caller's invites, ordered by the groups' names.
#[derive(Serialize)]
pub struct MyInvitesBody<'a> {
    group_invites: Vec<MyInviteBody<'a>>,
}

#[derive(Serialize)]
struct MyInviteBody<'a> {
    id: u64,
    user_id: Id<'a>,
    group: GroupBody<'a>,
}

impl<'a> MyInvitesBody<'a> {
    /// Renders the caller's invites with their groups.
    pub fn new(caller: &'a Caller, own: &'a OwnUnjoinedInvites) -> Self {
        let mut rows: Vec<&(Invite, GroupView)> = own.invites.iter().collect();
        rows.sort_by_cached_key(|(invite, view)| {
            (view.group.name.as_str().to_lowercase(), view.group.id.clone(), invite.id)
        });
        let row = |(invite, view): &'a (Invite, GroupView)| MyInviteBody {
            id: invite.id.number(),
            user_id: Id::new(caller.user.as_str()),
            group: GroupBody::new(view, Some(invite.id), &own.owners),
        };
        Self { group_invites: rows.into_iter().map(row).collect() }
    }
}

/// The response to `GET /group_invites/users/{group_id}`: a group's invites, ordered by the
/// invitees' names.
#[derive(Serialize)]
pub struct GroupInvitesBody<'a> {
    group_invites: Vec<GroupInviteBody<'a>>,
}

#[derive(Serialize)]
struct GroupInviteBody<'a> {
    id: u64,
    group_id: Id<'a>,
    user: UserBody<'a>,
}

impl<'a> GroupInviteBody<'a> {
    fn new(invite: &'a Invite, people: &'a BTreeMap<UserId, User>) -> Self {
        Self {
            id: invite.id.number(),
            group_id: Id::new(invite.group.as_str()),
            user: UserBody::of_invitee(&invite.invitee, people),
        }
    }
}

impl<'a> GroupInvitesBody<'a> {
    /// Renders the group's invites.
    pub fn new(unjoined: &'a UnjoinedInvites) -> Self {
        let UnjoinedInvites { invites, people } = unjoined;
        let mut group_invites: Vec<GroupInviteBody<'a>> =
            invites.iter().map(|invite| GroupInviteBody::new(invite, people)).collect();
        group_invites.sort_by_cached_key(|invite| (invite.user.order(), invite.id));
        Self { group_invites }
    }
}
