//! Accepting: the claim, the membership and the use change together or not at all.

use futures::future::join_all;

use super::acting::Acting;
use super::attempt::Attempt;
use super::authority::{first_roles, inviter_still_may, is_invited, right_is_proven};
use super::{
    Conflict, Denied, Engine, Forbidden, InviteRef, NotFound, Outcome, Stop, Unavailable,
    of_generation, require_pending,
};
use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::counters::Version;
use crate::domain::group::Group;
use crate::domain::ids::{GroupId, UserId};
use crate::domain::invite::{IdentityPolicy, Invite, State};
use crate::domain::invitee::Invitee;
use crate::domain::macaroon::Caveats;
use crate::domain::member::Member;
use crate::domain::privilege::Privileges;
use crate::domain::user::{self, Profile, User, UserState};
use crate::store::{Claim, JoinOutcome, Joining};

/// Somebody who joined.
#[derive(Debug)]
pub struct Accepted {
    /// The invite as it is now.
    pub invite: Invite,
    /// The membership.
    pub member: Member,
    /// Whether the same person had joined by this invite before, so that nothing changed now.
    pub repeated: bool,
}

/// How many times an acceptance starts over because what it read changed under it.
const ATTEMPTS: u8 = 3;

impl Engine {
    /// Makes the caller a member, and the first member of a group its owner besides. The same
    /// person accepting again gets the same membership. By its link, an invite of several that one
    /// request made takes up the others too.
    ///
    /// # Errors
    /// `InviteNotFound`, `InviteReplaced`, `NotPending` with the state found, `IdentityMismatch`,
    /// `EmailNotVerified`, `CaveatNotMet`, `DomainNotAllowed`, `GroupNotFound`, `InviterGone`,
    /// `Forbidden` while frozen, `SeatsFull`, `AlreadyMember`, and the table's own.
    pub async fn accept_invite(
        &self,
        caller: &Caller,
        reference: &InviteRef,
        now: Timestamp,
    ) -> Outcome<Accepted> {
        let accepted = self.accept_one(caller, reference, now).await?;
        if matches!(reference, InviteRef::Token(_)) {
            self.accept_companions(caller, &accepted.invite, now).await;
        }
        Ok(accepted)
    }

    /// Takes up the invites that the same request made and that the same mail is about, each by
    /// itself. One that can't be taken up is left as it is: the invite whose link it was is
    /// accepted, whatever becomes of the others.
    async fn accept_companions(&self, caller: &Caller, leading: &Invite, now: Timestamp) {
        let accept = |group| async move {
            let Some(companion) = self.companion(leading, group, now).await? else {
                return Ok::<_, Stop>(());
            };
            self.accept_one(caller, &InviteRef::Id(companion.group, companion.id), now)
                .await
                .map(|_| ())
        };
        for outcome in join_all(leading.mailing.groups.iter().map(accept)).await {
            if let Err(stop) = outcome {
                tracing::info!(?stop, invite.id = %leading.id, "A companion of invite {} was not taken up", leading.id);
            }
        }
    }

    /// The live invite into this group that the same request made, and that the link of `leading`
    /// takes up too.
    pub(super) async fn companion(
        &self,
        leading: &Invite,
        group: &GroupId,
        now: Timestamp,
    ) -> Outcome<Option<Invite>> {
        let found = self.invite_for(group, &leading.invitee).await?;
        Ok(found.filter(|found| found.request == leading.request && found.is_pending(now)))
    }

    async fn accept_one(
        &self,
        caller: &Caller,
        reference: &InviteRef,
        now: Timestamp,
    ) -> Outcome<Accepted> {
        for _ in 0..ATTEMPTS {
            let (invite, group, caveats) = self.invited(caller, reference).await?;
            let invite = self.written_down(invite, now).await;
            if invite.accepted_by() == Some(&caller.user)
                && let Some(accepted) = self.joined_by(caller, &invite).await?
            {
                return Ok(accepted);
            }
            // Before the invite's state: it was revoked with the group, and the group is what is
            // missing.
            let group = group.ok_or(NotFound::Group)?;
            if let Err(refusal) = self.check_right(caller, &group, &invite, &caveats, now).await {
                // A link may be over for others: who came by it stays in.
                let before = if invite.invitee.link().is_some() {
                    self.joined_by(caller, &invite).await?
                } else {
                    None
                };
                return before.ok_or(refusal);
            }
            match self.join(Acting { caller, now }, &invite, &group).await? {
                Attempt::Done(accepted) => return Ok(accepted),
                Attempt::ReadAgain => {}
            }
        }
        Err(Unavailable::Contended("the invite, or the user's record,").into())
    }

    /// The invite and its group, if the caller is whom it is for, and what their token asks beyond
    /// that.
    async fn invited(
        &self,
        caller: &Caller,
        reference: &InviteRef,
    ) -> Outcome<(Invite, Option<Group>, Caveats)> {
        match reference {
            InviteRef::Token(token) => {
                let (subject, caveats) = self.admitted(token, Some(caller))?;
                let (invite, group) =
                    self.store.invite_and_group(&subject.group, subject.invite).await?;
                let invite = of_generation(invite, &subject)?;
                may_take_up(caller, &invite)?;
                Ok((invite, group, caveats))
            }
            InviteRef::Id(group, id) => {
                let (invite, group) = self.store.invite_and_group(group, *id).await?;
                let addressed = invite.filter(|invite| caller.is(&invite.invitee));
                Ok((addressed.ok_or(NotFound::Invite)?, group, Caveats::default()))
            }
        }
    }

    /// The outcome of the caller's earlier acceptance, while the membership stands.
    async fn joined_by(&self, caller: &Caller, invite: &Invite) -> Outcome<Option<Accepted>> {
        let member = self.store.member(&invite.group, &caller.user).await?;
        let member = member.filter(|member| member.invite == Some(invite.id));
        Ok(member.map(|member| Accepted { invite: invite.clone(), member, repeated: true }))
    }

    /// Refuses where the invite is over, the group takes nobody in this way, or the inviter has
    /// lost the right.
    async fn check_right(
        &self,
        caller: &Caller,
        group: &Group,
        invite: &Invite,
        caveats: &Caveats,
        now: Timestamp,
    ) -> Outcome<()> {
        require_pending(invite, now)?;
        if caveats.over(now) {
            return Err(Conflict::NotPending(State::Expired).into());
        }
        if group.policy.frozen {
            return Err(Forbidden::Frozen.into());
        }
        if invite.invitee.link().is_some() && !group.policy.links {
            return Err(Forbidden::LinksOff.into());
        }
        // Who comes by a link, or by somebody else's invite.
        if !caller.is(&invite.invitee) {
            check_domain(caller, group)?;
        }
        if right_is_proven(group, invite) {
            return Ok(());
        }
        let inviter = self.store.member(&group.id, &invite.created_by.id).await?;
        Ok(inviter_still_may(group, inviter.as_ref(), invite)?)
    }

    /// Writes the membership.
    async fn join(
        &self,
        acting: Acting<'_>,
        invite: &Invite,
        group: &Group,
    ) -> Outcome<Attempt<Accepted>> {
        let Acting { caller, now } = acting;
        let becoming = self.becoming(caller, invite).await?;
        let member = Member {
            group: group.id.clone(),
            user: caller.user.clone(),
            roles: first_roles(group, &invite.terms.roles)?,
            privileges: Privileges::default(),
            name: caller.name.clone().or_else(|| person_name(caller, &invite.invitee)),
            joined_at: now,
            invite: Some(invite.id),
            came_as: caller.invitee_keys(),
        };
        let becoming = becoming.as_ref().map(|(pending, user)| (pending, user));
        let accepted;
        let claim = if invite.invitee.link().is_some() {
            Claim::Link(invite)
        } else {
            accepted = invite.accept(&caller.user, now).map_err(Conflict::NotPending)?;
            Claim::Invite(&accepted)
        };
        let joining = Joining { claim, group, member: &member, becoming, ended: &[], now };
        match self.store.join(joining).await? {
            JoinOutcome::Joined => {
                let invite = self.after_join(claim, now).await.unwrap_or_else(|| invite.clone());
                Ok(Attempt::Done(Accepted { invite, member, repeated: false }))
            }
            JoinOutcome::AlreadyMember => {
                self.member_already(caller, invite).await.map(Attempt::Done)
            }
            JoinOutcome::InviteChanged => self.lost(caller, invite, now).await,
            JoinOutcome::GroupRefused => self.check_group(group).await.map(|()| Attempt::ReadAgain),
            JoinOutcome::UserChanged => Ok(Attempt::ReadAgain),
        }
    }

    /// Returns the invite as the write left it. `None` where it is as it was read.
    async fn after_join(&self, claim: Claim<'_>, now: Timestamp) -> Option<Invite> {
        match claim {
            Claim::Invite(accepted) => Some(accepted.invite.clone()),
            Claim::Link(invite) if invite.invitee.link()?.max_uses.is_some() => {
                Some(self.after_use(invite, now).await)
            }
            Claim::Link(_) | Claim::Group => None,
        }
    }

    /// The counted link as it is now, for others may have joined meanwhile.
    ///
    /// The caller has joined, whatever becomes of this: where the table can't answer, the invite is
    /// given as it was read before.
    async fn after_use(&self, invite: &Invite, now: Timestamp) -> Invite {
        match self.store.invite(&invite.group, invite.id).await {
            Ok(found) => self.written_down(found.unwrap_or_else(|| invite.clone()), now).await,
            Err(error) => {
                tracing::warn!(%error, "Could not read a link again after its use");
                invite.clone()
            }
        }
    }

    /// The invite, where it is a link whose uses are taken, written down as exhausted: lists find
    /// it there. Whoever sees it first does this, the last who joined or the next who comes too
    /// late. Every read knows it anyway, so where the write fails nothing is lost.
    async fn written_down(&self, invite: Invite, now: Timestamp) -> Invite {
        let Ok(exhausted) = invite.exhaust(now) else { return invite };
        match self.store.end_invite(&exhausted).await {
            Ok(Some(exhausted)) => exhausted,
            Ok(None) => invite,
            Err(error) => {
                tracing::warn!(
                    %error,
                    invite.id = %invite.id,
                    "Could not write down that link {} is exhausted",
                    invite.id
                );
                invite
            }
        }
    }

    /// A member who came by this very link keeps the membership; any other member has one already.
    async fn member_already(&self, caller: &Caller, invite: &Invite) -> Outcome<Accepted> {
        let accepted = self.joined_by(caller, invite).await?.ok_or(Conflict::AlreadyMember)?;
        let invite = self.store.invite(&invite.group, invite.id).await?.ok_or(NotFound::Invite)?;
        Ok(Accepted { invite, ..accepted })
    }

    /// Another write was faster: perhaps the same person's, twice at once. Where the invite is still
    /// pending, with other roles, all is read again.
    async fn lost(
        &self,
        caller: &Caller,
        invite: &Invite,
        now: Timestamp,
    ) -> Outcome<Attempt<Accepted>> {
        let found = self.store.invite(&invite.group, invite.id).await?.ok_or(NotFound::Invite)?;
        if found.generation != invite.generation {
            return Err(Conflict::InviteReplaced.into());
        }
        if let Some(accepted) = self.joined_by(caller, &found).await? {
            return Ok(Attempt::Done(accepted));
        }
        require_pending(&self.written_down(found, now).await, now)?;
        Ok(Attempt::ReadAgain)
    }

    /// Why the group, as read, took nobody in. Nothing speaks against another try where it got its
    /// first owner meanwhile.
    pub(super) async fn check_group(&self, group: &Group) -> Outcome<()> {
        let found = self.store.groups(std::slice::from_ref(&group.id)).await?;
        let found = found.first().ok_or(NotFound::Group)?;
        if group.owner_count == 0 && found.owner_count > 0 {
            Ok(())
        } else {
            Err(Conflict::SeatsFull.into())
        }
    }

    /// The pending user who becomes the caller, and the caller's user record as it shall be.
    async fn becoming(&self, caller: &Caller, invite: &Invite) -> Outcome<Option<(User, User)>> {
        let Invitee::Person(person) = &invite.invitee else { return Ok(None) };
        // Under the bearer policy somebody else may come: the pending user goes on standing for
        // whom it was made.
        if !caller.is(&invite.invitee) {
            return Ok(None);
        }
        let Some(pending_id) = person.pending_user.as_ref().filter(|id| **id != caller.user) else {
            return Ok(None);
        };
        let (pending, own) = self.store.two_users(pending_id, &caller.user).await?;
        let pending = pending.filter(|user| user.state == UserState::Pending);
        Ok(pending.map(|pending| {
            let user = merged(&pending, own, &caller.user);
            (pending, user)
        }))
    }
}

/// Refuses a token's holder who may not use it: under the strict policy, whoever is not the person
/// invited; for a link, whoever proves no address of the domains it is for.
fn may_take_up(caller: &Caller, invite: &Invite) -> Outcome<()> {
    match (&invite.invitee, invite.terms.identity_policy) {
        (Invitee::Link(link), _) => {
            let proves = caller.email.as_ref().is_some_and(|email| {
                link.allowed_domains.iter().any(|domain| domain == email.domain())
            });
            if link.allowed_domains.is_empty() || proves {
                Ok(())
            } else {
                Err(Denied::DomainNotAllowed.into())
            }
        }
        (_, IdentityPolicy::Strict) => Ok(is_invited(caller, invite)?),
        (_, IdentityPolicy::Bearer) => Ok(()),
    }
}

/// Refuses who comes without an address of their own having been invited, where the group takes
/// addresses of some domains only and they prove none of them.
pub(super) fn check_domain(caller: &Caller, group: &Group) -> Outcome<()> {
    let policy = &group.policy;
    let fits = caller
        .email
        .as_ref()
        .map_or(policy.allowed_domains.0.is_empty(), |email| policy.allows(email));
    if fits { Ok(()) } else { Err(Denied::DomainNotAllowed.into()) }
}

/// The name that the inviter gave, if it is this caller's.
fn person_name(caller: &Caller, invitee: &Invitee) -> Option<String> {
    match invitee {
        Invitee::Person(person) if caller.is(invitee) => {
            user::full_name(person.first_name.as_ref(), person.last_name.as_ref())
        }
        _ => None,
    }
}

/// The caller's own record, with what the pending user knew where the caller's says nothing.
fn merged(pending: &User, own: Option<User>, caller: &UserId) -> User {
    let own = own.unwrap_or_else(|| User {
        id: caller.clone(),
        state: UserState::Active,
        profile: Profile::default(),
        version: Version::NEVER_WRITTEN,
    });
    let Profile { email, first_name, last_name, .. } = own.profile.clone();
    let known = pending.profile.clone();
    let profile = Profile {
        email: email.or(known.email),
        first_name: first_name.or(known.first_name),
        last_name: last_name.or(known.last_name),
        ..own.profile
    };
    User { id: own.id, state: UserState::Active, profile, version: own.version.next() }
}
