//! The events of a membership.

use super::id::Subject;
use super::{Event, EventData, EventId, EventKind};
use crate::domain::author::Author;
use crate::domain::clock::Timestamp;
use crate::domain::member::Member;

/// The act of changing a membership.
#[derive(Clone, Debug)]
pub struct Act<'a> {
    /// The author.
    pub by: &'a Author,
    /// When it happens.
    pub at: Timestamp,
    /// Identifies the act.
    pub entropy: [u8; 16],
}

/// The reason why a membership ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemovalReason {
    /// The member left.
    Left,
    /// Somebody else removed the member.
    Removed,
    /// The membership's time passed.
    Expired,
    /// The group was deleted.
    GroupDeleted,
}

impl RemovalReason {
    /// Returns the reason in one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Removed => "removed",
            Self::Expired => "expired",
            Self::GroupDeleted => "group_deleted",
        }
    }
}

impl Event {
    /// Returns the event of a new membership. `record` identifies the record of the table's stream:
    /// a person can leave and join again within a second.
    pub fn member_joined(member: &Member, record: &str) -> Self {
        let Member { group, user, version, joined_at: at, .. } = member;
        let id = EventId::of_write(group, Subject::Member(user), (*version, *at), record);
        let actor = member.added_by.clone().unwrap_or_else(|| Author::User(user.clone()));
        let joined = event(EventKind::MemberJoined, member, None, (id, actor, *at));
        Self { invite: member.invite, ..joined }
    }

    /// Returns the event of a change of the membership. `None` if the change is none.
    pub fn member_changed(before: &Member, after: &Member, act: Act<'_>) -> Option<Self> {
        let facts = |it: &Member| (it.roles.clone(), it.privileges.clone(), it.expires_at);
        let is_same = facts(before) == facts(after);
        (!is_same).then(|| by_act(EventKind::MemberChanged, after, None, act))
    }

    /// Returns the event of the membership's end.
    pub fn member_removed(member: &Member, reason: RemovalReason, act: Act<'_>) -> Self {
        let ended = Member { version: member.version.next(), ..member.clone() };
        by_act(EventKind::MemberRemoved, &ended, Some(reason), act)
    }
}

fn by_act(
    kind: EventKind,
    member: &Member,
    reason: Option<RemovalReason>,
    Act { by, at, entropy }: Act<'_>,
) -> Event {
    let id = EventId::from_entropy(entropy);
    // A function whose clock is late must not put the act before the join.
    event(kind, member, reason, (id, by.clone(), at.max(member.joined_at)))
}

fn event(
    kind: EventKind,
    member: &Member,
    reason: Option<RemovalReason>,
    (id, actor, at): (EventId, Author, Timestamp),
) -> Event {
    let Member { group, user, version, roles, .. } = member;
    Event {
        id,
        kind,
        group: group.clone(),
        invite: None,
        user: Some(user.clone()),
        actor: Some(actor),
        at,
        generation: None,
        sequence: *version,
        data: EventData {
            reason: reason.map(|reason| reason.as_str().to_owned()),
            roles: Some(roles.clone()),
            ..EventData::default()
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::counters::Version;
    use crate::domain::ids::{GroupId, InviteId, UserId};
    use crate::domain::privilege::Privileges;
    use crate::domain::role::Roles;

    fn ada() -> Member {
        Member {
            group: GroupId::parse("3773").unwrap(),
            user: UserId::parse("ada").unwrap(),
            roles: Roles::default(),
            privileges: Privileges::default(),
            name: Some("Ada".into()),
            joined_at: Timestamp::from_seconds(100),
            invite: InviteId::from_number(7).ok(),
            came_as: vec![],
            expires_at: None,
            added_by: None,
            version: Version::FIRST,
        }
    }

    fn owner() -> Author {
        Author::User(UserId::parse("alice").unwrap())
    }

    fn act(by: &Author) -> Act<'_> {
        Act { by, at: Timestamp::from_seconds(200), entropy: [7; 16] }
    }

    #[test]
    fn a_person_joins_by_themselves_or_is_added() {
        let joined = Event::member_joined(&ada(), "111");
        assert_eq!(joined.actor, Some(Author::User(ada().user)));
        assert_eq!((joined.invite, joined.user.as_ref()), (ada().invite, Some(&ada().user)));
        let added = Member { added_by: Some(owner()), ..ada() };
        assert_eq!(Event::member_joined(&added, "111").actor, Some(owner()));
        // Left and joined again within a second.
        assert!(Event::member_joined(&ada(), "112").id != joined.id);
        assert_eq!(Event::member_joined(&ada(), "111").id, joined.id);
    }

    #[test]
    fn a_change_of_roles_and_an_end_are_events_of_the_actor() {
        let (before, by) = (ada(), owner());
        let same = before.changed_to(&before.roles, &before.privileges);
        assert_eq!(Event::member_changed(&before, &same, act(&by)), None);
        let after = before.changed_to(&Roles::owner(), &before.privileges);
        let changed = Event::member_changed(&before, &after, act(&by)).unwrap();
        assert_eq!((changed.actor.as_ref(), &changed.data.roles), (Some(&by), &Some(after.roles)));
        assert_eq!(changed.sequence, before.version.next());
        let removed = Event::member_removed(&before, RemovalReason::Left, act(&by));
        assert_eq!(removed.data.reason.as_deref(), Some("left"));
        assert_eq!((removed.at, removed.sequence), (act(&by).at, before.version.next()));
        let late = Act { at: Timestamp::from_seconds(50), ..act(&by) };
        let removed = Event::member_removed(&before, RemovalReason::Left, late);
        assert_eq!(removed.at, before.joined_at);
    }
}
