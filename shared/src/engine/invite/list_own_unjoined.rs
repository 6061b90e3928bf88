//! The caller's own pending invites into groups that the caller has not joined.
//!
//! A person can join without using their invite, which then stays pending until it expires.

use std::collections::BTreeMap;

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{GroupId, UserId};
use crate::domain::invite::Invite;
use crate::domain::user::User;
use crate::engine::{Engine, GroupView, Outcome};

/// The caller's own pending invites into groups that the caller has not joined.
#[derive(Debug)]
pub struct OwnUnjoinedInvites {
    /// The invites, each with the group that it leads into.
    pub invites: Vec<(Invite, GroupView)>,
    /// The directory's records of the groups' owners.
    pub owners: BTreeMap<UserId, User>,
}

impl Engine {
    /// Returns the caller's pending invites. Omits those into deleted groups, into groups that the
    /// caller has joined, and into the application.
    ///
    /// # Errors
    /// `Fault`.
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
        let joinable: BTreeMap<GroupId, GroupView> = groups
            .into_iter()
            .filter(|view| view.own.is_none() && !view.group.is_application())
            .map(|view| (view.group.id.clone(), view))
            .collect();
        let with_group = |invite: Invite| {
            let view = joinable.get(&invite.group)?.clone();
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
