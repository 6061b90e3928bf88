//! What one create is decided on: two round trips at most, the second only where the directory knows
//! the invitee or the group has many invites.

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

/// Everything that the plan of one invite needs to know.
#[derive(Debug)]
pub(super) struct Reads {
    /// The id that the invite gets.
    pub(super) id: InviteId,
    /// The group, and the membership by which the caller may invite.
    pub(super) admitted: Admitted,
    /// The first round trip.
    pub(super) found: CreateReads,
    /// What the directory tells about the invitee.
    pub(super) people: People,
    /// The group's pending invites, and how many it may have. `None` where nobody counts.
    pub(super) pending: Option<(u32, u32)>,
}

/// What the directory tells about the invitee.
#[derive(Clone, Debug, Default)]
pub(super) struct People {
    /// Whether one of the users who may be the invitee is a member of the group.
    pub(super) is_member: bool,
    /// Whether one of them takes no invites.
    pub(super) refuses: bool,
    /// Their pending invite under another name: an address and the user who has it are two keys.
    pub(super) invited_as: Option<InviteId>,
}

/// The beginning of a count that may have failed. The cap is soft, so a count that fails stops
/// nobody (docs/contracts/native.md#limits).
pub(super) type Begun = Result<PendingCount, StoreError>;

impl Reads {
    /// Returns the invite under the id, whatever its state.
    pub(super) fn existing(&self) -> Option<&Invite> {
        self.found.existing.as_ref()
    }

    /// Returns the invitee's pending invite under the id.
    pub(super) fn pending_invite(&self, now: Timestamp) -> Option<&Invite> {
        self.existing().filter(|invite| invite.is_pending(now))
    }
}

impl Engine {
    /// The first round trip. `attempt` counts the ids that belong to other invitees.
    pub(super) async fn find(&self, ask: &Ask<'_>, attempt: u8) -> Outcome<CreateReads> {
        let id = InviteId::of(&ask.new.group, &ask.invitee.key(), attempt);
        let user = if let Invitee::User(user) = &ask.invitee { Some(user) } else { None };
        let identity = ask.invitee.identity();
        let caller = &ask.caller().user;
        Ok(self.store.read_for_create(&ask.new.group, caller, id, identity.as_ref(), user).await?)
    }

    /// Reads on from the first round trip. `begun` is the count of the group's pending invites, if
    /// it is needed.
    ///
    /// # Errors
    /// Those of [`admit`], and the table's own.
    pub(super) async fn look(
        &self,
        ask: &Ask<'_>,
        mut found: CreateReads,
        begun: Option<&Begun>,
    ) -> Outcome<Reads> {
        for attempt in 0..ATTEMPTS {
            let admitted = admit(ask, &found)?;
            if !id_is_taken(ask, &found) {
                let id = InviteId::of(&ask.new.group, &ask.invitee.key(), attempt);
                let count = async {
                    let cap = cap(&admitted.group, self.pending_per_group)?;
                    let count = self.count(&ask.new.group, begun?, cap, ask.now()).await?;
                    Some((count, cap))
                };
                let (people, pending) = futures::join!(self.people(ask, &found), count);
                return Ok(Reads { id, admitted, found, people: people?, pending });
            }
            found = self.find(ask, attempt + 1).await?;
        }
        Err(Unavailable::Contended("the invite's id").into())
    }

    /// Begins to count the group's pending invites, beside the reads that tell whether the caller
    /// may invite at all (ADR 0012).
    pub(super) async fn begin_count(&self, group: &GroupId, now: Timestamp) -> Begun {
        if *group == GroupId::system() {
            Ok(PendingCount::default())
        } else {
            self.store.begin_count(group, now).await
        }
    }

    /// Counts on to `cap`. `None` where the count failed.
    pub(super) async fn count(
        &self,
        group: &GroupId,
        begun: &Begun,
        cap: u32,
        now: Timestamp,
    ) -> Option<u32> {
        let counted = match begun {
            Ok(begun) => self.store.count_pending(group, begun, cap, now).await,
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

    /// Counts the group's pending invites from the start, where it has a cap.
    pub(super) async fn count_of(&self, group: &Group, now: Timestamp) -> Option<(u32, u32)> {
        let cap = cap(group, self.pending_per_group)?;
        let begun = self.begin_count(&group.id, now).await;
        Some((self.count(&group.id, &begun, cap, now).await?, cap))
    }

    /// What the directory tells about the invitee. It is not asked where the first round trip
    /// decides already.
    async fn people(&self, ask: &Ask<'_>, found: &CreateReads) -> Outcome<People> {
        let pending = found.existing.as_ref().is_some_and(|invite| invite.is_pending(ask.now()));
        if pending || found.invited_member.is_some() {
            return Ok(People::default());
        }
        let mut told = People::default();
        let mut known: Vec<User> = found.invited_user.iter().cloned().collect();
        told.refuses = known.iter().any(|user| user.profile.refuses_invites);
        // The holder of the address, or the user who accepted the last invite to it, may be a
        // member by now.
        let accepted_by = found.existing.as_ref().and_then(Invite::accepted_by);
        let candidates: BTreeSet<&UserId> = found.holder.iter().chain(accepted_by).collect();
        for id in candidates {
            let (member, user) = self.store.member_and_user(&ask.new.group, id).await?;
            if member.is_some() {
                return Ok(People { is_member: true, ..told });
            }
            told.refuses |= user.as_ref().is_some_and(|user| user.profile.refuses_invites);
            known.extend(user.filter(|_| found.holder.as_ref() == Some(id)));
        }
        if !told.refuses {
            told.invited_as = self.invited_as(ask, &known).await?;
        }
        Ok(told)
    }

    /// Returns the pending invite that one of these people has by another name than the one asked
    /// for. Two such invites made at the same moment may both be pending (ADR 0001); only one of
    /// them can be accepted.
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
