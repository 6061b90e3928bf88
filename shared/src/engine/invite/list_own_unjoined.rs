//! The caller's own pending invites into groups that the caller has not joined.
//!
//! A person can join without using their invite, which then stays pending until it expires.

use std::collections::BTreeMap;

use super::inbox::Inbox;
use super::list::MAX_LISTED;
use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::group::Group;
use crate::domain::ids::{GroupId, UserId};
use crate::domain::invite::Invite;
use crate::domain::user::User;
use crate::engine::bounded::{Read, in_time};
use crate::engine::user::is_wanted;
use crate::engine::{Engine, GroupView, Outcome};
use crate::store::InviteList;

/// The caller's own pending invites into groups that the caller has not joined.
#[derive(Debug)]
pub struct OwnUnjoinedInvites {
    /// The invites, each with the group that it leads into.
    pub invites: Vec<(Invite, GroupView)>,
    /// The directory's records of the groups' owners.
    pub owners: BTreeMap<UserId, User>,
    /// Whether the list has all invites: they are not too many, and their groups were read in time.
    pub complete: bool,
}

impl Engine {
    /// Returns the invites that the caller can still accept by their state. Omits those into deleted
    /// groups, into groups that the caller has joined, and into the application, and those that can
    /// never be accepted again. Other people decide how many there are, so it ends with those that
    /// could be read in time.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn own_unjoined_invites(
        &self,
        caller: &Caller,
        now: Timestamp,
    ) -> Outcome<OwnUnjoinedInvites> {
        let list = InviteList::awaiting_invitee(&caller.invitee_keys());
        let (keys, blocked) =
            futures::join!(self.store.inbox_keys(&list, MAX_LISTED), self.blocked_by(caller));
        let (keys, blocked) = ((keys?, MAX_LISTED), blocked?);
        let Inbox { mut invites, groups, joined, complete } =
            self.open_inbox(&list, keys, Some(&caller.user), now).await?;
        let is_joinable = |group: &Group| !joined.contains(&group.id) && !group.is_application();
        invites.retain(|invite| {
            is_wanted(invite, &blocked) && groups.get(&invite.group).is_some_and(is_joinable)
        });
        let group = |invite: &Invite| groups.get(&invite.group);
        let shown: Vec<(&Group, &Invite)> =
            invites.iter().filter_map(|invite| Some((group(invite)?, invite))).collect();
        let groups: BTreeMap<&GroupId, &Group> =
            shown.iter().map(|(group, _)| (&group.id, *group)).collect();
        let owners = each_once(groups.values().filter_map(|group| group.owner.clone()));
        let views = groups.values().map(|group| self.view((*group).clone(), None));
        let (owners, replaceable, views) =
            futures::join!(self.users(&owners), self.replaceable(&shown), in_time(views));
        let (owners, replaceable) = (owners?, replaceable?);
        let Read { found: views, complete: in_time } = views?;
        let views: BTreeMap<GroupId, GroupView> =
            views.into_iter().map(|view| (view.group.id.clone(), view)).collect();
        let with_group = |invite: Invite| {
            if replaceable.contains(&(invite.group.clone(), invite.id)) {
                return None;
            }
            let view = views.get(&invite.group)?.clone();
            Some((invite, view))
        };
        let invites = invites.into_iter().filter_map(with_group).collect();
        Ok(OwnUnjoinedInvites { invites, owners, complete: complete && in_time })
    }
}

fn each_once<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.collect();
    items.sort();
    items.dedup();
    items
}
