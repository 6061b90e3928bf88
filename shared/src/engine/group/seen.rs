//! A group as one caller sees it, with the users who are shown with it.

use std::collections::BTreeMap;

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::user::User;
use crate::engine::{Engine, GroupView, NotFound, Outcome};

/// A group, the caller's membership, and the users who are shown with it.
#[derive(Debug)]
pub struct SeenGroup {
    /// The group.
    pub view: GroupView,
    /// The caller's own pending invite into it.
    pub invite: Option<InviteId>,
    /// The directory's records of the caller, the group's owner, and the requested people.
    pub people: BTreeMap<UserId, User>,
}

impl Engine {
    /// Returns the group, with the directory's records of these people. The API decides which parts
    /// a non-member may see.
    ///
    /// This takes one round trip if the owner is the caller or one of these people.
    ///
    /// # Errors
    /// `NotFound::Group`, `Fault`.
    pub async fn see_group(
        &self,
        caller: &Caller,
        group: &GroupId,
        people: &[UserId],
        now: Timestamp,
    ) -> Outcome<SeenGroup> {
        let wanted: Vec<UserId> = people.iter().chain([&caller.user]).cloned().collect();
        let (view, invites, people) = futures::join!(
            self.find_group(caller, group),
            self.own_invites_into(caller, group, now),
            self.users(&wanted)
        );
        let (view, mut people) = (view?.ok_or(NotFound::Group)?, people?);
        let owner = view.group.owner.as_ref().filter(|owner| !wanted.contains(owner));
        if let Some(owner) = owner {
            people.extend(self.users(std::slice::from_ref(owner)).await?);
        }
        Ok(SeenGroup { view, invite: invites?.first().map(|invite| invite.id), people })
    }
}
