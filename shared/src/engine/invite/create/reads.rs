//! The reads that decide one create.
//!
//! They take at most two round trips. The second is needed only if the directory knows the invitee
//! or the group has many invites.

use std::collections::BTreeSet;

use super::request::Ask;
use super::rules::{Admitted, admit, cap, id_is_taken};
use crate::domain::clock::Timestamp;
use crate::domain::group::Group;
use crate::domain::identity::Identity;
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::invite::Invite;
use crate::domain::invitee::{Invitee, user_key};
use crate::domain::user::{User, UserState};
use crate::engine::attempt::ATTEMPTS;
use crate::engine::fault::Unavailable;
use crate::engine::{Engine, Outcome};
use crate::store::{CreateReads, PendingCount, StoreError};

/// Everything that the plan of one invite needs.
#[derive(Debug)]
pub(super) struct Reads {
    /// The id of the invite.
    pub(super) id: InviteId,
    /// The group, and the membership by which the caller may invite.
    pub(super) admitted: Admitted,
    /// The result of the first round trip.
    pub(super) found: CreateReads,
    /// The directory's facts about the invitee.
    pub(super) people: People,
    /// The number of the group's pending invites, and its cap. `None` if there is no count.
    pub(super) pending: Option<(u32, u32)>,
}

/// The directory's facts about the invitee.
#[derive(Clone, Debug, Default)]
pub(super) struct People {
    /// Whether a user who may be the invitee is a member of the group.
    pub(super) is_member: bool,
    /// Whether one of these users refuses invites.
    pub(super) refuses: bool,
    /// Their pending invite under another identity. An address and its user are two keys.
    pub(super) invited_as: Option<InviteId>,
}

/// A count that has started or failed. A failed count stops no request, because the cap is soft
/// (docs/contracts/native.md#limits).
pub(super) type StartedCount = Result<PendingCount, StoreError>;

impl Reads {
    /// Returns the invite with this id, in any state.
    pub(super) fn existing(&self) -> Option<&Invite> {
        self.found.existing.as_ref()
    }

    /// Returns the invite with this id, if it is pending.
    pub(super) fn pending_invite(&self, now: Timestamp) -> Option<&Invite> {
        self.existing().filter(|invite| invite.is_pending(now))
    }
}

impl Engine {
    /// Makes the first round trip. `attempt` is the number of ids that belong to other invitees.
    pub(super) async fn read_first(&self, ask: &Ask<'_>, attempt: u8) -> Outcome<CreateReads> {
        let id = InviteId::of(&ask.new.group, &ask.invitee.key(), attempt);
        let user = if let Invitee::User(user) = &ask.invitee { Some(user) } else { None };
        let identity = ask.invitee.identity();
        let caller = &ask.caller().user;
        Ok(self.store.read_for_create(&ask.new.group, caller, id, identity.as_ref(), user).await?)
    }

    /// Completes the reads after the first round trip. `started` is the count of the group's
    /// pending invites, or `None` if no count is needed.
    ///
    /// # Errors
    /// The variants of [`admit`], `Fault`.
    pub(super) async fn read_rest(
        &self,
        ask: &Ask<'_>,
        mut found: CreateReads,
        started: Option<&StartedCount>,
    ) -> Outcome<Reads> {
        for attempt in 0..ATTEMPTS {
            let admitted = admit(ask, &found)?;
            if !id_is_taken(ask, &found) {
                let id = InviteId::of(&ask.new.group, &ask.invitee.key(), attempt);
                let count = async {
                    let cap = cap(&admitted.group, self.pending_per_group)?;
                    let count = self.count(&ask.new.group, started?, cap, ask.now()).await?;
                    Some((count, cap))
                };
                let (people, pending) = futures::join!(self.people(ask, &found), count);
                return Ok(Reads { id, admitted, found, people: people?, pending });
            }
            found = self.read_first(ask, attempt + 1).await?;
        }
        Err(Unavailable::Conflicts("the invite's id").into())
    }

    /// Starts to count the group's pending invites, in parallel with the reads that decide
    /// authority (ADR 0012).
    pub(super) async fn begin_count(&self, group: &GroupId, now: Timestamp) -> StartedCount {
        if *group == GroupId::application() {
            Ok(PendingCount::default())
        } else {
            self.store.begin_count(group, now).await
        }
    }

    /// Continues the count up to `cap`. `None` if the count failed.
    pub(super) async fn count(
        &self,
        group: &GroupId,
        started: &StartedCount,
        cap: u32,
        now: Timestamp,
    ) -> Option<u32> {
        let counted = match started {
            Ok(started) => self.store.count_pending(group, started, cap, now).await,
            Err(error) => {
                tracing::warn!(%error, "Could not count a group's pending invites");
                return None;
            }
        };
        counted
            .inspect_err(|error| {
                tracing::warn!(%error, "Could not count a group's pending invites");
            })
            .ok()
    }

    /// Counts the group's pending invites from the start. `None` for the application, or if the
    /// count failed.
    pub(super) async fn count_of(&self, group: &Group, now: Timestamp) -> Option<(u32, u32)> {
        let cap = cap(group, self.pending_per_group)?;
        let started = self.begin_count(&group.id, now).await;
        Some((self.count(&group.id, &started, cap, now).await?, cap))
    }

    /// Returns the directory's facts about the invitee. Skips the read if the first round trip
    /// already decides.
    async fn people(&self, ask: &Ask<'_>, found: &CreateReads) -> Outcome<People> {
        let pending = found.existing.as_ref().is_some_and(|invite| invite.is_pending(ask.now()));
        if pending || found.invited_member.is_some() {
            return Ok(People::default());
        }
        let mut people = People::default();
        let mut known: Vec<User> = found.invited_user.iter().cloned().collect();
        people.refuses = known.iter().any(|user| user.profile.refuses_invites);
        // The holder of the address, or the user who accepted the last invite to it, may be a
        // member by now.
        let accepted_by = found.existing.as_ref().and_then(Invite::accepted_by);
        let candidates: BTreeSet<&UserId> = found.holder.iter().chain(accepted_by).collect();
        for id in candidates {
            let (member, user) = self.store.member_and_user(&ask.new.group, id).await?;
            if member.is_some() {
                return Ok(People { is_member: true, ..people });
            }
            people.refuses |= user.as_ref().is_some_and(|user| user.profile.refuses_invites);
            known.extend(user.filter(|_| found.holder.as_ref() == Some(id)));
        }
        if !people.refuses {
            people.invited_as = self.invited_as(ask, &known).await?;
        }
        Ok(people)
    }

    /// Returns the pending invite that one of these people has under another identity.
    ///
    /// Two such invites created at the same moment may both be pending (ADR 0001). Only one of them
    /// can be accepted.
    async fn invited_as(&self, ask: &Ask<'_>, people: &[User]) -> Outcome<Option<InviteId>> {
        let names = |user: &User| {
            let identities = user.profile.identities();
            identities.iter().map(Identity::key).chain([user_key(&user.id)]).collect::<Vec<_>>()
        };
        let active = people.iter().filter(|user| user.state == UserState::Active);
        let mut keys: Vec<String> = active.flat_map(names).collect();
        keys.retain(|key| *key != ask.invitee.key());
        if keys.is_empty() {
            return Ok(None);
        }
        let pending = self.pending_invites_for(&keys, &ask.new.group, ask.now()).await?;
        Ok(pending.first().map(|invite| invite.id))
    }
}
