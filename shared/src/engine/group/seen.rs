//! A group as one caller sees it, with the users who are shown with it.

use std::collections::BTreeMap;

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::group::Group;
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::invite::Invite;
use crate::domain::member::Member;
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

/// The result of the first round trip about a group, besides the group.
#[derive(Clone, Debug)]
pub(in crate::engine) struct SeenReads {
    /// The caller's membership.
    pub(in crate::engine) own: Option<Member>,
    /// The caller's own invites into the group, which the caller can still accept by their state.
    pub(in crate::engine) invites: Vec<Invite>,
    /// The people whose records were read, and these records.
    wanted: Vec<UserId>,
    people: BTreeMap<UserId, User>,
}

impl Engine {
    /// Returns the group, with the directory's records of these people. The API decides which parts
    /// a non-member may see.
    ///
    /// This takes one round trip, and a second one if the group's members are counted, or if the
    /// owner is neither the caller nor one of these people.
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
        let (group, reads) = self.read_seen(caller, group, people, now).await?;
        self.seen(group, reads).await
    }

    /// Makes the first round trip of [`Engine::see_group`].
    ///
    /// # Errors
    /// `NotFound::Group`, `Fault`.
    pub(in crate::engine) async fn read_seen(
        &self,
        caller: &Caller,
        group: &GroupId,
        people: &[UserId],
        now: Timestamp,
    ) -> Outcome<(Group, SeenReads)> {
        let wanted: Vec<UserId> = people.iter().chain([&caller.user]).cloned().collect();
        let (found, invites, people) = futures::join!(
            self.store.group_and_member(group, &caller.user),
            self.own_invites_into(caller, group, now),
            self.users(&wanted)
        );
        let (group, own) = found?;
        let group = group.ok_or(NotFound::Group)?;
        let (people, invites) = (people?, invites?);
        Ok((group, SeenReads { own, invites, wanted, people }))
    }

    /// Returns the group as the caller sees it, with the reads of the second round trip.
    pub(in crate::engine) async fn seen(
        &self,
        group: Group,
        reads: SeenReads,
    ) -> Outcome<SeenGroup> {
        let SeenReads { own, invites, wanted, mut people } = reads;
        let owner = group.owner.clone().filter(|owner| !wanted.contains(owner));
        let (view, owner) = futures::join!(self.view(group, own), self.users(owner.as_slice()));
        people.extend(owner?);
        Ok(SeenGroup { view: view?, invite: invites.first().map(|invite| invite.id), people })
    }
}
