//! The events of an invite.

use super::id::Subject;
use super::{Event, EventData, EventId, EventKind, Phase};
use crate::domain::author::Author;
use crate::domain::clock::Timestamp;
use crate::domain::invite::{Invite, Resolution};
use crate::domain::invitee::Link;
use crate::domain::opening::Opening;

impl Event {
    /// Returns the event of a write of an invite, from the invite before and after it. `before` is
    /// `None` for the first write of a record.
    ///
    /// `None` if the write changed nothing that people act on: a use of a link, or a mail that waits.
    pub fn of_invite(before: Option<&Invite>, after: &Invite) -> Option<Self> {
        let Some(before) = before else { return Some(created(after)) };
        // An image is delivered again, or in the wrong order.
        if after.version <= before.version {
            return None;
        }
        let event = Self::of_change(before, after)?;
        // A write by a request that began earlier must not sort before what it follows.
        Some(Self { at: event.at.max(before.updated_at), ..event })
    }

    fn of_change(before: &Invite, after: &Invite) -> Option<Self> {
        if after.resends > before.resends {
            let data = EventData {
                from: Some(Phase::Invite(before.stored_state())),
                to: Some(Phase::Invite(after.stored_state())),
                ..EventData::default()
            };
            return Some(event(EventKind::InviteResent, after, after.revised_by.clone(), data));
        }
        if after.generation != before.generation {
            return Some(created(after));
        }
        if after.anonymized_at != before.anonymized_at {
            let (kind, by) = (EventKind::InviteAnonymized, Some(Author::System));
            return Some(event(kind, after, by, EventData::default()));
        }
        ended(before, after).or_else(|| revised(before, after)).or_else(|| mailed(before, after))
    }

    /// Returns the event that `by` saw the present link of the invite again, at `at`.
    pub fn link_revealed(invite: &Invite, by: Author, at: Timestamp, entropy: [u8; 16]) -> Self {
        let data = EventData::default();
        let id = EventId::from_entropy(entropy);
        Self { id, at, ..event(EventKind::LinkRevealed, invite, Some(by), data) }
    }

    /// Returns the event that a person saw the page of an invite. Nobody signs in for it.
    pub fn invite_opened(opening: &Opening) -> Self {
        let Opening { invite, ref group, generation, version, at } = *opening;
        // The mark tells it apart from a write of the invite with the same version and time.
        let id = EventId::of_write(group, Subject::Invite(invite), (version, at), "opened");
        Self {
            id,
            kind: EventKind::InviteOpened,
            group: group.clone(),
            invite: Some(invite),
            user: None,
            actor: None,
            at,
            generation: Some(generation),
            sequence: version,
            data: EventData::default(),
        }
    }
}

fn created(invite: &Invite) -> Event {
    let to = Some(Phase::Invite(invite.stored_state()));
    let data = EventData { to, ..EventData::default() };
    event(EventKind::InviteCreated, invite, invite.revised_by.clone(), data)
}

/// Returns the event of a write that ended the invite, or made its end final.
fn ended(before: &Invite, after: &Invite) -> Option<Event> {
    if before.resolution == after.resolution {
        return None;
    }
    let (from, to) = (before.stored_state(), after.stored_state());
    let kind = EventKind::of_end(to)?;
    let reason = after.resolution.as_ref().and_then(Resolution::revoke_reason);
    let data = EventData {
        from: Some(Phase::Invite(from)),
        to: Some(Phase::Invite(to)),
        reason: reason.map(|reason| reason.as_str().to_owned()),
        ..EventData::default()
    };
    Some(event(kind, after, after.revised_by.clone(), data))
}

/// Returns the event of a write that changed a pending invite, or asked for a new one.
fn revised(before: &Invite, after: &Invite) -> Option<Event> {
    let is_paused =
        |invite: &Invite| invite.invitee.link().is_some_and(|Link { paused, .. }| *paused);
    let asks_for_mail = after.delivery.requested > before.delivery.requested;
    if asks_for_mail && after.delivery.timed.last.is_some() {
        let (kind, by) = (EventKind::InviteReminded, Some(Author::System));
        return Some(event(kind, after, by, EventData::default()));
    }
    let kind = if after.renewal_requested_at != before.renewal_requested_at {
        EventKind::RenewalRequested
    } else if after.delivery.reminders != before.delivery.reminders
        || after.request != before.request
    {
        EventKind::InviteReminded
    } else if after.terms != before.terms
        || after.granted_by != before.granted_by
        || is_paused(after) != is_paused(before)
    {
        EventKind::InviteChanged
    } else {
        return None;
    };
    Some(event(kind, after, after.revised_by.clone(), EventData::default()))
}

/// Returns the event of a write that recorded what became of the mail.
fn mailed(before: &Invite, after: &Invite) -> Option<Event> {
    let (from, to) = (&before.delivery, &after.delivery);
    if (from.state, &from.reason) == (to.state, &to.reason) {
        return None;
    }
    let kind = EventKind::of_mail(to.state)?;
    let data = EventData {
        from: Some(Phase::Mail(from.state)),
        to: Some(Phase::Mail(to.state)),
        reason: to.reason.clone(),
        ..EventData::default()
    };
    Some(event(kind, after, Some(Author::System), data))
}

fn event(kind: EventKind, invite: &Invite, actor: Option<Author>, data: EventData) -> Event {
    let Invite { id, ref group, version, updated_at, generation, .. } = *invite;
    Event {
        id: EventId::of_write(group, Subject::Invite(id), (version, updated_at), ""),
        kind,
        group: group.clone(),
        invite: Some(id),
        user: None,
        actor,
        at: updated_at,
        generation: Some(generation),
        sequence: version,
        data,
    }
}

#[cfg(test)]
#[path = "invite_tests.rs"]
mod tests;
