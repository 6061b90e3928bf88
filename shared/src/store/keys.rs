//! Every key of the table.
//!
//! Each part of a key has a type, and only the last part may contain a `#`, so no value can forge
//! another key.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::block::Blocked;
use crate::domain::clock::Timestamp;
use crate::domain::counters::{Generation, Version};
use crate::domain::digest::DigestId;
use crate::domain::event::EventId;
use crate::domain::idempotency::IdempotencyKey;
use crate::domain::identity::Identity;
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::invite::{Resolution, Retained, State};
use crate::domain::list::Order;

/// An item's primary key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) pk: String,
    pub(super) sk: String,
}

/// Returns a key under which nothing is ever stored.
pub(super) fn unused() -> Key {
    Key { pk: "-".into(), sk: "-".into() }
}

pub(super) fn group(group: &GroupId) -> Key {
    Key { pk: group_partition(group), sk: "G".into() }
}

pub(super) fn invite(group: &GroupId, id: InviteId) -> Key {
    Key { pk: group_partition(group), sk: format!("I#{id}") }
}

/// Returns the key of the group's allowance of pending invites.
pub(super) fn allowance(group: &GroupId) -> Key {
    Key { pk: group_partition(group), sk: "A".into() }
}

/// Returns the key of the first opening of an invite's page, of this generation.
pub(super) fn opening(group: &GroupId, id: InviteId, generation: Generation) -> Key {
    let sk = format!("O#{id}#{}", generation.number());
    Key { pk: group_partition(group), sk }
}

pub(super) fn member(group: &GroupId, user: &UserId) -> Key {
    Key { pk: group_partition(group), sk: format!("M#{user}") }
}

/// Returns the key of an event. Events of a group sort by their time, and those of one record within
/// a second by its version.
pub(super) fn event(group: &GroupId, at: Timestamp, sequence: Version, id: &EventId) -> Key {
    let sk = format!("{EVENTS}{:012}#{:020}#{id}", at.seconds(), sequence.number());
    Key { pk: group_partition(group), sk }
}

/// The prefix of every event's sort key.
pub(super) const EVENTS: &str = "L#";

/// A sort key after every event's, and before that of anything else.
pub(super) const AFTER_EVENTS: &str = "L$";

/// Returns a sort key before those of the events since this instant.
pub(super) fn events_since(since: Timestamp) -> String {
    format!("{EVENTS}{:012}", since.seconds())
}

/// The prefix of every member's sort key.
pub(super) const MEMBERS: &str = "M#";

/// The prefix of every invite's sort key.
pub(super) const INVITES: &str = "I#";

pub(super) fn user(user: &UserId) -> Key {
    Key { pk: format!("U#{user}"), sk: "U".into() }
}

/// Returns the key of the pointer from an identity to the user who holds it.
pub(super) fn pointer(identity: &Identity) -> Key {
    let pk = match identity {
        Identity::Email(address) => format!("E#{}", address.key()),
        Identity::Phone(number) => format!("P#{}", number.as_str()),
        Identity::Account(account) => {
            format!("A#{}#{}", account.membership_type, account.membership_id)
        }
    };
    Key { pk, sk: "P".into() }
}

/// Returns the key of a person's block of a sender.
pub(super) fn block(user: &UserId, of: &Blocked) -> Key {
    Key { sk: format!("{BLOCKS}{}#{}", of.kind(), of.id()), ..self::user(user) }
}

/// Returns the key of a mail to an inviter.
pub(super) fn digest(id: &DigestId) -> Key {
    Key { sk: format!("{DIGESTS}{}", id.slot), ..self::user(&id.inviter) }
}

/// The prefix of every mail's sort key.
pub(super) const DIGESTS: &str = "D#";

/// The prefix of every block's sort key.
pub(super) const BLOCKS: &str = "B#";

/// Returns the key of the counter of `subject` for the window that starts at `start`.
pub(super) fn window(name: &str, subject: &str, start: Timestamp) -> Key {
    Key { pk: format!("R#{name}#{subject}"), sk: format!("{:012}", start.seconds()) }
}

/// Returns the key of a caller's request with this idempotency key. The key can be of any length and
/// secret, so it is hashed.
pub(super) fn kept_request(caller: &UserId, key: &IdempotencyKey) -> Key {
    let mut digest = Sha256::new_with_prefix(caller.as_str());
    digest.update([0]);
    digest.update(key.as_str());
    let digest = digest.finalize();
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    Key { pk: format!("K#{hex}"), sk: "K".into() }
}

/// Returns the key of a suppressed address, from its keyed hash. The address itself is not stored.
pub(super) fn suppression(hash: [u8; 16]) -> Key {
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    Key { pk: format!("X#{hex}"), sk: "X".into() }
}

/// Returns the partition of a group, both in the table and in `by_group`.
pub(super) fn group_partition(group: &GroupId) -> String {
    format!("G#{group}")
}

/// Returns the group of this partition.
pub(super) fn group_of_partition(partition: &str) -> Option<GroupId> {
    partition.strip_prefix("G#").and_then(|group| GroupId::parse(group).ok())
}

/// Returns the group of an invite's key, if the invite has this id.
pub(super) fn group_of(key: &Key, id: InviteId) -> Option<GroupId> {
    group_of_partition(&key.pk).filter(|group| *key == invite(group, id))
}

/// Returns the `by_id` partition of the invites with this id.
pub(super) fn id_partition(id: InviteId) -> String {
    format!("N#{id}")
}

/// Returns the `by_invitee` partition of an invitee's invites.
pub(super) fn invitee_partition(invitee_key: &str) -> String {
    format!("V#{invitee_key}")
}

/// Returns the `by_invitee` partition of a user's memberships.
pub(super) fn memberships_partition(user: &UserId) -> String {
    format!("U#{user}")
}

pub(super) fn membership_sort(group: &GroupId) -> String {
    format!("M#{group}")
}

/// Returns the sort key of an invite in `by_sender`: its creation, its group and its id.
pub(super) fn sent_sort(created_at: Timestamp, group: &GroupId, id: InviteId) -> String {
    format!("{:012}#{group}#{:016}", created_at.seconds(), id.number())
}

/// The number of partitions of the index `due`.
pub(super) const DUE_SHARDS: u64 = 8;

/// Returns a partition of the index `due`.
pub(super) fn due_partition(shard: u64) -> String {
    format!("D#{shard}")
}

/// Returns the partition of an invite in `due`, and its sort key: when something is due, and its id.
pub(super) fn due(at: Timestamp, id: InviteId) -> (String, String) {
    (due_partition(id.number() % DUE_SHARDS), format!("{:012}#{:016}", at.seconds(), id.number()))
}

/// Returns a partition of the index `due` with the ended invites of this kind.
pub(super) fn retained_partition(shard: u64, end: Retained) -> String {
    let end = match end {
        Retained::Accepted => "accepted",
        Retained::Unaccepted => "unaccepted",
    };
    format!("{}#{end}", due_partition(shard))
}

/// Returns the partition of an ended invite in `due`, and its sort key: since when it is retained, and
/// its id.
pub(super) fn retained(end: Retained, since: Timestamp, id: InviteId) -> (String, String) {
    let (_, sort) = due(since, id);
    (retained_partition(id.number() % DUE_SHARDS, end), sort)
}

/// Returns the partition of a membership in `due`, and its sort key: when it ends, and its group and
/// user. The memberships of a group share a partition, because each of their removals writes the
/// group.
pub(super) fn membership_due(at: Timestamp, group: &GroupId, user: &UserId) -> (String, String) {
    let shard = due_shard(group.as_str());
    (due_partition(shard), format!("{:012}#{MEMBERS}{group}#{user}", at.seconds()))
}

/// Returns the partition of a mail to an inviter in `due`, and its sort key: when something is due, and
/// the inviter.
pub(super) fn digest_due(at: Timestamp, inviter: &UserId) -> (String, String) {
    let shard = due_shard(inviter.as_str());
    (due_partition(shard), format!("{:012}#{DIGESTS}{inviter}", at.seconds()))
}

fn due_shard(id: &str) -> u64 {
    Sha256::digest(id).first().map_or(0, |byte| u64::from(*byte)) % DUE_SHARDS
}

/// Returns the inclusive upper bound of the sort keys in `due` of what is due at `now`.
pub(super) fn due_until(now: Timestamp) -> String {
    format!("{:012}#~", now.seconds())
}

/// A part of the indexes `by_group` and `by_invitee`: the invites whose sort keys begin alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shelf {
    /// The invites that are stored in this state, but for those of the other variant.
    In(State),
    /// The invites that were declined without a sign-in. Their invitees can still accept them.
    DeclinedWithoutSignIn,
}

impl Shelf {
    /// Returns the shelf of an invite with this resolution.
    pub(super) fn of(resolution: Option<&Resolution>) -> Self {
        match resolution {
            None => Self::In(State::Pending),
            Some(end) if end.is_decline_without_sign_in() => Self::DeclinedWithoutSignIn,
            Some(end) => Self::In(end.state()),
        }
    }

    /// Returns every shelf.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        State::ALL.into_iter().map(Self::In).chain([Self::DeclinedWithoutSignIn])
    }

    /// Returns the state in which the invites of the shelf are stored.
    pub(super) fn state(self) -> State {
        match self {
            Self::In(state) => state,
            Self::DeclinedWithoutSignIn => State::Declined,
        }
    }

    /// Returns whether few invites of a group are on this shelf. These shelves are next to each
    /// other, so that one query reads them all (ADR 0050).
    pub(super) fn is_sparse(self) -> bool {
        match self {
            Self::In(State::Pending | State::Accepted | State::Expired) => false,
            Self::In(State::Declined | State::Exhausted | State::Revoked) => true,
            Self::DeclinedWithoutSignIn => true,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::In(State::Revoked) => "ended-revoked",
            Self::In(state) => state.as_str(),
            Self::DeclinedWithoutSignIn => "declined-unsigned",
        }
    }
}

/// The place of an invite in a list: its creation, then its id. It stays the same when the invite
/// changes its shelf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct ListPlace {
    created_at: i64,
    id: u64,
}

impl ListPlace {
    /// Returns the place that a sort key of `by_group` or `by_invitee` ends in.
    pub(super) fn of_sort_key(sort: &str) -> Option<Self> {
        let mut parts = sort.rsplit('#');
        let (id, created_at) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some(Self { created_at, id })
    }
}

/// Returns the sort key of an invite in `by_group` and `by_invitee`: its shelf, its creation and its
/// id.
pub(super) fn list_sort(shelf: Shelf, created_at: Timestamp, id: InviteId) -> String {
    format!("{}#{:012}#{:016}", shelf.as_str(), created_at.seconds(), id.number())
}

/// Returns the inclusive bounds of the invites on `shelf` that were created at `from` or later, and
/// before `to`. The bounds may be in reverse order if there are none.
pub(super) fn list_range(
    shelf: Shelf,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
) -> (String, String) {
    let shelf = shelf.as_str();
    let low = from.map_or_else(String::new, |from| format!("{:012}", from.seconds()));
    let high = to.map_or_else(|| "~".to_owned(), |to| format!("{:012}", to.seconds()));
    (format!("{shelf}#{low}"), format!("{shelf}#{high}"))
}

/// Returns the inclusive bound of the invites on `shelf` that follow `place` in this order.
pub(super) fn list_bound(shelf: Shelf, place: ListPlace, order: Order) -> String {
    let id = match order {
        Order::Asc => place.id.saturating_add(1),
        Order::Desc => place.id.saturating_sub(1),
    };
    format!("{}#{:012}#{id:016}", shelf.as_str(), place.created_at)
}

/// The bounds around all shelves of a partition.
pub(super) const EVERY_SHELF: (&str, &str) = ("0", "~");

/// Returns the bounds around all shelves but that of the pending invites, which is the last. The upper
/// bound is the lower one of the pending invites, but no invite has it as its key, because invites'
/// keys end in their ids.
pub(super) fn all_but_pending() -> (String, String) {
    (EVERY_SHELF.0.to_owned(), list_range(Shelf::In(State::Pending), None, None).0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::email::EmailAddress;

    fn parts() -> (GroupId, InviteId, UserId) {
        (
            GroupId::parse("3773").unwrap(),
            InviteId::from_number(506).unwrap(),
            UserId::parse("29845").unwrap(),
        )
    }

    #[test]
    fn every_key_reads_as_the_architecture_says() {
        let (group_id, id, user_id) = parts();
        let text = |key: Key| format!("{} / {}", key.pk, key.sk);
        assert_eq!(text(group(&group_id)), "G#3773 / G");
        assert_eq!(text(invite(&group_id, id)), "G#3773 / I#506");
        assert_eq!(text(member(&group_id, &user_id)), "G#3773 / M#29845");
        assert_eq!(text(opening(&group_id, id, Generation::from_number(2))), "G#3773 / O#506#2");
        assert_eq!(text(allowance(&group_id)), "G#3773 / A");
        assert_eq!(text(user(&user_id)), "U#29845 / U");
        let email = Identity::Email(EmailAddress::parse("Ada@Example.com").unwrap());
        assert_eq!(text(pointer(&email)), "E#ada@example.com / P");
        assert_eq!(text(suppression([10; 16])), format!("X#{} / X", "0a".repeat(16)));
        let at = Timestamp::from_seconds(1_700_000_000);
        assert_eq!(text(window("invites", "29842", at)), "R#invites#29842 / 001700000000");
        assert_eq!(
            list_sort(Shelf::In(State::Pending), at, id),
            "pending#001700000000#0000000000000506"
        );
        let unsigned = list_sort(Shelf::DeclinedWithoutSignIn, at, id);
        assert_eq!(unsigned, "declined-unsigned#001700000000#0000000000000506");
        assert_eq!(sent_sort(at, &group_id, id), "001700000000#3773#0000000000000506");
        let event_id = EventId::from_entropy([10; 16]);
        assert_eq!(
            text(event(&group_id, at, Version::from_number(7), &event_id)),
            format!("G#3773 / L#001700000000#00000000000000000007#{}", "0a".repeat(16))
        );
        let (partition, sort) = due(at, id);
        assert_eq!((partition.as_str(), sort.as_str()), ("D#2", "001700000000#0000000000000506"));
        assert!(sort <= due_until(at) && sort > due_until(at.plus(-1)));
        let (partition, sort) = retained(Retained::Accepted, at, id);
        assert_eq!(
            (partition.as_str(), sort.as_str()),
            ("D#2#accepted", "001700000000#0000000000000506")
        );
        let (partition, sort) = membership_due(at, &group_id, &user_id);
        assert_eq!(
            (partition.as_str(), sort.as_str()),
            ("D#4", "001700000000#M#3773#29845"),
            "all memberships of a group are in one partition"
        );
        assert!(sort <= due_until(at) && sort > due_until(at.plus(-1)));
        let mail = DigestId { inviter: user_id.clone(), slot: "001700000000".into() };
        assert_eq!(text(digest(&mail)), "U#29845 / D#001700000000");
        let (_, sort) = digest_due(at, &user_id);
        assert_eq!(sort, "001700000000#D#29845");
    }

    proptest! {
        #[test]
        fn a_range_holds_exactly_the_invites_of_its_shelf_that_were_created_within_it(at in 0usize..7, created in 0i64..9, from in proptest::option::of(0i64..9), to in proptest::option::of(0i64..9)) {
            let at_second = Timestamp::from_seconds;
            let shelf = Shelf::all().nth(at).unwrap();
            let key = list_sort(shelf, at_second(created), parts().1);
            for other in Shelf::all() {
                let (low, high) = list_range(other, from.map(at_second), to.map(at_second));
                let within = from.is_none_or(|from| created >= from) && to.is_none_or(|to| created < to);
                prop_assert_eq!(low <= key && key <= high, other == shelf && within);
            }
            let (low, high) = all_but_pending();
            prop_assert_eq!(low <= key && key <= high, shelf != Shelf::In(State::Pending));
        }

        #[test]
        fn the_sparse_shelves_are_next_to_each_other(created in 0i64..3) {
            let key = |shelf| list_sort(shelf, Timestamp::from_seconds(created), parts().1);
            let (sparse, others): (Vec<Shelf>, Vec<Shelf>) = Shelf::all().partition(|shelf| shelf.is_sparse());
            let low = sparse.iter().map(|shelf| list_range(*shelf, None, None).0).min().unwrap();
            let high = sparse.iter().map(|shelf| list_range(*shelf, None, None).1).max().unwrap();
            for shelf in others {
                prop_assert!(key(shelf) < low || key(shelf) > high, "{shelf:?}");
            }
        }

        #[test]
        fn what_follows_a_place_is_the_same_on_every_shelf(a in (0i64..3, 1u64..4), b in (0i64..3, 1u64..4), newest in any::<bool>()) {
            let shelf_key = |shelf, (created, id): (i64, u64)| {
                list_sort(shelf, Timestamp::from_seconds(created), InviteId::from_number(id).unwrap())
            };
            for shelf in Shelf::all() {
                let (here, there) = (shelf_key(shelf, a), shelf_key(shelf, b));
                let place = ListPlace::of_sort_key(&here).unwrap();
                prop_assert_eq!((place.created_at, place.id), a);
                let follows = if newest {
                    there <= list_bound(shelf, place, Order::Desc)
                } else {
                    there >= list_bound(shelf, place, Order::Asc)
                };
                prop_assert_eq!(follows, if newest { b < a } else { b > a });
            }
        }

        #[test]
        fn different_tuples_give_different_keys(a in "[A-Za-z0-9_-]{1,8}", b in "[A-Za-z0-9_-]{1,8}", u in "[!-~&&[^#]]{1,8}", v in "[!-~&&[^#]]{1,8}", i in 1u64..99, j in 1u64..99) {
            let (a, b) = (GroupId::parse(&a).unwrap(), GroupId::parse(&b).unwrap());
            let (u, v) = (UserId::parse(&u).unwrap(), UserId::parse(&v).unwrap());
            let (i, j) = (InviteId::from_number(i).unwrap(), InviteId::from_number(j).unwrap());
            prop_assert_eq!(member(&a, &u) == member(&b, &v), (&a, &u) == (&b, &v));
            prop_assert_eq!(invite(&a, i) == invite(&b, j), (&a, i) == (&b, j));
            prop_assert!(invite(&a, i) != member(&b, &v) && group(&a) != member(&b, &v) && user(&u) != group(&a));
        }
    }
}
