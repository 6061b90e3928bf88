//! The responses about invites: a new one, the caller's own, and a group's.

use std::collections::BTreeMap;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Response};
use serde::Serialize;

use super::{GroupBody, Id, UserBody};
use crate::auth::Caller;
use crate::domain::ids::UserId;
use crate::domain::invite::Invite;
use crate::domain::user::User;
use crate::engine::{GroupView, InvitedUser, OwnUnjoinedInvites, UnjoinedInvites};
use crate::http::{json, truncated_unless, whole_list};

/// The response to `POST /group_invites`.
#[derive(Serialize)]
pub struct CreatedBody<'a> {
    group_invite: NewInviteBody<'a>,
}

#[derive(Serialize)]
struct NewInviteBody<'a> {
    id: u64,
    user: UserBody<'a>,
    group: GroupBody<'a>,
}

impl<'a> CreatedBody<'a> {
    /// Renders the new invite.
    pub fn new(invited: &'a InvitedUser) -> Self {
        let InvitedUser { invite, user, group } = invited;
        Self {
            group_invite: NewInviteBody {
                id: invite.number(),
                user: UserBody::new(user),
                group: GroupBody::seen(group),
            },
        }
    }
}

/// The body of a list of invites.
#[derive(Serialize)]
struct ListBody<'a, T> {
    group_invites: &'a [T],
}

fn list<T: Serialize>(invites: &[T]) -> Response<Body> {
    whole_list(invites, |invites| json(StatusCode::OK, &ListBody { group_invites: invites }))
}

#[derive(Serialize)]
struct MyInviteBody<'a> {
    id: u64,
    user_id: Id<'a>,
    group: GroupBody<'a>,
}

/// Returns the response to `GET /group_invites/groups`: the caller's invites with their groups,
/// ordered by the groups' names.
pub fn my_invites(caller: &Caller, own: &OwnUnjoinedInvites) -> Response<Body> {
    let mut rows: Vec<&(Invite, GroupView)> = own.invites.iter().collect();
    rows.sort_by_cached_key(|(invite, view)| {
        (view.group.name.as_str().to_lowercase(), view.group.id.clone(), invite.id)
    });
    let rows: Vec<MyInviteBody<'_>> = rows
        .into_iter()
        .map(|(invite, view)| MyInviteBody {
            id: invite.id.number(),
            user_id: Id::new(caller.user.as_str()),
            group: GroupBody::new(view, Some(invite.id), &own.owners),
        })
        .collect();
    truncated_unless(own.complete, list(&rows))
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

/// Returns the response to `GET /group_invites/users/{group_id}`: a group's invites, ordered by the
/// invitees' names.
pub fn group_invites(unjoined: &UnjoinedInvites) -> Response<Body> {
    let UnjoinedInvites { invites, people, complete } = unjoined;
    let mut rows: Vec<GroupInviteBody<'_>> =
        invites.iter().map(|invite| GroupInviteBody::new(invite, people)).collect();
    rows.sort_by_cached_key(|invite| (invite.user.order(), invite.id));
    truncated_unless(*complete, list(&rows))
}
