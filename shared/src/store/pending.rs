//! The invites of a group that await their invitees, read from the index: the count of the pending
//! ones (ADR 0012), and those of one inviter.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::Select;

use super::access::{Item, number, text};
use super::keys::Shelf;
use super::lists::PagePosition;
use super::readable::readable;
use super::{Store, StoreError, items, keys};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{GroupId, UserId};
use crate::domain::invite::{Invite, State};

/// The most invites that are counted before the caller's right to invite is known. This takes about
/// 3 read units for invites below 1 KB, and 30 for the largest.
const FIRST_PAGE: u32 = 25;

/// The most index entries of one page of an inviter's invites.
const PAGE: i32 = 1_000;

/// Holds for an invite that has not expired. An invite stays pending in the index for a while after
/// its time has passed.
const NOT_EXPIRED: &str = "(attribute_not_exists(expires_at) OR expires_at > :now)";

/// Holds for an invite that this inviter granted.
const GRANTED: &str = "(granted_by = :inviter \
     OR (attribute_not_exists(granted_by) AND created_by = :inviter))";

/// The invites that their invitees can still accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaiting {
    /// Those that are pending.
    Pending,
    /// Those that were declined without a sign-in (ADR 0033).
    Declined,
}

impl Awaiting {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Pending, Self::Declined];

    fn shelf(self) -> Shelf {
        match self {
            Self::Pending => Shelf::In(State::Pending),
            Self::Declined => Shelf::DeclinedWithoutSignIn,
        }
    }
}

/// A count that may be incomplete.
#[derive(Clone, Debug, Default)]
pub struct PendingCount {
    found: u32,
    /// The number of index entries that were read, with those of expired invites.
    read: u32,
    /// The key after which to continue. `None` if the count is complete.
    after: Option<Item>,
}

impl PendingCount {
    /// Returns whether every pending invite of the group is counted.
    pub fn is_complete(&self) -> bool {
        self.after.is_none()
    }

    /// Returns a count that is not complete.
    #[cfg(test)]
    pub(crate) fn partial() -> Self {
        Self { after: Some(Item::new()), ..Self::default() }
    }
}

impl Store {
    /// Counts the first of the group's pending invites that have not expired. The count is small
    /// enough to be made for any caller.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn begin_count(
        &self,
        group: &GroupId,
        now: Timestamp,
    ) -> Result<PendingCount, StoreError> {
        self.count_page(group, PendingCount::default(), FIRST_PAGE, now).await
    }

    /// Continues the count of `begun` up to `cap`, and returns how many pending invites the group
    /// has. The index may lag by moments.
    ///
    /// It reads at most `cap` entries of expired invites, and does not count what follows. There are
    /// more only while their expiries are not written.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn count_pending(
        &self,
        group: &GroupId,
        begun: &PendingCount,
        cap: u32,
        now: Timestamp,
    ) -> Result<u32, StoreError> {
        let mut count = begun.clone();
        while count.found < cap && count.after.is_some() && count.read - count.found <= cap {
            let left = cap - count.found;
            count = self.count_page(group, count, left, now).await?;
        }
        Ok(count.found)
    }

    async fn count_page(
        &self,
        group: &GroupId,
        count: PendingCount,
        limit: u32,
        now: Timestamp,
    ) -> Result<PendingCount, StoreError> {
        let query =
            self.awaiting_query(group, Awaiting::Pending, now).filter_expression(NOT_EXPIRED);
        let query = query
            .select(Select::Count)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .set_exclusive_start_key(count.after);
        let page = query.send().await?;
        let more = |all: u32, page: i32| all.saturating_add(u32::try_from(page).unwrap_or(0));
        Ok(PendingCount {
            found: more(count.found, page.count),
            read: more(count.read, page.scanned_count),
            after: page.last_evaluated_key.filter(|key| !key.is_empty()),
        })
    }

    /// Returns the invites of `inviter` among the next 1,000 of the group that await their invitees in
    /// this way, and the position after which the next page starts. The index may lag by moments.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn awaiting_invites_by(
        &self,
        (group, inviter): (&GroupId, &UserId),
        awaiting: Awaiting,
        from: Option<PagePosition>,
        now: Timestamp,
    ) -> Result<(Vec<Invite>, Option<PagePosition>), StoreError> {
        let query = self
            .awaiting_query(group, awaiting, now)
            .filter_expression(format!("{NOT_EXPIRED} AND {GRANTED}"))
            .expression_attribute_values(":inviter", text(inviter.as_str()))
            .limit(PAGE)
            .set_exclusive_start_key(from.map(PagePosition::into_item));
        let page = query.send().await?;
        let invites = readable(page.items.unwrap_or_default(), items::to_invite);
        let next = page.last_evaluated_key.filter(|key| !key.is_empty());
        Ok((invites, next.map(PagePosition::of)))
    }

    /// Starts a query of the group's invites that are stored in this way, newest first. The value
    /// `:now` is for [`NOT_EXPIRED`].
    fn awaiting_query(
        &self,
        group: &GroupId,
        awaiting: Awaiting,
        now: Timestamp,
    ) -> QueryFluentBuilder {
        let (low, high) = keys::list_range(awaiting.shelf(), None, None);
        self.client
            .query()
            .table_name(&self.table)
            .index_name("by_group")
            .key_condition_expression("pk = :pk AND by_group_sk BETWEEN :low AND :high")
            .expression_attribute_values(":pk", text(keys::group_partition(group)))
            .expression_attribute_values(":low", text(low))
            .expression_attribute_values(":high", text(high))
            .expression_attribute_values(":now", number(now.seconds()))
            .scan_index_forward(false)
    }
}
