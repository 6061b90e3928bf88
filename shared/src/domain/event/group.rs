//! The events of a group's own record.

use super::id::Subject;
use super::{Event, EventData, EventId, EventKind};
use crate::domain::author::Author;
use crate::domain::clock::Timestamp;
use crate::domain::counters::Version;
use crate::domain::group::{Group, Tombstone};
use crate::domain::ids::GroupId;

impl Event {
    /// Returns the event of a write of a group, from the group before and after it. `before` is
    /// `None` for a new group.
    ///
    /// `None` if the write changed only what follows from the group's members.
    pub fn of_group(before: Option<&Group>, after: &Group) -> Option<Self> {
        let kind = match before {
            None => EventKind::GroupCreated,
            Some(before) if before.version < after.version => EventKind::GroupChanged,
            Some(_) => return None,
        };
        let written = (after.version, after.updated_at);
        Some(event(kind, &after.id, after.changed_by.clone(), written))
    }

    /// Returns the event of a group's deletion.
    pub fn group_deleted(tombstone: &Tombstone) -> Self {
        let Tombstone { id, by, version, at } = tombstone;
        event(EventKind::GroupDeleted, id, by.clone(), (*version, *at))
    }
}

fn event(
    kind: EventKind,
    group: &GroupId,
    actor: Option<Author>,
    (version, at): (Version, Timestamp),
) -> Event {
    Event {
        id: EventId::of_write(group, Subject::Group, (version, at), ""),
        kind,
        group: group.clone(),
        invite: None,
        user: None,
        actor,
        at,
        generation: None,
        sequence: version,
        data: EventData::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::group::tests::group;
    use crate::domain::ids::UserId;

    #[test]
    fn a_group_is_created_changed_and_deleted() {
        let by = Some(Author::User(UserId::parse("1").unwrap()));
        let made = Group { changed_by: by.clone(), ..group() };
        let created = Event::of_group(None, &made).unwrap();
        assert_eq!((created.kind, &created.actor), (EventKind::GroupCreated, &by));
        let after = Group { version: made.version.next(), ..made.clone() };
        let changed = Event::of_group(Some(&made), &after).unwrap();
        assert_eq!((changed.kind, changed.sequence), (EventKind::GroupChanged, after.version));
        let tombstone =
            Tombstone { id: made.id, by, version: after.version.next(), at: after.updated_at };
        let deleted = Event::group_deleted(&tombstone);
        assert_eq!(deleted.kind, EventKind::GroupDeleted);
        assert!(deleted.id != changed.id && changed.id != created.id);
    }

    #[test]
    fn a_write_about_the_members_is_no_event_of_the_group() {
        let before = group();
        let after = Group { owner_count: 2, seats_taken: Some(2), ..group() };
        assert_eq!(Event::of_group(Some(&before), &after), None);
    }
}
