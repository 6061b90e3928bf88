//! Lists of invites, members and memberships: key ranges, read page by page, with sealed cursors.

use aws_sdk_dynamodb::types::AttributeValue;
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};

use super::access::{Item, text};
use super::{CursorError, Store, StoreError, cursor, items, keys};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{GroupId, UserId};
use crate::domain::invite::{Invite, State};
use crate::domain::member::Member;

/// In which order a list shows the invites of one state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// Those that end first, first.
    Asc,
    /// Those that end last, first.
    #[default]
    Desc,
}

/// Which invites are listed: one state after the other, within a state by their end; or all, the
/// pending ones first.
#[derive(Clone, Debug)]
pub struct InviteList {
    /// The partitions of an index to read, one after the other.
    partitions: Vec<String>,
    index: &'static str,
    partition_key: &'static str,
    sort_key: &'static str,
    /// None where all are wanted, in whatever order.
    states: Option<Vec<State>>,
    order: Order,
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

    fn key(&self, item: &Item) -> Option<IndexKey> {
        let part = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned();
        Some([part("pk")?, part("sk")?, part(self.sort_key)?])
    }

    /// The text that a cursor is sealed to.
    fn name(&self) -> String {
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
    fn ranges(&self, now: Timestamp) -> Vec<Range> {
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

/// How many key ranges are read at once.
const AT_ONCE: usize = 8;

/// Where an item stands in an index: its primary key, and its sort key there.
type IndexKey = [String; 3];

struct Range {
    partition: usize,
    low: String,
    high: String,
}

impl Range {
    fn new(partition: usize, (low, high): (String, String)) -> Self {
        Self { partition, low, high }
    }
}

/// One page of a list.
#[derive(Debug)]
pub struct Page<T> {
    /// What the page holds.
    pub data: Vec<T>,
    /// Where the next page begins; none after the last.
    pub next_cursor: Option<String>,
}

/// Where a page of invites ended: in which range, after which item, and for which present the
/// ranges were cut.
#[derive(Serialize, Deserialize)]
struct Position {
    range: usize,
    now: i64,
    after: Option<IndexKey>,
}

impl Store {
    /// A page of at most `limit` invites.
    ///
    /// The ranges are cut at the first page's present, so that none is shown twice because its time
    /// ran out between pages.
    pub async fn list_invites(
        &self,
        list: &InviteList,
        limit: usize,
        cursor: Option<&str>,
        now: Timestamp,
    ) -> Result<Result<Page<Invite>, CursorError>, StoreError> {
        let mut position = match cursor
            .map(|cursor| cursor::open::<Position>(&self.seals, &list.name(), cursor))
        {
            None => Position { range: 0, now: now.seconds(), after: None },
            Some(Ok(position)) => position,
            Some(Err(error)) => return Ok(Err(error)),
        };
        let ranges = list.ranges(Timestamp::from_seconds(position.now));
        // One more than asked for tells whether there is a next page, so that none is ever empty.
        let mut found: Vec<(usize, IndexKey, Invite)> = Vec::new();
        // The first range often fills the page, so it is read alone; what is still to be filled
        // then is read from several at once.
        let mut width = 1;
        while position.range < ranges.len() && found.len() <= limit {
            let mut after = position.after.take();
            let reads = ranges.iter().skip(position.range).take(width);
            let reads = reads
                .map(|range| self.range_page(list, range, after.take(), limit + 1 - found.len()));
            for (page, after) in try_join_all(reads.collect::<Vec<_>>()).await? {
                for item in page {
                    let key = list.key(&item).ok_or(StoreError::Corrupt {
                        item: "invite",
                        problem: "no index key".into(),
                    })?;
                    found.push((position.range, key, items::to_invite(item)?));
                }
                if after.is_some() || found.len() > limit {
                    position.after = after;
                    break;
                }
                position.range += 1;
            }
            width = AT_ONCE;
        }
        let more = found.len() > limit;
        found.truncate(limit);
        let end = found.last().filter(|_| more).map(|(range, key, _)| Position {
            range: *range,
            now: position.now,
            after: Some(key.clone()),
        });
        let next = end.map(|end| cursor::seal(&self.seals, &list.name(), &end)).transpose();
        Ok(next.map(|next_cursor| Page {
            data: found.into_iter().map(|(_, _, invite)| invite).collect(),
            next_cursor,
        }))
    }

    async fn range_page(
        &self,
        list: &InviteList,
        range: &Range,
        after: Option<IndexKey>,
        limit: usize,
    ) -> Result<(Vec<Item>, Option<IndexKey>), StoreError> {
        let partition = list.partitions.get(range.partition).cloned().unwrap_or_default();
        let start = after.map(|[pk, sk, sort]| {
            let index_key = [
                (list.partition_key.to_owned(), text(partition.clone())),
                (list.sort_key.to_owned(), text(sort)),
            ];
            Item::from_iter(
                [("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk))]
                    .into_iter()
                    .chain(index_key),
            )
        });
        let query = self.client.query().table_name(&self.table).index_name(list.index);
        let query = query.key_condition_expression("#pk = :pk AND #sk BETWEEN :low AND :high");
        let query = query
            .expression_attribute_names("#pk", list.partition_key)
            .expression_attribute_names("#sk", list.sort_key);
        let query = query
            .expression_attribute_values(":pk", text(partition))
            .expression_attribute_values(":low", text(range.low.clone()));
        let query = query
            .expression_attribute_values(":high", text(range.high.clone()))
            .set_exclusive_start_key(start);
        let query = query
            .scan_index_forward(list.order == Order::Asc)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let page = query.send().await?;
        let after = page.last_evaluated_key.as_ref().and_then(|key| list.key(key));
        Ok((page.items.unwrap_or_default(), after))
    }

    /// A page of at most `limit` members of the group, in the order of their user ids.
    pub async fn list_members(
        &self,
        group: &GroupId,
        limit: i32,
        cursor: Option<&str>,
    ) -> Result<Result<Page<Member>, CursorError>, StoreError> {
        let list = format!("members {group}");
        let from = match cursor.map(|cursor| cursor::open::<UserId>(&self.seals, &list, cursor)) {
            None => None,
            Some(Ok(user)) => Some(keys::member(group, &user).into_item()),
            Some(Err(error)) => return Ok(Err(error)),
        };
        let (found, next) =
            self.partition_page(group, keys::MEMBERS, from, Some(limit + 1)).await?;
        let data = found.into_iter().map(items::to_member).collect::<Result<_, _>>()?;
        Ok(self.page(&list, data, limit, next.is_some(), |member| member.user.clone()))
    }

    /// At most `limit` members of the group, those after the user `after`, in the order of their
    /// user ids.
    pub async fn members_after(
        &self,
        group: &GroupId,
        after: Option<&UserId>,
        limit: usize,
    ) -> Result<Vec<Member>, StoreError> {
        let mut from = after.map(|user| keys::member(group, user).into_item());
        let mut found: Vec<Member> = Vec::new();
        while found.len() < limit {
            let wanted = i32::try_from(limit - found.len()).unwrap_or(i32::MAX);
            let (page, next) =
                self.partition_page(group, keys::MEMBERS, from, Some(wanted)).await?;
            found.extend(page.into_iter().map(items::to_member).collect::<Result<Vec<_>, _>>()?);
            from = next;
            if from.is_none() {
                break;
            }
        }
        Ok(found)
    }

    /// The first `limit` of `data`, and a cursor behind the last of them where there are more, here
    /// or in the table.
    fn page<T, P: Serialize>(
        &self,
        list: &str,
        mut data: Vec<T>,
        limit: i32,
        more: bool,
        position: impl Fn(&T) -> P,
    ) -> Result<Page<T>, CursorError> {
        let limit = usize::try_from(limit).unwrap_or_default();
        let more = more || data.len() > limit;
        data.truncate(limit);
        let last = data.last().filter(|_| more).map(position);
        let next = last.map(|position| cursor::seal(&self.seals, list, &position)).transpose();
        next.map(|next_cursor| Page { data, next_cursor })
    }

    /// A page of at most `limit` memberships of the user, in the order of the groups' ids. It may
    /// lag by moments.
    pub async fn list_memberships(
        &self,
        user: &UserId,
        limit: i32,
        cursor: Option<&str>,
    ) -> Result<Result<Page<Member>, CursorError>, StoreError> {
        let list = format!("memberships {user}");
        let partition = keys::memberships_partition(user);
        let from = match cursor.map(|cursor| cursor::open::<GroupId>(&self.seals, &list, cursor)) {
            None => None,
            Some(Ok(group)) => {
                let mut key = keys::member(&group, user).into_item();
                key.extend([
                    ("by_invitee_pk".into(), text(partition.clone())),
                    ("by_invitee_sk".into(), text(keys::membership_sort(&group))),
                ]);
                Some(key)
            }
            Some(Err(error)) => return Ok(Err(error)),
        };
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("by_invitee")
            .key_condition_expression("by_invitee_pk = :pk");
        let query = query
            .expression_attribute_values(":pk", AttributeValue::S(partition))
            .set_exclusive_start_key(from)
            .limit(limit + 1);
        let page = query.send().await?;
        let data: Vec<Member> = page
            .items
            .unwrap_or_default()
            .into_iter()
            .map(items::to_member)
            .collect::<Result<_, _>>()?;
        let more = page.last_evaluated_key.is_some_and(|key| !key.is_empty());
        Ok(self.page(&list, data, limit, more, |member| member.group.clone()))
    }
}
