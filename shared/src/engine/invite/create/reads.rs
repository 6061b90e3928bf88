//! The reads that decide one create.
//!
//! They take one round trip, and a second one if the directory knows the invitee or the group has many
//! invites. More are needed only if the directory's pointer to the invitee lacks a key (ADR 0048).

use super::facts::{Case, Facts, People};
use super::inviter::InviterRecord;
use super::request::Ask;
use super::room::{Room, StartedCount};
use super::rules::{Admitted, admit, id_is_taken};
use crate::domain::clock::Timestamp;
use crate::domain::identity::Identity;
use crate::domain::ids::InviteId;
use crate::domain::invite::{Granter, Invite};
use crate::domain::invitee::Invitee;
use crate::domain::rule::InviteRule;
use crate::engine::attempt::ATTEMPTS;
use crate::engine::authority::granted;
use crate::engine::fault::Unavailable;
use crate::engine::refusal::Refusal;
use crate::engine::{Engine, Outcome};
use crate::store::{CreateKeys, CreateReads, StoreError};

/// Everything that the plan of one invite needs.
#[derive(Debug)]
pub(super) struct Reads {
    /// The id of the invite.
    pub(super) id: InviteId,
    /// The group, and the membership by which the caller may invite.
    pub(super) admitted: Admitted,
    /// The result of the first round trip.
    pub(super) found: CreateReads,
    /// Whether a new invite replaces the pending one with this id: it can never be accepted again, or
    /// the request asks for it.
    pub(super) is_replaceable: bool,
    /// Whether one of the pending invites that a new one replaces takes a place under the cap.
    pub(super) frees_a_place: bool,
    /// The directory's facts about the invitee.
    pub(super) people: People,
    /// The group's room for one more pending invite, if it was counted.
    pub(super) room: Room,
}

impl Reads {
    /// Returns the reads without the group's room.
    pub(super) fn new(id: InviteId, admitted: Admitted, found: CreateReads, facts: Facts) -> Self {
        let Facts { is_replaceable, frees_a_place, people, names: _ } = facts;
        let room = Room::UNKNOWN;
        Self { id, admitted, found, is_replaceable, frees_a_place, people, room }
    }

    /// Adds the group's room.
    pub(super) fn counted(self, room: Room) -> Self {
        Self { room, ..self }
    }

    /// Returns whether a new invite counts as one more pending invite of the group. One that
    /// replaces a pending invite takes its place, unless that one can never be accepted again.
    pub(super) fn takes_a_place(&self) -> bool {
        !self.frees_a_place
    }

    /// Checks that the group may have one more pending invite.
    ///
    /// # Errors
    /// `Limited::Pending`.
    pub(super) fn check_room(&self) -> Result<(), Refusal> {
        let mut room = self.room;
        if self.takes_a_place() { room.take() } else { Ok(()) }
    }

    /// Returns the invite with this id, in any state.
    pub(super) fn existing(&self) -> Option<&Invite> {
        self.found.existing.as_ref()
    }

    /// Returns the invite with this id, if it is pending.
    pub(super) fn pending_invite(&self, now: Timestamp) -> Option<&Invite> {
        self.existing().filter(|invite| invite.is_pending(now))
    }

    /// Returns the invite with this id, if it is pending and not replaceable.
    pub(super) fn blocking_invite(&self, now: Timestamp) -> Option<&Invite> {
        self.pending_invite(now).filter(|_| !self.is_replaceable)
    }

    /// Returns the right by which the caller invites, and the rule to store.
    pub(super) fn granted(&self, ask: &Ask<'_>) -> (Granter, InviteRule) {
        let Admitted { group, inviter } = &self.admitted;
        granted(ask.new.rule, group, &inviter.member, self.found.inviter.is_some(), ask.now())
    }
}

/// Returns the keys of the first round trip. `attempt` is the number of ids that belong to other
/// invitees.
fn wanted<'a>(ask: &'a Ask<'_>, identity: Option<&'a Identity>, attempt: u8) -> CreateKeys<'a> {
    CreateKeys {
        group: &ask.new.group,
        inviter: &ask.caller().user,
        inviter_user: matches!(ask.inviter, InviterRecord::Unread),
        id: InviteId::of(&ask.new.group, &ask.invitee.key(), attempt),
        identity,
        invited_user: if let Invitee::User(user) = &ask.invitee { Some(user) } else { None },
        replaces: ask.new.replaces,
    }
}

/// Adds the inviter's record, if it was read before.
fn with_inviter(ask: &Ask<'_>, found: CreateReads) -> CreateReads {
    match &ask.inviter {
        InviterRecord::Unread => found,
        InviterRecord::Read(user) => {
            CreateReads { inviter_user: user.as_deref().cloned(), ..found }
        }
    }
}

impl Engine {
    /// Makes the first round trip. `attempt` is the number of ids that belong to other invitees.
    pub(super) async fn read_first(&self, ask: &Ask<'_>, attempt: u8) -> Outcome<CreateReads> {
        let identity = ask.invitee.identity();
        let found = self.store.read_for_create(wanted(ask, identity.as_ref(), attempt)).await?;
        Ok(with_inviter(ask, found))
    }

    /// Makes the first round trip of several requests at once, in batches. `attempt` is the number of
    /// ids that belong to other invitees. Returns the results in the order of the requests.
    pub(super) async fn read_all_first(
        &self,
        asks: &[&Ask<'_>],
        attempt: u8,
    ) -> Outcome<Vec<Result<CreateReads, StoreError>>> {
        let identities: Vec<Option<Identity>> =
            asks.iter().map(|ask| ask.invitee.identity()).collect();
        let wanted: Vec<CreateKeys<'_>> = asks
            .iter()
            .zip(&identities)
            .map(|(ask, identity)| wanted(ask, identity.as_ref(), attempt))
            .collect();
        let found = self.store.read_for_creates(&wanted).await?;
        let found = asks.iter().zip(found).map(|(ask, found)| Ok(with_inviter(ask, found?)));
        Ok(found.collect())
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
                let room = async {
                    match started {
                        Some(started) => self.room(&admitted.group, started, 1, ask.now()).await,
                        None => Room::UNKNOWN,
                    }
                };
                let case = Case { ask, admitted: &admitted, found: &found };
                let cases = [case];
                let (facts, room) = futures::join!(self.facts(&cases), room);
                let facts = facts?.pop().unwrap_or_default();
                return Ok(Reads::new(id, admitted, found, facts).counted(room));
            }
            found = self.read_first(ask, attempt + 1).await?;
        }
        Err(Unavailable::Conflicts("the invite's id").into())
    }
}
