//! The people of a group: its members, and the people who are invited to it.
//!
//! Members see members. Owners also see the invited people. A pending link belongs to no particular
//! person, so it is not listed (docs/contracts/rownd.md#members).

use std::collections::BTreeSet;

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::invite::{Invite, InviteFilter, State};
use crate::domain::list::WholeList;
use crate::domain::member::Member;
use crate::domain::rule::InviteRule;
use crate::domain::user::User;
use crate::engine::authority::actor_of;
use crate::engine::{Engine, NotFound, Outcome};
use crate::store::InviteList;

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
    /// The page of members and the first of the pending invites are read beside the check of the
    /// caller's right. They are few, so a stranger makes the service read little in vain.
    ///
    /// # Errors
    /// `NotFound::Group`, `Denied::NotMember`, `Fault`.
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
        let pending = InviteList::of_group(group, InviteFilter::of_states(vec![State::Pending]));
        let (allowed, members, few) = futures::join!(
            self.membership(caller, group),
            self.store.members_after(group, after_member, wanted),
            self.store.few_invites(&pending, now)
        );
        let (_, own) = allowed?;
        let members = members?;
        let room = size.saturating_sub(members.len());
        let invited = async {
            let WholeList { data: mut pending, complete } = match own.roles.is_owner() {
                true => self.the_rest(few?, &pending, now).await?,
                false => WholeList { data: Vec::new(), complete: true },
            };
            pending.retain(|invite| invite.invitee.link().is_none());
            pending.sort_unstable_by_key(|invite| invite.id);
            let count = pending.len();
            pending.retain(|invite| after_invite.is_none_or(|after| invite.id > after));
            pending.truncate(room);
            Outcome::Ok((self.invited_people(pending).await?, count, complete))
        };
        let (total, known, invited) =
            futures::join!(self.store.count_members(group), self.known_members(members), invited);
        let (invited, count, complete) = invited?;
        let (mut page, total) = (known?, usize::try_from(total?).unwrap_or(usize::MAX));
        page.extend(invited);
        Ok(People { page, total: total.saturating_add(count), complete })
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
                let read = self.store.read_for_member(group, &caller.user, user).await?;
                actor_of(caller, read.group, read.own)?;
                let member = self.store.member_of(read.member)?.ok_or(NotFound::Member)?;
                let invites = self.invites_of(std::slice::from_ref(&member)).await?;
                Ok(known(member, read.user.shown(), &invites))
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

    async fn known_members(&self, members: Vec<Member>) -> Outcome<Vec<Person>> {
        let ids: Vec<UserId> = members.iter().map(|member| member.user.clone()).collect();
        let (users, invites) = futures::join!(self.users(&ids), self.invites_of(&members));
        let (users, invites) = (users?, invites?);
        let known = |member: Member| {
            let user = users.get(&member.user).cloned();
            known(member, user, &invites)
        };
        Ok(members.into_iter().map(known).collect())
    }

    /// Returns the invites by which these members of one group joined.
    pub(super) async fn invites_of(&self, members: &[Member]) -> Outcome<Vec<Invite>> {
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
}

/// Returns the member with the directory's record of the same user, and with the member's inviter if
/// `invites` has the invite.
pub(super) fn known(member: Member, user: Option<User>, invites: &[Invite]) -> Person {
    let inviter = invites
        .iter()
        .find(|invite| member.invite == Some(invite.id) && brought(invite, &member.user))
        .map(|invite| invite.created_by.id.clone());
    Person::Member(Box::new(member), user.map(Box::new), inviter)
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
