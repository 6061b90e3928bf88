//! The caller's own pending invites into groups that they have not joined.
//!
//! A person may join in another way than by their invite, which is then pending until it expires.

use std::collections::BTreeMap;

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{GroupId, UserId};
use crate::domain::invite::Invite;
use crate::domain::user::User;
use crate::engine::{Engine, GroupView, Outcome};

/// The caller's own pending invites into groups that they have not joined.
#[derive(Debug)]
pub struct OwnUnjoinedInvites {
    /// The invites, each with the group that it leads into.
    pub invites: Vec<(Invite, GroupView)>,
    /// The directory's records of the groups' owners.
    pub owners: BTreeMap<UserId, User>,
}

impl Engine {
    /// Returns the caller's pending invites, without those into groups that are gone, groups that
    /// the caller is a member of, and the application itself.
    ///
    /// # Errors
    /// The table's own.
    pub async fn own_unjoined_invites(
        &self,
        caller: &Caller,
        now: Timestamp,
    ) -> Outcome<OwnUnjoinedInvites> {
        let invites = self.own_pending_invites(caller, now).await?;
        let ids = each_once(invites.iter().map(|invite| invite.group.clone()));
        let groups = self.find_groups(caller, &ids).await?;
        let owners = each_once(groups.iter().filter_map(|view| view.group.owner.clone()));
        let owners = self.users(&owners).await?;
        let open: BTreeMap<GroupId, GroupView> = groups
            .into_iter()
            .filter(|view| view.own.is_none() && !view.group.is_system())
            .map(|view| (view.group.id.clone(), view))
            .collect();
        let with_group = |invite: Invite| {
            let view = open.get(&invite.group)?.clone();
            Some((invite, view))
        };
        let invites = invites.into_iter().filter_map(with_group).collect();
        Ok(OwnUnjoinedInvites { invites, owners })
    }
}

fn each_once<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.collect();
    items.sort();
    items.dedup();
    items
}
