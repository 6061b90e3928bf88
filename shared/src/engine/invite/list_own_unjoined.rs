//! The caller's own pending invites into groups that the caller has not joined.
//!
//! A person can join without using their invite, which then stays pending until it expires.

use std::collections::BTreeMap;

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::group::Group;
use crate::domain::ids::{GroupId, UserId};
use crate::domain::invite::Invite;
use crate::domain::list::WholeList;
use crate::domain::user::User;
use crate::engine::{Engine, GroupView, Outcome};

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
        let WholeList { data: invites, complete } = self.own_open_invites(caller, now).await?;
        let ids = each_once(invites.iter().map(|invite| invite.group.clone()));
        let (groups, in_time) = self.find_groups(caller, &ids).await?;
        let owners = each_once(groups.iter().filter_map(|view| view.group.owner.clone()));
        let owners = self.users(&owners).await?;
        let joinable: BTreeMap<GroupId, GroupView> = groups
            .into_iter()
            .filter(|view| view.own.is_none() && !view.group.is_application())
            .map(|view| (view.group.id.clone(), view))
            .collect();
        let shown: Vec<(&Group, &Invite)> = invites
            .iter()
            .filter_map(|invite| Some((&joinable.get(&invite.group)?.group, invite)))
            .collect();
        let replaceable = self.replaceable(&shown).await?;
        let with_group = |invite: Invite| {
            if replaceable.contains(&(invite.group.clone(), invite.id)) {
                return None;
            }
            let view = joinable.get(&invite.group)?.clone();
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
