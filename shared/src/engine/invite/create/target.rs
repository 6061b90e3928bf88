//! The groups of one request, each with the person's relation to it.

use futures::future::join_all;

use super::plan::{Draft, Plan, plan};
use super::reads::Reads;
use super::request::{Ask, InviteeRequest, InviterRecord, NewInvitation, NewInvite};
use crate::domain::counters::RequestId;
use crate::domain::group::Group;
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::invite::Invite;
use crate::domain::rule::InviteRule;
use crate::domain::user::User;
use crate::engine::acting::Acting;
use crate::engine::refusal::{Conflict, Refusal};
use crate::engine::{Engine, Outcome};

/// One request to invite a person to several groups.
pub(super) struct Asking<'a> {
    pub(super) acting: Acting<'a>,
    pub(super) new: &'a NewInvitation,
    /// The inviter's record in the directory.
    pub(super) inviter: Option<Box<User>>,
    pub(super) request: RequestId,
    /// Whether a new person gets a pending user. `false` after another user took the address.
    pub(super) makes_user: bool,
}

/// The person's relation to a group.
enum Relation {
    /// The person is neither a member nor invited. This draft invites them.
    New(Box<Draft>),
    /// The person has this pending invite.
    Invited(InviteId),
    /// The person is a member.
    Member,
    /// An earlier attempt of this request created this invite, and its response was lost.
    Made(Box<Invite>),
}

/// A group into which the caller may invite, and the person's relation to it.
pub(super) struct Target<'a> {
    pub(super) ask: Ask<'a>,
    pub(super) reads: Reads,
    relation: Relation,
}

impl Target<'_> {
    pub(super) fn group(&self) -> &Group {
        &self.reads.admitted.group
    }

    /// Returns the person's pending invite with the id that a new one would get.
    pub(super) fn pending(&self) -> Option<&Invite> {
        self.reads.pending_invite(self.ask.now())
    }

    /// Returns the draft of a new invite, if the person can be invited. `None` for the application
    /// if the directory knows the person.
    pub(super) fn fresh(&self, is_known: bool) -> Option<&Draft> {
        match &self.relation {
            Relation::New(draft) if !(is_known && self.group().is_application()) => Some(draft),
            Relation::New(_) | Relation::Invited(_) | Relation::Member | Relation::Made(_) => None,
        }
    }

    pub(super) fn made(&self) -> Option<&Invite> {
        match &self.relation {
            Relation::Made(invite) => Some(invite),
            Relation::New(_) | Relation::Invited(_) | Relation::Member => None,
        }
    }

    pub(super) fn invited(&self) -> Option<InviteId> {
        match self.relation {
            Relation::Invited(id) => Some(id),
            Relation::New(_) | Relation::Member | Relation::Made(_) => None,
        }
    }
}

impl<'a> Asking<'a> {
    /// Returns the request for one of the groups.
    fn ask(&self, group: &GroupId) -> Outcome<Ask<'a>> {
        let everybody = self.new.groups.is_empty() || *group == GroupId::application();
        let rule = if everybody { InviteRule::Anyone } else { InviteRule::Editors };
        let invitee = InviteeRequest::Person(self.new.person.clone());
        let new = NewInvite {
            roles: self.new.roles.clone(),
            notify: false,
            ..NewInvite::of(group.clone(), invitee, rule)
        };
        let ask = Ask::of(self.acting, new, self.request.clone())?;
        let inviter = InviterRecord::Read(self.inviter.clone());
        Ok(Ask { makes_user: self.makes_user, inviter, ..ask })
    }
}

impl Engine {
    /// Returns every requested group with the person's relation to it.
    pub(super) async fn targets<'a>(&self, asking: &Asking<'a>) -> Outcome<Vec<Target<'a>>> {
        if asking.new.groups.is_empty() {
            return Ok(vec![self.target(asking, &GroupId::application()).await?]);
        }
        let targets = asking.new.groups.iter().map(|group| self.target(asking, group));
        join_all(targets).await.into_iter().collect()
    }

    /// Returns the group with the person's relation to it, if the caller may invite there.
    pub(super) async fn target<'a>(
        &self,
        asking: &Asking<'a>,
        group: &GroupId,
    ) -> Outcome<Target<'a>> {
        let ask = asking.ask(group)?;
        let found = self.read_first(&ask, 0).await?;
        let reads = self.read_rest(&ask, found, None).await?;
        let relation = match plan(&ask, &reads) {
            Ok(Plan::Write(draft)) => Relation::New(draft),
            Ok(Plan::Made(invite)) => Relation::Made(invite),
            Ok(Plan::Found(invite) | Plan::Resent(invite)) => Relation::Invited(invite.id),
            Ok(Plan::Resend(id)) => Relation::Invited(id),
            Err(Refusal::Conflict(Conflict::AlreadyPending(id))) => Relation::Invited(id),
            Err(Refusal::Conflict(Conflict::AlreadyMember)) => Relation::Member,
            Err(other) => return Err(other.into()),
        };
        Ok(Target { ask, reads, relation })
    }

    /// Returns the holder of the address: an active user, or a person who was invited before and
    /// has not signed up.
    pub(super) async fn holder(&self, targets: &[Target<'_>]) -> Outcome<Option<User>> {
        let holders = targets.iter();
        match holders.flat_map(|target| &target.reads.found.holder).next() {
            Some(holder) => Ok(self.store.user(holder).await?),
            None => Ok(None),
        }
    }
}
