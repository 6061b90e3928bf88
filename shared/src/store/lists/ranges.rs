//! The key ranges of an index that a list of invites reads.

use crate::domain::clock::Timestamp;
use crate::domain::ids::GroupId;
use crate::domain::invite::State;
use crate::domain::list::Order;
use crate::store::access::Item;
use crate::store::keys;

/// A selection of invites, and their order: state by state, ordered by expiry within each state; or
/// all, with the pending ones first.
#[derive(Clone, Debug)]
pub struct InviteList {
    /// The partitions of the index, which are read one after the other.
    pub(super) partitions: Vec<String>,
    pub(super) index: &'static str,
    pub(super) partition_key: &'static str,
    pub(super) sort_key: &'static str,
    /// `None` for all states: the pending invites first, the others in the order of the index.
    states: Option<Vec<State>>,
    pub(super) order: Order,
}

impl InviteList {
    /// Selects all of the group's invites, the pending ones first. This takes fewer reads than
    /// state by state.
    pub fn all_of_group(group: &GroupId) -> Self {
        Self { states: None, ..Self::of_group(group, Vec::new(), Order::Asc) }
    }

    /// Selects all invites for any of these invitee keys, the pending ones first.
    pub fn all_of_invitee(invitee_keys: &[String]) -> Self {
        Self { states: None, ..Self::of_invitee(invitee_keys, Vec::new(), Order::Asc) }
    }

    /// Selects the group's invites in these states.
    pub fn of_group(group: &GroupId, states: Vec<State>, order: Order) -> Self {
        let partitions = vec![keys::group_partition(group)];
        Self {
            partitions,
            index: "by_group",
            partition_key: "by_group_pk",
            sort_key: "by_group_sk",
            states: Some(states),
            order,
        }
    }

    /// Selects the invites for any of these invitee keys, in these states.
    pub fn of_invitee(invitee_keys: &[String], states: Vec<State>, order: Order) -> Self {
        let partitions = invitee_keys.iter().map(|key| keys::invitee_partition(key)).collect();
        Self {
            partitions,
            index: "by_invitee",
            partition_key: "by_invitee_pk",
            sort_key: "by_invitee_sk",
            states: Some(states),
            order,
        }
    }

    /// Returns the item's position in this list's index. `None` if the item lacks a key.
    pub(super) fn key(&self, item: &Item) -> Option<IndexKey> {
        let part = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned();
        Some([part("pk")?, part("sk")?, part(self.sort_key)?])
    }

    /// Returns the text that identifies this list in its cursors.
    pub(super) fn name(&self) -> String {
        format!(
            "{} {:?} {:?} {:?}",
            self.index,
            self.partitions,
            self.states.as_deref().unwrap_or_default(),
            self.order
        )
    }

    /// Returns the key ranges to read, in order. Expired invites are stored as pending until a
    /// write marks them as expired.
    pub(super) fn ranges(&self, now: Timestamp) -> Vec<Range> {
        let mut ranges = Vec::new();
        for (at, _) in self.partitions.iter().enumerate() {
            let Some(states) = &self.states else {
                // The pending range is read first and separately. An invite that ends meanwhile is
                // then read twice rather than not at all.
                let pending = keys::pending_range(now);
                let around = keys::around(&pending);
                ranges.extend(
                    [pending].into_iter().chain(around).map(|bounds| Range::new(at, bounds)),
                );
                continue;
            };
            for state in states {
                match state {
                    State::Pending => ranges.push(Range::new(at, keys::pending_range(now))),
                    State::Expired => {
                        ranges.push(Range::new(
                            at,
                            keys::list_range(State::Pending, None, Some(now)),
                        ));
                        ranges.push(Range::new(at, keys::list_range(State::Expired, None, None)));
                    }
                    other => ranges.push(Range::new(at, keys::list_range(*other, None, None))),
                }
            }
        }
        ranges
    }
}

/// An item's position in an index: its primary key, then its sort key in the index.
pub(super) type IndexKey = [String; 3];

/// A range of sort keys in one partition of the list.
pub(super) struct Range {
    pub(super) partition: usize,
    pub(super) low: String,
    pub(super) high: String,
}

impl Range {
    fn new(partition: usize, (low, high): (String, String)) -> Self {
        Self { partition, low, high }
    }
}
