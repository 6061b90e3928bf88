//! The people of a group: its members, and the people who are invited to it.
//!
//! Members see members. Owners also see the invited people. A pending link belongs to no particular
//! person, so it is not listed (docs/contracts/rownd.md#members).

use std::collections::{BTreeMap, BTreeSet};

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::invite::{Invite, State};
use crate::domain::list::WholeList;
use crate::domain::member::Member;
use crate::domain::rule::InviteRule;
use crate::domain::user::User;
use crate::engine::{Engine, NotFound, Outcome, Roster};

/// A reference to a person of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PersonId {
    /// A member, by user id.
    Member(UserId),
    /// An invited person, by the id of the invite.
    Invited(InviteId),
}

/// A person of a group: a member or an invited person.
#[derive(Clone, Debug)]
pub enum Person {
    /// A member, with the directory's record if there is one, and the inviter if the member came by
    /// an invite.
    Member(Box<Member>, Option<Box<User>>, Option<UserId>),
    /// An invited person, with the user id if the directory knows the person.
    Invited(Box<Invite>, Option<UserId>),
}

/// A page of the people of a group.
#[derive(Debug)]
pub struct People {
    /// The people on the page.
    pub page: Vec<Person>,
    /// The number of all people whom the caller may see.
    pub total: usize,
    /// Whether the pages have all of them. `false` if too many people are invited.
    pub complete: bool,
}

impl Engine {
    /// Returns at most `size` people of the group that follow `after`.
    ///
    /// Members come first, in the order of their user ids. For owners, the invited people follow,
    /// in the order of the invites' ids.
    ///
    /// # Errors
    /// `NotFound::Group`, `Denied::NotMember`, `Forbidden::MayNotInvite` if the caller stops being
    /// an owner between two reads, `Fault`.
    pub async fn list_people(
        &self,
        caller: &Caller,
        group: &GroupId,
        after: Option<&PersonId>,
        size: usize,
        now: Timestamp,
    ) -> Outcome<People> {
        let (after_member, after_invite) = match after {
            Some(PersonId::Member(user)) => (Some(user), None),
            Some(PersonId::Invited(invite)) => (None, Some(*invite)),
            None => (None, None),
        };
        let wanted = if after_invite.is_some() { 0 } else { size };
        let Roster { own, members, total } =
            self.members_after(caller, group, after_member, wanted).await?;
        let WholeList { data: pending, complete } = if own.roles.is_owner() {
            self.pending_people(caller, group, now).await?
        } else {
            WholeList { data: Vec::new(), complete: true }
        };
        let total = usize::try_from(total).unwrap_or(usize::MAX).saturating_add(pending.len());
        let behind = pending
            .into_iter()
            .filter(|invite| after_invite.is_none_or(|after| invite.id > after))
            .take(size.saturating_sub(members.len()))
            .collect();
        let invited = self.invited_people(behind).await?;
        let mut page = self.known_members(members).await?;
        page.extend(invited);
        Ok(People { page, total, complete })
    }

    /// Returns one person of the group. Every member sees members. Owners and the inviter also see
    /// an invited person.
    ///
    /// # Errors
    /// `NotFound::Group`, `NotFound::Member`, `NotFound::Invite`, `Denied::NotMember`,
    /// `Forbidden::MayNotInvite`, `Fault`. An invite that is not pending, or is a link, is
    /// `NotFound::Member`.
    pub async fn get_person(
        &self,
        caller: &Caller,
        group: &GroupId,
        id: &PersonId,
        now: Timestamp,
    ) -> Outcome<Person> {
        match id {
            PersonId::Member(user) => {
                let member = self.get_member(caller, group, user).await?;
                self.known_member(member).await
            }
            PersonId::Invited(id) => {
                let invite = self.get_invite(caller, group, *id, InviteRule::Owners).await?;
                if !is_person(&invite, now) {
                    return Err(NotFound::Member.into());
                }
                let mut people = self.invited_people(vec![invite]).await?;
                people.pop().ok_or(NotFound::Member.into())
            }
        }
    }

    /// Returns the member with the directory's record of the same user, and the member's inviter.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn known_member(&self, member: Member) -> Outcome<Person> {
        let mut known = self.known_members(vec![member]).await?;
        known.pop().ok_or(NotFound::Member.into())
    }

    async fn known_members(&self, members: Vec<Member>) -> Outcome<Vec<Person>> {
        let ids: Vec<UserId> = members.iter().map(|member| member.user.clone()).collect();
        let (users, invites) = futures::join!(self.users(&ids), self.invites_of(&members));
        let (users, invites) = (users?, invites?);
        Ok(members.into_iter().map(|member| known(member, &users, &invites)).collect())
    }

    /// Returns the invites by which these members of one group joined.
    async fn invites_of(&self, members: &[Member]) -> Outcome<Vec<Invite>> {
        // People who joined by one link have the same invite.
        let ids: BTreeSet<InviteId> = members.iter().filter_map(|member| member.invite).collect();
        let ids: Vec<InviteId> = ids.into_iter().collect();
        match members.first() {
            Some(member) if !ids.is_empty() => Ok(self.store.invites(&member.group, &ids).await?),
            _ => Ok(Vec::new()),
        }
    }

    async fn invited_people(&self, invites: Vec<Invite>) -> Outcome<Vec<Person>> {
        let users = self.invitee_ids(&invites).await?;
        let person = |invite: Invite| {
            let user = users.of(&invite.invitee).cloned();
            Person::Invited(Box::new(invite), user)
        };
        Ok(invites.into_iter().map(person).collect())
    }

    /// Returns the group's pending invites except links, in the order of their ids.
    async fn pending_people(
        &self,
        caller: &Caller,
        group: &GroupId,
        now: Timestamp,
    ) -> Outcome<WholeList<Invite>> {
        let mut pending =
            self.pending_group_invites(caller, group, InviteRule::Owners, now).await?;
        pending.data.retain(|invite| invite.invitee.link().is_none());
        pending.data.sort_unstable_by_key(|invite| invite.id);
        Ok(pending)
    }
}

fn known(member: Member, users: &BTreeMap<UserId, User>, invites: &[Invite]) -> Person {
    let user = users.get(&member.user).cloned().map(Box::new);
    let inviter = invites
        .iter()
        .find(|invite| member.invite == Some(invite.id) && brought(invite, &member.user))
        .map(|invite| invite.created_by.id.clone());
    Person::Member(Box::new(member), user, inviter)
}

/// Returns whether the user joined by this generation of the invite. A link does not record who
/// used it.
fn brought(invite: &Invite, user: &UserId) -> bool {
    invite.invitee.link().is_some() || invite.accepted_by() == Some(user)
}

/// Returns whether the invite is pending and for a person, not a link.
fn is_person(invite: &Invite, now: Timestamp) -> bool {
    invite.state(now) == State::Pending && invite.invitee.link().is_none()
}
