//! The key ranges of an index that a list of invites reads.

use crate::domain::clock::Timestamp;
use crate::domain::ids::GroupId;
use crate::domain::invite::{BulkAct, Invite, InviteFilter, State};
use crate::domain::list::Order;
use crate::store::access::Item;
use crate::store::keys::{self, ListPlace, Shelf};

/// An index of invites, and the names of its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Index {
    pub(super) name: &'static str,
    pub(super) partition: &'static str,
    pub(super) sort: &'static str,
    /// Whether its entries are whole invites. Otherwise they have the keys alone (ADR 0045).
    pub(super) is_whole: bool,
}

impl Index {
    /// Returns the item's sort key in this index. `None` if the item is not in it.
    pub(super) fn sort_of(self, item: &Item) -> Option<&str> {
        item.get(self.sort)?.as_s().ok().map(String::as_str)
    }
}

const BY_GROUP: Index =
    Index { name: "by_group", partition: "pk", sort: "by_group_sk", is_whole: true };
const BY_INVITEE: Index = Index {
    name: "by_invitee",
    partition: "by_invitee_pk",
    sort: "by_invitee_sk",
    is_whole: false,
};

/// A selection of the invites of a group, or of the invites for some invitees.
#[derive(Clone, Debug)]
pub struct InviteList {
    pub(super) index: Index,
    partitions: Vec<String>,
    selection: Selection,
}

/// The invites that a list selects within its partitions.
#[derive(Clone, Debug)]
enum Selection {
    /// The invites that the filter selects.
    Filter(InviteFilter),
    /// The invites that their invitee can still accept: the pending ones, and those that were
    /// declined without a sign-in.
    AwaitingInvitee,
    /// The invites that the filter selects and that allow the act.
    Allowing(InviteFilter, BulkAct),
}

impl InviteList {
    /// Selects the group's invites that the filter selects.
    pub fn of_group(group: &GroupId, filter: InviteFilter) -> Self {
        let partitions = vec![keys::group_partition(group)];
        Self { index: BY_GROUP, partitions, selection: Selection::Filter(filter) }
    }

    /// Selects the group's invites that the filter selects and that allow the act.
    pub fn allowing(group: &GroupId, filter: InviteFilter, act: BulkAct) -> Self {
        let selection = Selection::Allowing(filter, act);
        Self { selection, ..Self::of_group(group, InviteFilter::default()) }
    }

    /// Selects the invites for any of these invitee keys that the filter selects.
    pub fn of_invitee(invitee_keys: &[String], filter: InviteFilter) -> Self {
        let partitions = invitee_keys.iter().map(|key| keys::invitee_partition(key)).collect();
        Self { index: BY_INVITEE, partitions, selection: Selection::Filter(filter) }
    }

    /// Selects the invites for any of these invitee keys that their invitee can still accept: the
    /// pending ones, and those that were declined without a sign-in.
    pub fn awaiting_invitee(invitee_keys: &[String]) -> Self {
        let selection = Selection::AwaitingInvitee;
        Self { selection, ..Self::of_invitee(invitee_keys, InviteFilter::default()) }
    }

    /// Returns whether the list selects this invite of its ranges at `now`.
    pub(super) fn selects(&self, invite: &Invite, now: Timestamp) -> bool {
        match &self.selection {
            Selection::Filter(filter) => filter.selects(invite, now),
            Selection::AwaitingInvitee => invite.awaits_invitee(now),
            Selection::Allowing(filter, act) => {
                filter.selects(invite, now) && act.is_possible(invite, now)
            }
        }
    }

    /// Returns whether the list must read invites that it leaves out.
    pub(super) fn leaves_out(&self) -> bool {
        match &self.selection {
            Selection::Filter(filter) => !filter.is_by_key(),
            Selection::AwaitingInvitee => false,
            Selection::Allowing(..) => true,
        }
    }

    /// Returns the text that identifies this list in its cursors.
    pub(super) fn name(&self, order: Order) -> String {
        let Self { index, partitions, selection } = self;
        format!("{} {partitions:?} {selection:?} {order:?}", index.name)
    }

    /// Returns one range for each shelf and partition, of the invites that follow `after`.
    pub(super) fn ranges(&self, after: Option<ListPlace>, order: Order) -> Vec<Range> {
        self.each_shelf(|shelf| {
            let (mut low, mut high) = self.bounds(shelf);
            match (after.map(|place| keys::list_bound(shelf, place, order)), order) {
                (Some(bound), Order::Asc) => low = low.max(bound),
                (Some(bound), Order::Desc) => high = high.min(bound),
                (None, _) => {}
            }
            vec![(low, high)]
        })
    }

    /// Returns the ranges of a page, of the invites that follow `after`: those that one query reads
    /// are together, in the order in which it reads them.
    ///
    /// One query reads the first page of all invites of a partition, newest first. It begins with the
    /// pending ones, so that an invite which ends before a second query is read twice, not never. Oldest
    /// first it would end with them, so the shelves are then read at once (ADR 0053).
    pub(super) fn queries(&self, after: Option<ListPlace>, order: Order) -> Vec<Vec<Range>> {
        let mut ranges = self.ranges(after, order);
        if after.is_some() || !self.has_everything() || !self.index.is_whole {
            return alone(ranges);
        }
        if order == Order::Asc {
            return few_together(ranges, order);
        }
        sort(&mut ranges, order);
        let of_partition = |partition: &String| {
            ranges.iter().filter(|range| range.partition == *partition).cloned().collect()
        };
        self.partitions.iter().map(of_partition).collect()
    }

    /// Returns the ranges of the pending invites.
    pub(super) fn pending_ranges(&self) -> Vec<Range> {
        self.each_shelf(|shelf| match shelf.state() {
            State::Pending => vec![self.bounds(shelf)],
            _ => Vec::new(),
        })
    }

    /// Returns the ranges of the other invites. They are as few as the selection allows.
    pub(super) fn other_ranges(&self) -> Vec<Range> {
        if self.has_everything() {
            let pending = Shelf::In(State::Pending);
            return self.each_shelf(|shelf| match shelf == pending {
                true => vec![keys::all_but_pending()],
                false => Vec::new(),
            });
        }
        self.each_shelf(|shelf| match shelf.state() {
            State::Pending => Vec::new(),
            _ => vec![self.bounds(shelf)],
        })
    }

    /// Returns the range that has all of the list's invites, if one range does: those of a group in
    /// every state, or in one.
    pub(super) fn only_range(&self) -> Option<Range> {
        let ranges = match self.has_everything() {
            true => self.everything(),
            false => self.ranges(None, Order::Desc),
        };
        <[Range; 1]>::try_from(ranges).ok().map(|[range]| range)
    }

    /// Returns the ranges of all invites in the list's partitions.
    pub(super) fn everything(&self) -> Vec<Range> {
        let (low, high) = keys::EVERY_SHELF;
        let range = |partition: &String| {
            let (partition, low, high) = (partition.clone(), low.to_owned(), high.to_owned());
            Range { partition, low, high, is_sparse: false }
        };
        self.partitions.iter().map(range).collect()
    }

    /// Returns whether the list selects all invites of its partitions.
    fn has_everything(&self) -> bool {
        match &self.selection {
            Selection::Filter(filter) => *filter == InviteFilter::default(),
            Selection::AwaitingInvitee | Selection::Allowing(..) => false,
        }
    }

    fn each_shelf(&self, bounds: impl Fn(Shelf) -> Vec<(String, String)>) -> Vec<Range> {
        let shelves = Shelf::all().filter(|shelf| self.has_shelf(*shelf));
        let of_shelf = shelves.flat_map(|shelf| {
            let of_partition = self.partitions.iter().map(move |partition| (shelf, partition));
            of_partition.collect::<Vec<_>>()
        });
        let ranges = of_shelf.flat_map(|(shelf, partition)| {
            let (bounds, is_sparse) = (bounds(shelf).into_iter(), shelf.is_sparse());
            bounds.map(move |(low, high)| Range {
                partition: partition.clone(),
                low,
                high,
                is_sparse,
            })
        });
        // DynamoDB refuses a range whose bounds are in reverse order.
        ranges.filter(|range| range.low <= range.high).collect()
    }

    fn has_shelf(&self, shelf: Shelf) -> bool {
        match &self.selection {
            Selection::Filter(filter) => has_state(filter, shelf),
            Selection::Allowing(filter, act) => has_state(filter, shelf) && allows(*act, shelf),
            Selection::AwaitingInvitee => {
                matches!(shelf, Shelf::In(State::Pending) | Shelf::DeclinedWithoutSignIn)
            }
        }
    }

    fn bounds(&self, shelf: Shelf) -> (String, String) {
        match &self.selection {
            Selection::Filter(filter) | Selection::Allowing(filter, _) => {
                keys::list_range(shelf, filter.created_after, filter.created_before)
            }
            Selection::AwaitingInvitee => keys::list_range(shelf, None, None),
        }
    }
}

/// Returns whether the filter selects the state of the shelf. An expiry that is not written yet has
/// no other shelf than `pending`.
fn has_state(filter: &InviteFilter, shelf: Shelf) -> bool {
    filter.states.is_empty() || filter.states.contains(&shelf.state())
}

/// Returns whether an invite of the shelf may allow the act.
fn allows(act: BulkAct, shelf: Shelf) -> bool {
    match shelf {
        Shelf::In(State::Pending) | Shelf::DeclinedWithoutSignIn => true,
        Shelf::In(State::Expired) => act == BulkAct::Resend,
        Shelf::In(State::Accepted | State::Declined | State::Revoked | State::Exhausted) => false,
    }
}

/// A range of sort keys in one partition of a list, with inclusive bounds.
#[derive(Clone, Debug)]
pub(super) struct Range {
    pub(super) partition: String,
    pub(super) low: String,
    pub(super) high: String,
    /// Whether a group has few invites in it. These ranges are next to each other.
    pub(super) is_sparse: bool,
}

impl Range {
    /// Returns the range from the lowest to the highest bound of ranges in one partition. `None` if
    /// there are none.
    pub(super) fn around(ranges: &[Self]) -> Option<Self> {
        let low = ranges.iter().map(|range| &range.low).min()?.clone();
        let high = ranges.iter().map(|range| &range.high).max()?.clone();
        let partition = ranges.first()?.partition.clone();
        Some(Self { partition, low, high, is_sparse: false })
    }

    /// Returns whether this sort key is in the range.
    pub(super) fn contains(&self, sort: &str) -> bool {
        self.low.as_str() <= sort && sort <= self.high.as_str()
    }

    /// Returns whether a query in this order reaches the range after this sort key, which is outside
    /// of it.
    pub(super) fn follows(&self, sort: &str, order: Order) -> bool {
        match order {
            Order::Asc => sort < self.low.as_str(),
            Order::Desc => sort > self.high.as_str(),
        }
    }
}

/// Returns queries of one range each.
pub(super) fn alone(ranges: Vec<Range>) -> Vec<Vec<Range>> {
    ranges.into_iter().map(|range| vec![range]).collect()
}

/// Returns queries of one range each, but for those in which few invites are: one query reads these.
pub(super) fn few_together(ranges: Vec<Range>, order: Order) -> Vec<Vec<Range>> {
    let (mut few, others): (Vec<Range>, Vec<Range>) =
        ranges.into_iter().partition(|range| range.is_sparse);
    sort(&mut few, order);
    let few = few.chunk_by(|one, next| one.partition == next.partition).map(<[Range]>::to_vec);
    alone(others).into_iter().chain(few).collect()
}

/// Sorts the ranges of each partition in the order in which a query reads them.
fn sort(ranges: &mut [Range], order: Order) {
    ranges.sort_by(|one, other| {
        let by_key = one.low.cmp(&other.low);
        let in_partition = match order {
            Order::Asc => by_key,
            Order::Desc => by_key.reverse(),
        };
        one.partition.cmp(&other.partition).then(in_partition)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_invites_of_all_states_are_read_by_one_query() {
        let group = GroupId::parse("3773").unwrap();
        let list = |filter| InviteList::of_group(&group, filter);
        let ranges = |list: &InviteList, after, order| {
            let queries = list.queries(after, order);
            queries.iter().map(Vec::len).collect::<Vec<_>>()
        };
        let all = list(InviteFilter::default());
        assert_eq!(ranges(&all, None, Order::Desc), [7]);
        assert_eq!(ranges(&all, None, Order::Asc), [1, 1, 1, 4]);
        let after = ListPlace::of_sort_key("pending#001700000000#0000000000000506");
        assert!(after.is_some());
        assert_eq!(ranges(&all, after, Order::Desc), [1; 7]);
        let pending = list(InviteFilter::of_states(vec![State::Pending]));
        assert_eq!(ranges(&pending, None, Order::Desc), [1]);
        let first = &all.queries(None, Order::Desc)[0][0];
        assert!(first.low.starts_with("pending#"), "{first:?}");
    }
}
