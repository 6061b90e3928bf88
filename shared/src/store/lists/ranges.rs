//! The key ranges of an index that a list of invites reads.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use futures::{StreamExt, TryStreamExt, stream};

use crate::domain::clock::Timestamp;
use crate::domain::ids::GroupId;
use crate::domain::invite::{BulkAct, Invite, InviteFilter, State};
use crate::domain::list::Order;
use crate::store::access::{Item, text};
use crate::store::keys::{self, Key, ListPlace, Shelf};
use crate::store::{Store, StoreError};

/// An index of invites, and the names of its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Index {
    name: &'static str,
    partition: &'static str,
    sort: &'static str,
    /// Whether its entries are whole invites. Otherwise they have the keys alone (ADR 0045).
    is_whole: bool,
}

const BY_GROUP: Index =
    Index { name: "by_group", partition: "by_group_pk", sort: "by_group_sk", is_whole: true };
const BY_INVITEE: Index = Index {
    name: "by_invitee",
    partition: "by_invitee_pk",
    sort: "by_invitee_sk",
    is_whole: false,
};

/// The most items in one batch of reads (DynamoDB's limit).
const BATCH: usize = 100;
/// The most batches that are read at the same time.
const AT_ONCE: usize = 8;

/// A selection of the invites of a group, or of the invites for some invitees.
#[derive(Clone, Debug)]
pub struct InviteList {
    index: Index,
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
                true => keys::around(pending).into(),
                false => Vec::new(),
            });
        }
        self.each_shelf(|shelf| match shelf.state() {
            State::Pending => Vec::new(),
            _ => vec![self.bounds(shelf)],
        })
    }

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
            let bounds = bounds(shelf).into_iter();
            bounds.map(|(low, high)| Range { partition: partition.clone(), low, high })
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
    partition: String,
    low: String,
    high: String,
}

/// Some entries of a range, and the key after which the next ones begin, unless these are the last.
pub(super) type Entries = (Vec<Item>, Option<Item>);

impl Store {
    /// Returns at most `limit` entries of a range, which follow the key `from`.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub(super) async fn entries(
        &self,
        list: &InviteList,
        range: &Range,
        order: Order,
        limit: usize,
        from: Option<Item>,
    ) -> Result<Entries, StoreError> {
        let query = self.query_range(list, range, order).set_exclusive_start_key(from);
        let page = query.limit(i32::try_from(limit).unwrap_or(i32::MAX)).send().await?;
        let next = page.last_evaluated_key.filter(|key| !key.is_empty());
        Ok((page.items.unwrap_or_default(), next))
    }

    /// Returns the invites' items of these entries, in their order. Where the entries are keys, the
    /// items are read consistently. An invite that is gone, or that was made anew and so has a newer
    /// entry, is left out; a list that is past that entry shows it when it is read again.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub(super) async fn whole(
        &self,
        list: &InviteList,
        entries: Vec<Item>,
    ) -> Result<Vec<Item>, StoreError> {
        if list.index.is_whole {
            return Ok(entries);
        }
        let batches = entries.chunks(BATCH).map(|batch| self.whole_batch(list, batch));
        let read: Vec<Vec<Item>> =
            stream::iter(batches.collect::<Vec<_>>()).buffered(AT_ONCE).try_collect().await?;
        Ok(read.into_iter().flatten().collect())
    }

    async fn whole_batch(
        &self,
        list: &InviteList,
        batch: &[Item],
    ) -> Result<Vec<Item>, StoreError> {
        let mut items = self.get_many(batch.iter().filter_map(Key::of).collect()).await?;
        let item = |entry| {
            let item = items.remove(&Key::of(entry)?)?;
            is_of_entry(list, entry, &item).then_some(item)
        };
        Ok(batch.iter().filter_map(item).collect())
    }

    fn query_range(&self, list: &InviteList, range: &Range, order: Order) -> QueryFluentBuilder {
        let Range { partition, low, high } = range;
        self.client
            .query()
            .table_name(&self.table)
            .index_name(list.index.name)
            .key_condition_expression("#pk = :pk AND #sk BETWEEN :low AND :high")
            .expression_attribute_names("#pk", list.index.partition)
            .expression_attribute_names("#sk", list.index.sort)
            .expression_attribute_values(":pk", text(partition.clone()))
            .expression_attribute_values(":low", text(low.clone()))
            .expression_attribute_values(":high", text(high.clone()))
            .scan_index_forward(order == Order::Asc)
    }
}

/// Returns whether the item, read after the entry of the index, is still the invite of this entry.
/// Its state may have changed.
fn is_of_entry(list: &InviteList, entry: &Item, item: &Item) -> bool {
    let partition = list.index.partition;
    let places = (place(list, entry).ok(), place(list, item).ok());
    entry.get(partition) == item.get(partition) && places.0 == places.1
}

/// Returns the place of an item in the list.
///
/// # Errors
/// `Corrupt` if the item lacks its key in the index.
pub(super) fn place(list: &InviteList, item: &Item) -> Result<ListPlace, StoreError> {
    let sort = item.get(list.index.sort).and_then(|value| value.as_s().ok());
    sort.and_then(|sort| ListPlace::of_sort_key(sort))
        .ok_or_else(|| StoreError::corrupt("invite", "no index key"))
}
