//! Which invites a list shows, as key ranges of an index.

use crate::domain::clock::Timestamp;
use crate::domain::ids::GroupId;
use crate::domain::invite::State;
use crate::domain::list::Order;
use crate::store::access::Item;
use crate::store::keys;

/// Which invites are listed: one state after the other, within a state by their end; or all, the
/// pending ones first.
#[derive(Clone, Debug)]
pub struct InviteList {
    /// The partitions of an index to read, one after the other.
    pub(super) partitions: Vec<String>,
    pub(super) index: &'static str,
    pub(super) partition_key: &'static str,
    pub(super) sort_key: &'static str,
    /// `None` for all states, in any order.
    states: Option<Vec<State>>,
    pub(super) order: Order,
}

impl InviteList {
    /// All of the group's invites: the pending ones first, the others as they lie. Fewer reads than
    /// state by state.
    pub fn all_of_group(group: &GroupId) -> Self {
        Self { states: None, ..Self::of_group(group, Vec::new(), Order::Asc) }
    }

    /// As [`Self::all_of_group`], those addressed to any of these invitee keys.
    pub fn all_of_invitee(invitee_keys: &[String]) -> Self {
        Self { states: None, ..Self::of_invitee(invitee_keys, Vec::new(), Order::Asc) }
    }

    /// The group's invites in these states.
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

    /// The invites addressed to any of these invitee keys, in these states.
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

    /// Where the item is in this list's index.
    pub(super) fn key(&self, item: &Item) -> Option<IndexKey> {
        let part = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned();
        Some([part("pk")?, part("sk")?, part(self.sort_key)?])
    }

    /// The text that a cursor is sealed to.
    pub(super) fn name(&self) -> String {
        format!(
            "{} {:?} {:?} {:?}",
            self.index,
            self.partitions,
            self.states.as_deref().unwrap_or_default(),
            self.order
        )
    }

    /// Every key range to read, in order. What time has ended stands among the pending until it is
    /// written down.
    pub(super) fn ranges(&self, now: Timestamp) -> Vec<Range> {
        let mut ranges = Vec::new();
        for (at, _) in self.partitions.iter().enumerate() {
            let Some(states) = &self.states else {
                // The pending ones by themselves and before the others, so that one that ends
                // meanwhile is read twice rather than not at all.
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

/// Where an item is in an index: its primary key, and its sort key there.
pub(super) type IndexKey = [String; 3];

/// A range of sort keys in one of the list's partitions.
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
