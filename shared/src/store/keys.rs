//! Every key of the table.
//!
//! Each part of a key has a type, and only the last part may contain a `#`, so no value can forge
//! another key.

use crate::domain::clock::Timestamp;
use crate::domain::identity::Identity;
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::invite::State;

/// An item's primary key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) pk: String,
    pub(super) sk: String,
}

/// The expiry in the sort key of an invite that never expires. It sorts after every timestamp,
/// which also has twelve digits.
const NEVER: &str = "999999999999";

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

pub(super) fn member(group: &GroupId, user: &UserId) -> Key {
    Key { pk: group_partition(group), sk: format!("M#{user}") }
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

/// Returns the key of the counter of `subject` for the window that starts at `start`.
pub(super) fn window(name: &str, subject: &str, start: Timestamp) -> Key {
    Key { pk: format!("R#{name}#{subject}"), sk: format!("{:012}", start.seconds()) }
}

/// Returns the partition of a group, both in the table and in `by_group`.
pub(super) fn group_partition(group: &GroupId) -> String {
    format!("G#{group}")
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

/// Returns the sort key of an invite in both indexes: its state, its expiry and its id.
pub(super) fn list_sort(state: State, expires_at: Option<Timestamp>, id: InviteId) -> String {
    format!("{}#{}#{:016}", state.as_str(), expiry(expires_at), id.number())
}

/// Returns the inclusive bounds of the invites stored in `state` that expire from `from` to `to`.
pub(super) fn list_range(
    state: State,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
) -> (String, String) {
    let low = from.map_or_else(|| "0".repeat(12), |at| expiry(Some(at)));
    (format!("{}#{low}#", state.as_str()), format!("{}#{}#~", state.as_str(), expiry(to)))
}

/// Returns the bounds of the invites that are stored as pending and have not expired at `now`.
pub(super) fn pending_range(now: Timestamp) -> (String, String) {
    list_range(State::Pending, Some(now.plus(1)), None)
}

/// Returns the ranges before and after such a range. The ranges share their bounds, but no invite
/// has a bound as its key, because invites' keys end in their ids.
pub(super) fn around((low, high): &(String, String)) -> [(String, String); 2] {
    [("0".to_owned(), low.clone()), (high.clone(), "~".to_owned())]
}

fn expiry(at: Option<Timestamp>) -> String {
    at.map_or_else(|| NEVER.to_owned(), |at| format!("{:012}", at.seconds()))
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
        assert_eq!(text(user(&user_id)), "U#29845 / U");
        let email = Identity::Email(EmailAddress::parse("Ada@Example.com").unwrap());
        assert_eq!(text(pointer(&email)), "E#ada@example.com / P");
        let at = Timestamp::from_seconds(1_700_000_000);
        assert_eq!(text(window("invites", "29842", at)), "R#invites#29842 / 001700000000");
        assert_eq!(
            list_sort(State::Pending, Some(at), id),
            "pending#001700000000#0000000000000506"
        );
        assert_eq!(list_sort(State::Pending, None, id), "pending#999999999999#0000000000000506");
    }

    #[test]
    fn a_range_holds_exactly_the_expiries_between_its_bounds() {
        let (_, id, _) = parts();
        let at = Timestamp::from_seconds;
        let holds = |from: Option<i64>, to: Option<i64>, end: Option<i64>| {
            let (low, high) = list_range(State::Pending, from.map(at), to.map(at));
            (low..=high).contains(&list_sort(State::Pending, end.map(at), id))
        };
        assert!(
            holds(Some(100), None, Some(100))
                && holds(Some(100), None, None)
                && !holds(Some(101), None, Some(100))
        );
        assert!(
            holds(None, Some(100), Some(100))
                && !holds(None, Some(99), Some(100))
                && !holds(None, Some(100), None)
        );
    }

    proptest! {
        #[test]
        fn the_pending_range_and_the_ranges_around_it_hold_every_invite_once(at in 0usize..6, end in proptest::option::of(0i64..300), now in 0i64..300) {
            let (id, now) = (parts().1, Timestamp::from_seconds(now));
            let (state, end) = (State::ALL[at], end.map(Timestamp::from_seconds));
            let pending = pending_range(now);
            let key = list_sort(state, end, id);
            let [before, after] = around(&pending);
            let holds = [&pending, &before, &after].map(|(low, high)| (low..=high).contains(&&key));
            prop_assert_eq!(holds.iter().filter(|held| **held).count(), 1);
            prop_assert_eq!(holds[0], state == State::Pending && end.is_none_or(|end| end > now));
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
