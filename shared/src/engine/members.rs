//! Members: listed for members, given other roles and removed by admins of at least their rank, and free to leave.

use super::authority::may_grant;
use super::{Engine, Outcome, Refusal};
use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::identity::Identity;
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::invite::Invite;
use crate::domain::invitee::user_key;
use crate::domain::member::Member;
use crate::domain::role::{Rank, Roles};
use crate::store::{ChangeMemberOutcome, Changing, Page, RoleChange, StoreError};

/// How many times a change starts over because the member changed under it.
const ATTEMPTS: u8 = 3;

impl Engine {
    /// A page of the group's members, for its members.
    ///
    /// # Errors
    /// `GroupNotFound` for outsiders, `InvalidCursor`, and the table's own.
    pub async fn list_members(&self, caller: &Caller, group: &GroupId, limit: i32, cursor: Option<&str>) -> Outcome<Page<Member>> {
        self.membership(group, &caller.user).await?;
        Ok(self.store.list_members(group, limit, cursor).await??)
    }

    /// Gives a member other roles.
    ///
    /// # Errors
    /// `GroupNotFound` for outsiders, `Forbidden` below admin, `MemberNotFound`, `RoleAboveOwn` for roles given or held above the caller's own,
    /// `LastOwner`, and the table's own.
    pub async fn change_roles(&self, caller: &Caller, group: &GroupId, user: &UserId, roles: Roles, now: Timestamp) -> Outcome<Member> {
        let member = self.change_member(caller, group, user, &RoleChange::To(roles.clone()), now).await?;
        Ok(Member { roles, ..member })
    }

    /// Removes a member, or lets the caller leave; what was pending for that person in the group is revoked.
    ///
    /// # Errors
    /// As for [`Engine::change_roles`]; leaving needs no rank.
    pub async fn remove_member(&self, caller: &Caller, group: &GroupId, user: &UserId, now: Timestamp) -> Outcome<()> {
        self.change_member(caller, group, user, &RoleChange::Removal, now).await.map(|_| ())
    }

    async fn change_member(&self, caller: &Caller, group: &GroupId, user: &UserId, change: &RoleChange, now: Timestamp) -> Outcome<Member> {
        for _ in 0..ATTEMPTS {
            let (found, own) = self.membership(group, &caller.user).await?;
            let member = self.store.member(group, user).await?;
            let member = check_change(&own, member, change)?;
            let pending = match change {
                RoleChange::Removal => self.pending_for(&member, now).await?,
                RoleChange::To(_) => Vec::new(),
            };
            let changing = Changing { group: &found, member: &member, change, pending: &pending, by: &caller.user, now };
            match self.store.change_member(changing).await? {
                ChangeMemberOutcome::Changed => return Ok(member),
                ChangeMemberOutcome::LastOwner => return Err(Refusal::LastOwner),
                ChangeMemberOutcome::Conflict => {}
            }
        }
        Err(Refusal::Unavailable(StoreError::Unavailable("the member's record is contended".into())))
    }

    /// Every live invite into the group that the person could use to come back: by user id, by the invite that brought them, by
    /// everything that they proved on joining, and by everything that the directory knows to be theirs.
    async fn pending_for(&self, member: &Member, now: Timestamp) -> Outcome<Vec<Invite>> {
        let known = self.store.user(&member.user).await?;
        let identities = known.map(|user| user.profile.identities()).unwrap_or_default();
        let known = identities.iter().map(Identity::key);
        let keys = std::iter::once(user_key(&member.user)).chain(known).chain(member.came_as.iter().cloned());
        let mut ids: Vec<InviteId> = keys.map(|key| InviteId::of(&member.group, &key, 0)).chain(member.invite).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut pending = self.store.invites(&member.group, &ids).await?;
        pending.retain(|invite| invite.is_live(now) && invite.invitee.link().is_none());
        Ok(pending)
    }
}

/// The member to be changed, if `own` may change it so.
fn check_change(own: &Member, member: Option<Member>, change: &RoleChange) -> Outcome<Member> {
    let leaves = |member: &Member| member.user == own.user && matches!(change, RoleChange::Removal);
    if let Some(member) = member.clone().filter(leaves) {
        return Ok(member);
    }
    if own.roles.rank() < Rank::Admin {
        return Err(Refusal::Forbidden("Only owners and admins change members."));
    }
    let member = member.ok_or(Refusal::MemberNotFound)?;
    if let RoleChange::To(roles) = change {
        may_grant(own, roles)?;
    }
    may_grant(own, &member.roles)?;
    Ok(member)
}
