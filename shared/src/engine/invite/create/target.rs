//! The groups of one request, each with the person's relation to it.

use futures::future::join_all;

use super::inviter::InviterRecord;
use super::plan::{Draft, Plan, plan};
use super::reads::Reads;
use super::request::{Ask, InviteeRequest, NewInvitation, NewInvite};
use super::room::Room;
use super::rules::{Admitted, admit};
use crate::domain::counters::RequestId;
use crate::domain::group::Group;
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::invite::Invite;
use crate::domain::rule::InviteRule;
use crate::domain::user::User;
use crate::engine::acting::Acting;
use crate::engine::refusal::{Conflict, Refusal};
use crate::engine::{Engine, Outcome};
use crate::store::{CreateReads, StoreError};

/// One request to invite a person to several groups.
pub(super) struct Asking<'a> {
    pub(super) acting: Acting<'a>,
    pub(super) new: &'a NewInvitation,
    /// The inviter's record in the directory.
    pub(super) inviter: InviterRecord,
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
    /// The group's room. `None` if it was not counted.
    room: Option<Room>,
}

/// A request for one of the groups, with the result of its first round trip.
pub(super) type FoundTarget<'a> = (Ask<'a>, Result<CreateReads, StoreError>);

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
        Ok(Ask { makes_user: self.makes_user, inviter: self.inviter.clone(), ..ask })
    }
}

impl Engine {
    /// Makes the first round trip for every requested group, in batches.
    pub(super) async fn find_targets<'a>(
        &self,
        asking: &Asking<'a>,
    ) -> Outcome<Vec<FoundTarget<'a>>> {
        let application = [GroupId::application()];
        let groups = &asking.new.groups[..];
        let groups = if groups.is_empty() { &application[..] } else { groups };
        let asks: Outcome<Vec<Ask<'a>>> = groups.iter().map(|group| asking.ask(group)).collect();
        let asks = asks?;
        let found = self.read_all_first(&asks.iter().collect::<Vec<_>>(), 0).await?;
        Ok(asks.into_iter().zip(found).collect())
    }

    /// Returns every group that was found with the person's relation to it, if the caller may invite
    /// there. The first group that refuses decides.
    pub(super) async fn targets<'a>(
        &self,
        found: Vec<FoundTarget<'a>>,
    ) -> Outcome<Vec<Target<'a>>> {
        let targets = found.into_iter().map(|found| self.target(found));
        join_all(targets).await.into_iter().collect()
    }

    /// Returns the application with the person's relation to it.
    pub(super) async fn application_target<'a>(&self, asking: &Asking<'a>) -> Outcome<Target<'a>> {
        let ask = asking.ask(&GroupId::application())?;
        let found = self.read_first(&ask, 0).await?;
        self.target((ask, Ok(found))).await
    }

    async fn target<'a>(&self, (ask, found): FoundTarget<'a>) -> Outcome<Target<'a>> {
        let found = found?;
        let (reads, room) = futures::join!(
            self.read_rest(&ask, found.clone(), None),
            self.room_of_target(&ask, &found)
        );
        let reads = reads?;
        let relation = match plan(&ask, &reads) {
            Ok(Plan::Write(draft)) => Relation::New(draft),
            Ok(Plan::Made(invite)) => Relation::Made(invite),
            Ok(Plan::Found(invite) | Plan::Resent(invite)) => Relation::Invited(invite.id),
            Ok(Plan::Resend(id)) => Relation::Invited(id),
            Err(Refusal::Conflict(Conflict::AlreadyPending(id))) => Relation::Invited(id),
            Err(Refusal::Conflict(Conflict::AlreadyMember)) => Relation::Member,
            Err(other) => return Err(other.into()),
        };
        Ok(Target { ask, reads, relation, room })
    }

    /// Counts the group's room, if the caller may invite there and the person has no pending invite,
    /// so that a new one probably needs a place.
    async fn room_of_target(&self, ask: &Ask<'_>, found: &CreateReads) -> Option<Room> {
        let now = ask.now();
        let Admitted { group, .. } = admit(ask, found).ok()?;
        let is_new = found.existing.as_ref().is_none_or(|invite| !invite.is_pending(now));
        if is_new { Some(self.room_for_one(&group, now).await) } else { None }
    }

    /// Checks that the group has room for the invite of this target.
    ///
    /// # Errors
    /// `Limited::Pending`.
    pub(super) async fn check_room(&self, target: &Target<'_>) -> Outcome<()> {
        if !target.reads.takes_a_place() {
            return Ok(());
        }
        let mut room = match target.room {
            Some(room) => room,
            None => self.room_for_one(target.group(), target.ask.now()).await,
        };
        Ok(room.take()?)
    }

    /// Returns the holder of the address: an active user, or a person who was invited before and
    /// has not signed up.
    pub(super) async fn holder(&self, holder: Option<&UserId>) -> Outcome<Option<User>> {
        match holder {
            Some(holder) => Ok(self.store.user(holder).await?),
            None => Ok(None),
        }
    }
}
