//! Resending an invite: a new expiry, and the mail again
//! (docs/contracts/native.md#resending).

use std::collections::BTreeSet;

use super::Created;
use super::plan::check_new;
use super::request::Ask;
use crate::auth::Caller;
use crate::domain::acceptance::{self, Acceptor, NotAcceptable};
use crate::domain::counters::RequestId;
use crate::domain::group::Group;
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::invite::{Invite, NotResent, Resending, TokenChoice, Transition};
use crate::domain::invitee::Invitee;
use crate::domain::language::LanguageTag;
use crate::domain::mailing::{Mailing, Sender};
use crate::domain::member::Member;
use crate::domain::rule::InviteRule;
use crate::engine::acting::Acting;
use crate::engine::attempt::ATTEMPTS;
use crate::engine::authority::{Actor, actor_of, granted, may_grant, may_invite, not_frozen};
use crate::engine::fault::Unavailable;
use crate::engine::present::Present;
use crate::engine::refusal::{Conflict, Limited, NotFound, Refusal};
use crate::engine::{Engine, Outcome};

/// How to resend an invite.
#[derive(Clone, Debug)]
pub struct ResendRequest {
    /// Whether the invite gets a new token.
    pub token: TokenChoice,
    /// The language of the mail and the page. `None` leaves it as it is.
    pub locale: Option<LanguageTag>,
    /// Whether to send a mail, if there is an address.
    pub notify: bool,
    /// The rule by which the caller may invite.
    pub rule: InviteRule,
    /// The request that resends, so that a repeat of it recognizes the resend.
    pub request: RequestId,
}

/// The caller of a resend in the group.
pub(super) struct Resender {
    pub(super) group: Group,
    pub(super) actor: Actor,
    /// Whether the actor's membership is stored.
    is_stored: bool,
}

impl Resender {
    /// Returns the caller in the group, if `rule` lets the caller invite.
    ///
    /// # Errors
    /// `NotFound::Group`, `Denied::NotMember`, `Forbidden::MayNotInvite`.
    pub(super) fn of(
        caller: &Caller,
        group: Option<Group>,
        member: Option<Member>,
        rule: InviteRule,
    ) -> Result<Self, Refusal> {
        let is_stored = member.is_some();
        let (group, actor) = actor_of(caller, group, member)?;
        may_invite(rule, &group, &actor.member)?;
        Ok(Self { group, actor, is_stored })
    }

    /// Returns the records that the request has read.
    pub(super) fn present(&self) -> Present {
        Present::default().with_group(&self.group).with_member(&self.actor.member)
    }
}

impl Engine {
    /// Resends an invite of the group, and counts it in the caller's window. An expired invite, and
    /// one that was declined without a sign-in, is pending again. From then on, an acceptance asks
    /// the caller's right.
    ///
    /// # Errors
    /// `NotFound::Group`, `NotFound::Invite`, `NotFound::User`, `Denied::NotMember`,
    /// `Denied::RoleAboveOwn`, `Denied::DomainNotAllowed`, `Denied::InvitesRefused`,
    /// `Forbidden::MayNotInvite`, `Forbidden::Frozen`, `Forbidden::LinksOff`,
    /// `Conflict::NotPending` for a final state, `Conflict::AlreadyMember`,
    /// `Conflict::AlreadyPending`, `Conflict::Yourself`, `Limited`, `Fault`.
    pub async fn resend_invite(
        &self,
        acting: Acting<'_>,
        group: &GroupId,
        id: InviteId,
        request: &ResendRequest,
    ) -> Outcome<Created> {
        let (passed, found) = futures::join!(
            self.pass_inviter(acting),
            self.to_resend(acting, group, id, request.rule)
        );
        passed?;
        self.resend_found(acting, found?, request).await
    }

    /// Resends an invite as [`Engine::resend_invite`] does, after the caller's window counted it.
    ///
    /// # Errors
    /// Those of [`Engine::resend_invite`].
    pub(super) async fn resend_counted(
        &self,
        acting: Acting<'_>,
        group: &GroupId,
        id: InviteId,
        request: &ResendRequest,
    ) -> Outcome<Created> {
        let found = self.to_resend(acting, group, id, request.rule).await?;
        self.resend_found(acting, found, request).await
    }

    /// Resends the invite that was read, with the names of the answer read before the write.
    async fn resend_found(
        &self,
        acting: Acting<'_>,
        mut found: (Resender, Invite),
        request: &ResendRequest,
    ) -> Outcome<Created> {
        for _ in 0..ATTEMPTS {
            let (resender, invite) = found;
            if invite.resent_by.as_ref() == Some(&request.request) {
                let present = self.present_resent(&invite, &resender).await;
                return Ok(self.resent(invite, present));
            }
            let resent = decide(&resender, &invite, request, acting)?;
            let (revival, is_mailed, present) = futures::join!(
                Box::pin(self.check_if_ended(acting, &invite, request.rule)),
                self.is_mailed(&invite, request),
                self.present_resent(&resent.invite, &resender)
            );
            revival?;
            let resent = if is_mailed? {
                resent.mailed(mail_by(&resender, &invite, acting))
            } else {
                resent
            };
            if self.store.rewrite_invite(&resent, resender.actor.right()).await? {
                return Ok(self.resent(resent.invite, present));
            }
            found = self.to_resend(acting, &invite.group, invite.id, request.rule).await?;
        }
        Err(Unavailable::Conflicts("the invite").into())
    }

    /// Returns the invite as a resend would leave it, without writing it.
    ///
    /// # Errors
    /// Those of [`Engine::resend_invite`], but for the caller's window.
    pub(super) async fn plan_resend(
        &self,
        acting: Acting<'_>,
        group: &GroupId,
        id: InviteId,
        request: &ResendRequest,
    ) -> Outcome<Invite> {
        let (resender, invite) = self.to_resend(acting, group, id, request.rule).await?;
        Ok(decide(&resender, &invite, request, acting)?.invite)
    }

    async fn to_resend(
        &self,
        Acting { caller, .. }: Acting<'_>,
        group: &GroupId,
        id: InviteId,
        rule: InviteRule,
    ) -> Outcome<(Resender, Invite)> {
        let (found, member, invite) =
            self.store.group_member_and_invite(group, &caller.user, id).await?;
        let resender = Resender::of(caller, found, member, rule)?;
        Ok((resender, invite.ok_or(NotFound::Invite)?))
    }

    /// Checks the invite as [`Engine::check_revival`] does, if it has ended.
    async fn check_if_ended(
        &self,
        acting: Acting<'_>,
        invite: &Invite,
        rule: InviteRule,
    ) -> Outcome<()> {
        if invite.is_pending(acting.now) {
            return Ok(());
        }
        self.check_revival(acting, invite, rule).await
    }

    /// Checks that the person of an ended invite may have a pending one again, as a new invite is
    /// checked.
    pub(super) async fn check_revival(
        &self,
        acting: Acting<'_>,
        invite: &Invite,
        rule: InviteRule,
    ) -> Outcome<()> {
        let ask = Ask::again(acting, invite, rule);
        let (found, started) = futures::join!(
            self.read_first(&ask, 0),
            self.begin_count(&invite.group, false, acting.now)
        );
        let reads = self.read_rest(&ask, found?, Some(&started)).await?;
        Ok(check_new(&ask, &reads)?)
    }

    /// Returns whether the request asks for a mail that can reach the invitee.
    async fn is_mailed(&self, invite: &Invite, request: &ResendRequest) -> Outcome<bool> {
        Ok(request.notify && !self.with_address(&[invite]).await?.is_empty())
    }

    /// Returns the ids of those of the invites (at most 100) whose invitees a mail can reach.
    pub(super) async fn with_address(&self, invites: &[&Invite]) -> Outcome<BTreeSet<InviteId>> {
        let users: Vec<&UserId> = invites.iter().filter_map(|it| it.invitee.user()).collect();
        // A batch read, because the functions that create invites may make no other read by key.
        let known = self.store.users(&users).await?;
        let has_one =
            |id: &UserId| known.iter().any(|user| user.id == *id && user.profile.email.is_some());
        let reached = invites.iter().filter(|invite| match &invite.invitee {
            Invitee::Email(_) | Invitee::Person(_) => true,
            Invitee::User(user) => has_one(user),
            Invitee::Phone(_) | Invitee::Account(_) | Invitee::Link(_) => false,
        });
        Ok(reached.map(|invite| invite.id).collect())
    }

    /// Returns the names in the answer. They stop no resend, so those that cannot be read are left
    /// out.
    async fn present_resent(&self, invite: &Invite, resender: &Resender) -> Present {
        match self.present([invite]).await {
            Ok(present) => present,
            Err(stop) => {
                tracing::warn!(?stop, "Could not read the names of a resent invite");
                resender.present()
            }
        }
    }

    fn resent(&self, invite: Invite, present: Present) -> Created {
        Created { token: self.token(&invite), invite, present, invitee_ids: None }
    }
}

/// Decides about one resend.
pub(super) fn decide(
    resender: &Resender,
    invite: &Invite,
    request: &ResendRequest,
    acting: Acting<'_>,
) -> Result<Transition, Refusal> {
    let Resender { group, actor, is_stored } = resender;
    may_grant(&actor.member, &invite.terms.roles)?;
    let (granted_by, rule) = granted(request.rule, group, &actor.member, *is_stored, acting.now);
    let ResendRequest { token, request: asked_by, .. } = request;
    let resending = Resending { granted_by, rule, token: *token, request: asked_by.clone() };
    let mut resent = invite.resend(&resending, acting.now)?;
    if request.locale.is_some() {
        resent.invite.terms.locale.clone_from(&request.locale);
    }
    not_frozen(group)?;
    // Nobody is sent an invite that can never be accepted.
    match acceptance::check(&resent.invite, group, Some(&actor.member), Acceptor::Invitee) {
        Ok(()) | Err(NotAcceptable::Paused | NotAcceptable::SeatsFull) => Ok(resent),
        Err(reason) => Err(reason.into()),
    }
}

/// Returns the invite's own mail, also after a reminder, in the name of the caller.
pub(super) fn mail_by(
    resender: &Resender,
    invite: &Invite,
    Acting { caller, .. }: Acting<'_>,
) -> Mailing {
    let name = resender.actor.member.name.clone().or_else(|| caller.name.clone());
    let other = caller.user != invite.created_by.id;
    let sender = other.then(|| Sender { id: caller.user.clone(), name });
    let Mailing { groups, .. } = invite.mailing.clone();
    Mailing { kind: invite.mailing.invitation(), reminds_of: None, sender, groups }
}

impl From<NotResent> for Refusal {
    fn from(reason: NotResent) -> Self {
        match reason {
            NotResent::Ended(state) => Conflict::NotPending(state).into(),
            NotResent::TooSoon(seconds) => Limited::ResendTooSoon(seconds).into(),
            NotResent::Limit => Limited::Resends.into(),
        }
    }
}
