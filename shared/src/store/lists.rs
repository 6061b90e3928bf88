//! Lists of invites, members and memberships: key ranges, read page by page, with sealed cursors.

use aws_sdk_dynamodb::types::{AttributeValue, Select};
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

/// Which invites are listed: one state after the other, within a state by their end.
#[derive(Clone, Debug)]
pub struct InviteList {
    /// The partitions of an index to read, one after the other.
    partitions: Vec<String>,
    index: &'static str,
    partition_key: &'static str,
    sort_key: &'static str,
    states: Vec<State>,
    order: Order,
}

impl InviteList {
    /// The group's invites in these states.
    pub fn of_group(group: &GroupId, states: Vec<State>, order: Order) -> Self {
        let partitions = vec![keys::group_partition(group)];
        Self { partitions, index: "by_group", partition_key: "by_group_pk", sort_key: "by_group_sk", states, order }
    }

    /// The invites addressed to any of these invitee keys, in these states.
    pub fn of_invitee(invitee_keys: &[String], states: Vec<State>, order: Order) -> Self {
        let partitions = invitee_keys.iter().map(|key| keys::invitee_partition(key)).collect();
        Self { partitions, index: "by_invitee", partition_key: "by_invitee_pk", sort_key: "by_invitee_sk", states, order }
    }

    /// The text that a cursor is sealed to.
    fn name(&self) -> String {
        format!("{} {:?} {:?} {:?}", self.index, self.partitions, self.states, self.order)
    }

    /// Every key range to read, in order. What time has ended stands among the pending until it is written down.
    fn ranges(&self, now: Timestamp) -> Vec<Range> {
        let mut ranges = Vec::new();
        for (at, _) in self.partitions.iter().enumerate() {
            for state in &self.states {
                match state {
                    State::Pending => ranges.push(Range::new(at, keys::list_range(State::Pending, Some(now.plus(1)), None))),
                    State::Expired => {
                        ranges.push(Range::new(at, keys::list_range(State::Pending, None, Some(now))));
                        ranges.push(Range::new(at, keys::list_range(State::Expired, None, None)));
                    }
                    other => ranges.push(Range::new(at, keys::list_range(*other, None, None))),
                }
            }
        }
        ranges
    }
}

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

/// Where a page of invites ended: in which range, after which item, and for which present the ranges were cut.
#[derive(Serialize, Deserialize)]
struct Position {
    range: usize,
    now: i64,
    after: Option<[String; 3]>,
}

impl Store {
    /// A page of at most `limit` invites.
    ///
    /// The ranges are cut at the first page's present, so that none is shown twice because its time ran out between pages.
    pub async fn list_invites(
        &self,
        list: &InviteList,
        limit: usize,
        cursor: Option<&str>,
        now: Timestamp,
    ) -> Result<Result<Page<Invite>, CursorError>, StoreError> {
        let mut position = match cursor.map(|cursor| cursor::open::<Position>(&self.seals, &list.name(), cursor)) {
            None => Position { range: 0, now: now.seconds(), after: None },
            Some(Ok(position)) => position,
            Some(Err(error)) => return Ok(Err(error)),
        };
        let ranges = list.ranges(Timestamp::from_seconds(position.now));
        let mut data = Vec::new();
        while let Some(range) = ranges.get(position.range).filter(|_| data.len() < limit) {
            let (found, after) = self.range_page(list, range, position.after.take(), limit - data.len()).await?;
            for item in found {
                data.push(items::to_invite(item)?);
            }
            match after {
                Some(after) => position.after = Some(after),
                None => position.range += 1,
            }
        }
        let more = position.range < ranges.len();
        let next = more.then(|| cursor::seal(&self.seals, &list.name(), &position)).transpose();
        Ok(next.map(|next_cursor| Page { data, next_cursor }))
    }

    /// How many live invites the group has, counted to `cap` at most, as far as the index knows: it may lag by moments.
    pub async fn count_pending(&self, group: &GroupId, cap: u32, now: Timestamp) -> Result<u32, StoreError> {
        let (low, high) = keys::list_range(State::Pending, Some(now.plus(1)), None);
        let (mut found, mut from) = (0_u32, None);
        while found < cap {
            let query = self.client.query().table_name(&self.table).index_name("by_group").select(Select::Count);
            let query = query.key_condition_expression("by_group_pk = :pk AND by_group_sk BETWEEN :low AND :high");
            let query = query.expression_attribute_values(":pk", text(keys::group_partition(group)));
            let query =
                query.expression_attribute_values(":low", text(low.clone())).expression_attribute_values(":high", text(high.clone()));
            let query = query.limit(i32::try_from(cap - found).unwrap_or(i32::MAX)).set_exclusive_start_key(from);
            let page = query.send().await?;
            found = found.saturating_add(u32::try_from(page.count).unwrap_or(0));
            from = page.last_evaluated_key.filter(|key| !key.is_empty());
            if from.is_none() {
                break;
            }
        }
        Ok(found)
    }

    async fn range_page(
        &self,
        list: &InviteList,
        range: &Range,
        after: Option<[String; 3]>,
        limit: usize,
    ) -> Result<(Vec<Item>, Option<[String; 3]>), StoreError> {
        let partition = list.partitions.get(range.partition).cloned().unwrap_or_default();
        let start = after.map(|[pk, sk, sort]| {
            let index_key = [(list.partition_key.to_owned(), text(partition.clone())), (list.sort_key.to_owned(), text(sort))];
            Item::from_iter([("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk))].into_iter().chain(index_key))
        });
        let query = self.client.query().table_name(&self.table).index_name(list.index);
        let query = query.key_condition_expression("#pk = :pk AND #sk BETWEEN :low AND :high");
        let query = query.expression_attribute_names("#pk", list.partition_key).expression_attribute_names("#sk", list.sort_key);
        let query = query.expression_attribute_values(":pk", text(partition)).expression_attribute_values(":low", text(range.low.clone()));
        let query = query.expression_attribute_values(":high", text(range.high.clone())).set_exclusive_start_key(start);
        let query = query.scan_index_forward(list.order == Order::Asc).limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let page = query.send().await?;
        let after = page.last_evaluated_key.as_ref().and_then(|key| {
            let part = |name: &str| key.get(name).and_then(|value| value.as_s().ok()).cloned();
            Some([part("pk")?, part("sk")?, part(list.sort_key)?])
        });
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
        let from = match cursor.map(|cursor| cursor::open::<[String; 2]>(&self.seals, &list, cursor)) {
            None => None,
            Some(Ok([pk, sk])) => Some(Item::from([("pk".into(), text(pk)), ("sk".into(), text(sk))])),
            Some(Err(error)) => return Ok(Err(error)),
        };
        let (found, next) = self.partition_page(group, keys::MEMBERS, from, Some(limit)).await?;
        let data = found.into_iter().map(items::to_member).collect::<Result<_, _>>()?;
        let next = next.and_then(|key| Some([key.get("pk")?.as_s().ok()?.clone(), key.get("sk")?.as_s().ok()?.clone()]));
        let next = next.map(|position| cursor::seal(&self.seals, &list, &position)).transpose();
        Ok(next.map(|next_cursor| Page { data, next_cursor }))
    }

    /// A page of at most `limit` memberships of the user, in the order of the groups' ids. It may lag by moments.
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
        let query = self.client.query().table_name(&self.table).index_name("by_invitee").key_condition_expression("by_invitee_pk = :pk");
        let query = query.expression_attribute_values(":pk", AttributeValue::S(partition)).set_exclusive_start_key(from).limit(limit);
        let page = query.send().await?;
        let data: Vec<Member> = page.items.unwrap_or_default().into_iter().map(items::to_member).collect::<Result<_, _>>()?;
        let last = page.last_evaluated_key.filter(|key| !key.is_empty()).and_then(|_| data.last().map(|member| member.group.clone()));
        let next = last.map(|group| cursor::seal(&self.seals, &list, &group)).transpose();
        Ok(next.map(|next_cursor| Page { data, next_cursor }))
    }
}
