//! Pages of invites, merged from the shelves of an index.

use std::cmp::Reverse;
use std::collections::VecDeque;

use futures::{StreamExt, TryStreamExt, stream};

use super::entries::place;
use super::page::ListError;
use super::ranges::{Index, InviteList, Range, alone, few_together};
use crate::domain::clock::Timestamp;
use crate::domain::invite::Invite;
use crate::domain::list::{Order, Page, PageRequest};
use crate::store::access::Item;
use crate::store::keys::ListPlace;
use crate::store::readable::readable_one;
use crate::store::{Store, StoreError, cursor, items};

/// The most queries at the same time.
const AT_ONCE: usize = 16;
/// The most index entries that a page reads, if its first queries do not read more.
const MOST_READ: usize = 1_000;

/// An index entry of an invite. `None` for an invite that cannot be read.
type Entry = (ListPlace, Option<Invite>);

/// A range that is read from its beginning to its end, some entries at a time.
struct Reader {
    range: Range,
    /// The entries that were read and not taken yet.
    read: VecDeque<Entry>,
    /// Where the next query begins.
    next: Next,
}

enum Next {
    /// At the beginning of the range.
    First,
    /// After this key.
    After(Item),
    /// Nowhere: the range has been read.
    Nothing,
}

impl Reader {
    /// Returns the reader of a range after a query for this one and others next to it, which was read
    /// up to `reached`, or to its end.
    fn after(range: Range, reached: Option<&Item>, (index, order): (Index, Order)) -> Self {
        let next = match reached.and_then(|key| Some((key, index.sort_of(key)?))) {
            Some((key, sort)) if range.contains(sort) => Next::After(key.clone()),
            Some((_, sort)) if range.follows(sort, order) => Next::First,
            _ => Next::Nothing,
        };
        Self { range, read: VecDeque::new(), next }
    }

    /// Returns whether no query has reached the range yet.
    fn is_unread(&self) -> bool {
        matches!(self.next, Next::First)
    }

    /// Returns whether the next entry is unknown.
    fn is_behind(&self) -> bool {
        self.read.is_empty() && !matches!(self.next, Next::Nothing)
    }
}

impl Store {
    /// Returns a page of the list's invites, in the order of creation.
    ///
    /// One query for each shelf and partition fills a page, all at once; their entries are merged. The
    /// first page of all invites, newest first, begins with one query, which suffices where they fit on
    /// the page (ADR 0053).
    /// The cursor is a place in that order, which no change of an invite's state alters. So the
    /// pages together have each invite once that is selected throughout, except an invite whose state
    /// changes between the queries of one page: it may be missing (ADR 0034).
    ///
    /// A page whose filter leaves out many invites reads about 1,000 entries, and may then be short
    /// and have a next page.
    ///
    /// # Errors
    /// `Cursor` if the cursor belongs to another list or is forged. `Store` if a read fails.
    pub async fn list_invites(
        &self,
        list: &InviteList,
        page: &PageRequest,
        now: Timestamp,
    ) -> Result<Page<Invite>, ListError> {
        let PageRequest { order, limit, ref cursor } = *page;
        let name = list.name(order);
        let opened = cursor.as_deref();
        let opened = opened.map(|cursor| cursor::open(&self.token_keys, &name, cursor));
        let queries = list.queries(opened.transpose()?, order);
        // One invite more than `limit` shows whether there is a next page, so that no page is empty.
        let share = MOST_READ / queries.len().max(1);
        let first = if list.leaves_out() { share.max(limit + 1) } else { limit + 1 };
        let (mut readers, mut read) = self.first_read(list, order, queries, first).await?;
        let (mut found, mut last) = (Vec::<(ListPlace, Invite)>::new(), None);
        loop {
            while found.len() <= limit {
                let Some((place, invite)) = next_entry(&mut readers, order) else { break };
                last = Some(place);
                let invite = invite.filter(|invite| list.selects(invite, now));
                add(&mut found, invite.map(|invite| (place, invite)));
            }
            let behind = readers.iter().filter(|reader| reader.is_behind()).count();
            let is_enough = read >= MOST_READ && last.is_some();
            if found.len() > limit || behind == 0 || is_enough {
                break;
            }
            let wanted = first.min(MOST_READ.saturating_sub(read).div_ceil(behind)).max(1);
            let (unread, mut begun): (Vec<Reader>, _) =
                readers.into_iter().partition(Reader::is_unread);
            let unread = unread.into_iter().map(|reader| reader.range).collect();
            // Each shelf that a query of the sparse ones did not reach has a query of its own, so that no
            // page waits for many queries.
            let queries = match begun.iter().any(|reader| reader.range.is_sparse) {
                true => alone(unread),
                false => few_together(unread, order),
            };
            let (reached, more) = futures::try_join!(
                self.first_read(list, order, queries, wanted),
                self.read_on(list, order, &mut begun, wanted)
            )?;
            read += reached.1 + more;
            begun.extend(reached.0);
            readers = begun;
        }
        let end = if found.len() > limit {
            found.truncate(limit);
            found.last().map(|(place, _)| *place)
        } else {
            last.filter(|_| readers.iter().any(Reader::is_behind))
        };
        let next_cursor = end.map(|end| cursor::seal(&self.token_keys, &name, &end)).transpose()?;
        Ok(Page { data: found.into_iter().map(|(_, invite)| invite).collect(), next_cursor })
    }

    /// Reads the first `limit` entries of each query. Returns the readers of all ranges, and how many
    /// entries were read.
    async fn first_read(
        &self,
        list: &InviteList,
        order: Order,
        queries: Vec<Vec<Range>>,
        limit: usize,
    ) -> Result<(Vec<Reader>, usize), StoreError> {
        let reads = queries.into_iter().map(async |ranges| {
            let Some(whole) = Range::around(&ranges) else { return Ok((Vec::new(), 0)) };
            let (entries, next) = self.entries(list, &whole, order, limit, None).await?;
            let read = entries.len();
            let (mut entries, mut readers) = (entries, Vec::new());
            for range in ranges {
                let mut reader = Reader::after(range, next.as_ref(), (list.index, order));
                let is_in = |entry: &Item| {
                    list.index.sort_of(entry).is_some_and(|it| reader.range.contains(it))
                };
                let of_range: Vec<Item>;
                (of_range, entries) = entries.into_iter().partition(is_in);
                self.take(list, &mut reader, of_range).await?;
                readers.push(reader);
            }
            Ok((readers, read))
        });
        stream::iter(reads.collect::<Vec<_>>())
            .buffer_unordered(AT_ONCE)
            .try_fold((Vec::new(), 0), |(mut all, sum), (readers, read)| async move {
                all.extend(readers);
                Ok((all, sum + read))
            })
            .await
    }

    /// Queries the next `limit` entries of each begun reader that is behind or short. Returns how many
    /// were read.
    async fn read_on(
        &self,
        list: &InviteList,
        order: Order,
        readers: &mut [Reader],
        limit: usize,
    ) -> Result<usize, StoreError> {
        // A shared query may have read only a few entries of its last range. These are read on beside the
        // ranges that it did not reach.
        let is_short = |reader: &Reader| {
            !list.leaves_out() && reader.read.len() < limit && matches!(reader.next, Next::After(_))
        };
        let behind = readers.iter_mut().filter(|reader| reader.is_behind() || is_short(reader));
        let reads = behind.map(|reader| self.query_reader(list, order, reader, limit));
        stream::iter(reads.collect::<Vec<_>>())
            .buffer_unordered(AT_ONCE)
            .try_fold(0, |all, read| async move { Ok(all + read) })
            .await
    }

    async fn query_reader(
        &self,
        list: &InviteList,
        order: Order,
        reader: &mut Reader,
        limit: usize,
    ) -> Result<usize, StoreError> {
        let from = match std::mem::replace(&mut reader.next, Next::Nothing) {
            Next::After(key) => Some(key),
            Next::First | Next::Nothing => None,
        };
        let (entries, next) = self.entries(list, &reader.range, order, limit, from).await?;
        let read = entries.len();
        self.take(list, reader, entries).await?;
        if let Some(key) = next {
            reader.next = Next::After(key);
        }
        Ok(read)
    }

    /// Adds the invites of these entries to the reader.
    async fn take(
        &self,
        list: &InviteList,
        reader: &mut Reader,
        entries: Vec<Item>,
    ) -> Result<(), StoreError> {
        for item in self.whole(list, entries).await? {
            reader.read.push_back((place(list, &item)?, readable_one(item, items::to_invite)));
        }
        Ok(())
    }
}

/// Takes the first of the entries that were read. `None` if there is none, or if one that was not
/// read yet may come before it.
fn next_entry(readers: &mut [Reader], order: Order) -> Option<Entry> {
    if readers.iter().any(Reader::is_behind) {
        return None;
    }
    let first = |reader: &&mut Reader| reader.read.front().map(|(place, _)| *place);
    let filled = readers.iter_mut().filter(|reader| !reader.read.is_empty());
    let next = match order {
        Order::Asc => filled.min_by_key(first),
        Order::Desc => filled.min_by_key(|reader| first(reader).map(Reverse)),
    };
    next?.read.pop_front()
}

/// Adds the invite. An invite whose state changes during the queries may be read twice, with equal
/// places; the later version stays.
fn add(found: &mut Vec<(ListPlace, Invite)>, next: Option<(ListPlace, Invite)>) {
    let Some((place, invite)) = next else { return };
    let is_same =
        |(_, last): &&mut (ListPlace, Invite)| (&last.group, last.id) == (&invite.group, invite.id);
    match found.last_mut().filter(is_same) {
        Some((_, last)) if last.version < invite.version => *last = invite,
        Some(_) => {}
        None => found.push((place, invite)),
    }
}
