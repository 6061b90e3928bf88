//! The people of a group: its members, and the people who are invited to it.
//!
//! Members see members. Owners also see who is invited, by name: a pending link is for nobody in
//! particular, so it is not a person (docs/contracts/rownd.md).

use std::collections::BTreeMap;

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::invite::{Invite, State};
use crate::domain::member::Member;
use crate::domain::rule::InviteRule;
use crate::domain::user::User;
use crate::engine::{Engine, NotFound, Outcome, Roster};

/// Names a person of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PersonId {
    /// A member, by user id.
    Member(UserId),
    /// An invited person, by the invite.
    Invited(InviteId),
}

/// A person of a group.
#[derive(Clone, Debug)]
pub enum Person {
    /// A member, and the directory's record of them.
    Member(Box<Member>, Option<Box<User>>),
    /// An invited person, and their user id if the directory knows them.
    Invited(Box<Invite>, Option<UserId>),
}

/// A page of the people of a group.
#[derive(Debug)]
pub struct People {
    /// The people on the page.
    pub page: Vec<Person>,
    /// How many people the caller may see in all.
    pub total: usize,
}

impl Engine {
    /// Returns at most `size` people of the group, behind the person `after`: the members in the
    /// order of their user ids, and behind the last of them, for owners, the people who are
    /// invited, in the order of the invites' ids.
    ///
    /// # Errors
    /// `GroupNotFound` and `NotMember` for outsiders, and the table's own.
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
        let pending = if own.roles.is_owner() {
            self.pending_people(caller, group, now).await?
        } else {
            Vec::new()
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
        Ok(People { page, total })
    }

    /// Returns one person of the group: a member for its members, an invited person for its owners
    /// and their inviter.
    ///
    /// # Errors
    /// `GroupNotFound` and `NotMember` for outsiders, `Forbidden` and `InviteNotFound` for an
    /// invited person, `MemberNotFound` also where the invite is no longer pending, and the table's
    /// own.
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

    /// Returns the member with the directory's record of them.
    ///
    /// # Errors
    /// The table's own.
    pub async fn known_member(&self, member: Member) -> Outcome<Person> {
        let users = self.users(std::slice::from_ref(&member.user)).await?;
        Ok(known(member, &users))
    }

    async fn known_members(&self, members: Vec<Member>) -> Outcome<Vec<Person>> {
        let ids: Vec<UserId> = members.iter().map(|member| member.user.clone()).collect();
        let users = self.users(&ids).await?;
        Ok(members.into_iter().map(|member| known(member, &users)).collect())
    }

    async fn invited_people(&self, invites: Vec<Invite>) -> Outcome<Vec<Person>> {
        let users = self.invitee_ids(&invites).await?;
        let person = |invite: Invite| {
            let user = users.of(&invite.invitee).cloned();
            Person::Invited(Box::new(invite), user)
        };
        Ok(invites.into_iter().map(person).collect())
    }

    /// Returns the group's pending invites of people, in the order of their ids.
    async fn pending_people(
        &self,
        caller: &Caller,
        group: &GroupId,
        now: Timestamp,
    ) -> Outcome<Vec<Invite>> {
        let mut pending =
            self.pending_group_invites(caller, group, InviteRule::Owners, now).await?;
        pending.retain(|invite| invite.invitee.link().is_none());
        pending.sort_unstable_by_key(|invite| invite.id);
        Ok(pending)
    }
}

fn known(member: Member, users: &BTreeMap<UserId, User>) -> Person {
    let user = users.get(&member.user).cloned().map(Box::new);
    Person::Member(Box::new(member), user)
}

/// Whether the invite is one of a person, who has not answered it yet.
fn is_person(invite: &Invite, now: Timestamp) -> bool {
    invite.state(now) == State::Pending && invite.invitee.link().is_none()
}
