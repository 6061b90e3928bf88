//! The people of a group: its members, and the people who are invited to it.
//!
//! Members see members. Owners also see the invited people. A pending link belongs to no particular
//! person, so it is not listed (docs/contracts/rownd.md#members).

use std::collections::BTreeMap;

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::invite::{Invite, State};
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
    /// A member, with the directory's record if there is one.
    Member(Box<Member>, Option<Box<User>>),
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

    /// Returns the member with the directory's record of the same user.
    ///
    /// # Errors
    /// `Fault`.
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

    /// Returns the group's pending invites except links, in the order of their ids.
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

/// Returns whether the invite is pending and for a person, not a link.
fn is_person(invite: &Invite, now: Timestamp) -> bool {
    invite.state(now) == State::Pending && invite.invitee.link().is_none()
}
