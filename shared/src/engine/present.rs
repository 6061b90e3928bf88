//! The present records behind a page of invites or members, and the names in them.
//!
//! A name is looked up in the directory first, then in the membership, then in the copy that was
//! made from a token (docs/contracts/native.md#the-invite). An invite's own copies are a fallback.

use std::collections::BTreeMap;

use crate::domain::acceptance::{Acceptability, Acceptor};
use crate::domain::clock::Timestamp;
use crate::domain::group::Group;
use crate::domain::ids::{GroupId, UserId};
use crate::domain::invite::Invite;
use crate::domain::member::Member;
use crate::domain::user::{User, UserState, full_name};
use crate::engine::{Engine, Outcome};
use crate::store::{FoundRecords, Store, StoreError, WantedRecords};

/// The groups, memberships and users of a page, as they are now.
///
/// An empty value knows no record, so all names are the copies on the invites and memberships.
#[derive(Clone, Debug, Default)]
pub struct Present {
    groups: BTreeMap<GroupId, Group>,
    members: BTreeMap<(GroupId, UserId), Member>,
    users: BTreeMap<UserId, User>,
}

impl From<FoundRecords> for Present {
    fn from(found: FoundRecords) -> Self {
        let FoundRecords { groups, members, users, holders: _, blocked: _, suppression: _ } = found;
        Self { groups, members, users }
    }
}

/// The records that the check of a caller's right has read.
#[derive(Clone, Debug)]
pub(in crate::engine) struct Known {
    /// The group.
    pub(in crate::engine) group: Group,
    /// The caller.
    pub(in crate::engine) user: UserId,
    /// The caller's stored membership. `None` if there is none.
    pub(in crate::engine) member: Option<Member>,
    /// The directory's record of the caller. `None` if there is none.
    pub(in crate::engine) record: Option<User>,
}

impl Present {
    /// Reads the records from the table, in one round trip for up to 800 records.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub(in crate::engine) async fn read(
        store: &Store,
        wanted: &WantedRecords,
    ) -> Result<Self, StoreError> {
        Ok(store.records(wanted).await?.into())
    }

    /// Adds a group that was read already.
    #[must_use]
    pub(in crate::engine) fn with_group(mut self, group: &Group) -> Self {
        self.groups.insert(group.id.clone(), group.clone());
        self
    }

    /// Adds a membership that was read or written already.
    #[must_use]
    pub(in crate::engine) fn with_member(mut self, member: &Member) -> Self {
        self.members.insert((member.group.clone(), member.user.clone()), member.clone());
        self
    }

    /// Adds a user.
    #[must_use]
    pub(crate) fn with_user(mut self, user: User) -> Self {
        self.users.insert(user.id.clone(), user);
        self
    }

    /// Returns the invite's group. `None` if it was deleted or not read.
    pub fn group(&self, invite: &Invite) -> Option<&Group> {
        self.groups.get(&invite.group)
    }

    /// Returns the membership of the person whose right an acceptance asks. `None` if there is none
    /// or it was not read.
    pub fn granter(&self, invite: &Invite) -> Option<&Member> {
        self.members.get(&(invite.group.clone(), invite.granted_by.id.clone()))
    }

    /// Returns whether the user is a member of the group, if that membership was read.
    pub(in crate::engine) fn is_member(&self, group: &GroupId, user: &UserId) -> bool {
        self.members.contains_key(&(group.clone(), user.clone()))
    }

    /// Returns whether the invite can be accepted at `now`.
    pub fn acceptability(
        &self,
        invite: &Invite,
        acceptor: Acceptor<'_>,
        now: Timestamp,
    ) -> Acceptability {
        Acceptability::of(invite, self.group(invite), self.granter(invite), acceptor, now)
    }

    /// Returns the directory's record of the user. `None` if there is none or it was not read.
    pub fn user(&self, user: &UserId) -> Option<&User> {
        self.users.get(user)
    }

    /// Returns the name of the invite's group.
    pub fn group_name<'a>(&'a self, invite: &'a Invite) -> &'a str {
        self.group(invite).map_or(&invite.group_name, |group| group.name.as_str())
    }

    /// Returns the inviter's name. `None` if nothing tells it.
    pub fn inviter_name(&self, invite: &Invite) -> Option<String> {
        let inviter = &invite.created_by;
        self.name_in(&invite.group, &inviter.id).or_else(|| inviter.name.clone())
    }

    /// Returns the name of the user who accepted, declined or revoked the invite. `None` if nobody
    /// did, or nothing tells the name.
    pub fn resolver_name(&self, invite: &Invite) -> Option<String> {
        let resolution = invite.resolution.as_ref()?;
        let by = resolution.by.as_ref()?;
        self.name_in(&invite.group, by).or_else(|| resolution.by_name.clone())
    }

    /// Returns the member's name. `None` if nothing tells it.
    pub fn member_name(&self, member: &Member) -> Option<String> {
        self.directory_name(&member.user).or_else(|| member.name.clone())
    }

    fn name_in(&self, group: &GroupId, user: &UserId) -> Option<String> {
        self.directory_name(user).or_else(|| {
            self.members.get(&(group.clone(), user.clone())).and_then(|member| member.name.clone())
        })
    }

    fn directory_name(&self, user: &UserId) -> Option<String> {
        self.users.get(user).and_then(own_name)
    }
}

/// Returns the user's own name in the directory. `None` for a pending user, who represents a person
/// but is not that person.
pub(in crate::engine) fn own_name(user: &User) -> Option<String> {
    match user.state {
        UserState::Active => {
            full_name(user.profile.first_name.as_ref(), user.profile.last_name.as_ref())
        }
        UserState::Pending => None,
    }
}

impl Engine {
    /// Returns the present groups of these invites, the memberships of their inviters and granters, and the directory's
    /// records of the inviters and of the users who ended the invites.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn present<'a>(
        &self,
        invites: impl IntoIterator<Item = &'a Invite>,
    ) -> Outcome<Present> {
        Ok(Present::read(&self.store, &wanted(invites)).await?)
    }

    /// Returns what [`Engine::present`] returns, and reads only what is not known yet.
    ///
    /// # Errors
    /// `Fault`.
    pub(in crate::engine) async fn present_beside<'a>(
        &self,
        known: Known,
        invites: impl IntoIterator<Item = &'a Invite>,
    ) -> Outcome<Present> {
        let Known { group, user, member, record } = known;
        let mut wanted = wanted(invites);
        wanted.groups.remove(&group.id);
        wanted.members.remove(&(group.id.clone(), user.clone()));
        wanted.users.remove(&user);
        let present = Present::read(&self.store, &wanted).await?.with_group(&group);
        let present = member.iter().fold(present, Present::with_member);
        Ok(record.into_iter().fold(present, Present::with_user))
    }

    /// Returns the directory's records of these users, for the names of members and of inviters.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn present_users<'a>(
        &self,
        users: impl IntoIterator<Item = &'a UserId>,
    ) -> Outcome<Present> {
        let users = users.into_iter().cloned().collect();
        let wanted = WantedRecords { users, ..WantedRecords::default() };
        Ok(Present::read(&self.store, &wanted).await?)
    }
}

/// Returns the records that are shown with these invites.
fn wanted<'a>(invites: impl IntoIterator<Item = &'a Invite>) -> WantedRecords {
    let mut wanted = WantedRecords::default();
    for invite in invites {
        let resolver = invite.resolution.as_ref().and_then(|resolution| resolution.by.as_ref());
        for user in [Some(&invite.created_by.id), resolver].into_iter().flatten() {
            wanted.members.insert((invite.group.clone(), user.clone()));
            wanted.users.insert(user.clone());
        }
        wanted.members.insert((invite.group.clone(), invite.granted_by.id.clone()));
        wanted.groups.insert(invite.group.clone());
    }
    wanted
}
