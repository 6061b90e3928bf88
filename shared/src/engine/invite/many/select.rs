//! The invites that a request acts on.

use std::collections::BTreeSet;

use super::outcome::{Choice, MOST_AT_ONCE, Remaining};
use crate::domain::clock::Timestamp;
use crate::domain::identity::Identity;
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::invite::{BulkAct, InviteFilter};
use crate::domain::list::{Order, PageRequest};
use crate::domain::rule::InviteRule;
use crate::engine::acting::Acting;
use crate::engine::{Engine, Outcome};
use crate::store::InviteList;

/// Maximum number of invites of a filter that are counted.
const MOST_COUNTED: usize = 1_000;
/// Maximum number of pages that are read for a filter. Each reads about 1,000 entries of the index
/// for every state that allows the act.
const MOST_PAGES: u8 = 5;

/// The invites that a request acts on.
#[derive(Debug)]
pub(in crate::engine::invite) struct Selected {
    /// The ids in the order of the request, or newest first.
    pub(in crate::engine::invite) ids: Vec<InviteId>,
    /// What a filter selects beyond these.
    pub(in crate::engine::invite) remaining: Option<Remaining>,
}

impl Selected {
    /// Returns each id once, in the same order.
    pub(in crate::engine::invite) fn different(&self) -> Vec<InviteId> {
        let mut seen = BTreeSet::new();
        self.ids.iter().copied().filter(|id| seen.insert(*id)).collect()
    }

    /// Returns the first of the invites that a filter selects. `is_whole` says whether all of them
    /// were found.
    fn first_of(mut ids: Vec<InviteId>, is_whole: bool) -> Self {
        let is_exact = is_whole && ids.len() <= MOST_COUNTED;
        let invites = ids.len().min(MOST_COUNTED).saturating_sub(MOST_AT_ONCE);
        ids.truncate(MOST_AT_ONCE);
        Self { ids, remaining: Some(Remaining { invites, is_exact }) }
    }
}

impl Engine {
    /// Returns the invites that the request acts on. To use a filter, the caller must have the right
    /// to invite by `rule`, as for a list.
    ///
    /// # Errors
    /// For a filter, the variants of [`Engine::check_inviter`]. `Fault`.
    pub(in crate::engine::invite) async fn selected(
        &self,
        Acting { caller, now }: Acting<'_>,
        group: &GroupId,
        choice: &Choice,
        (rule, act): (InviteRule, BulkAct),
    ) -> Outcome<Selected> {
        let filter = match choice {
            Choice::Ids(ids) => return Ok(Selected { ids: ids.clone(), remaining: None }),
            Choice::Filter(filter) => filter,
        };
        self.check_inviter(caller, group, rule).await?;
        if let Some(email) = &filter.email {
            let key = Identity::Email(email.clone()).key();
            let mut found = self.invites_for_keys(group, &[key]).await?;
            found.retain(|it| filter.selects(it, now) && act.is_possible(it, now));
            return Ok(Selected::first_of(found.iter().map(|it| it.id).collect(), true));
        }
        self.of_filter(InviteList::allowing(group, InviteFilter::clone(filter), act), now).await
    }

    /// Returns the first invites of the list, and how many others it has.
    async fn of_filter(&self, list: InviteList, now: Timestamp) -> Outcome<Selected> {
        let mut page = PageRequest { order: Order::Desc, limit: MOST_COUNTED, cursor: None };
        let mut ids: Vec<InviteId> = Vec::new();
        for _ in 0..MOST_PAGES {
            let found = self.store.list_invites(&list, &page, now).await?;
            ids.extend(found.data.iter().map(|invite| invite.id));
            page.cursor = found.next_cursor;
            if page.cursor.is_none() || ids.len() >= MOST_COUNTED {
                break;
            }
        }
        Ok(Selected::first_of(ids, page.cursor.is_none()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(count: u64) -> Vec<InviteId> {
        (1..=count).map(|number| InviteId::from_number(number).unwrap()).collect()
    }

    #[test]
    fn a_filter_gives_a_hundred_invites_and_the_number_of_the_others() {
        for (found, is_whole, acted, remaining, is_exact) in [
            (0, true, 0, 0, true),
            (100, true, 100, 0, true),
            (101, true, 100, 1, true),
            (1_000, true, 100, 900, true),
            (1_000, false, 100, 900, false),
            (1_400, true, 100, 900, false),
            (3, false, 3, 0, false),
        ] {
            let selected = Selected::first_of(ids(found), is_whole);
            assert_eq!(selected.ids, ids(acted), "{found}");
            let expected = Remaining { invites: remaining, is_exact };
            assert_eq!(selected.remaining, Some(expected), "{found}");
        }
    }

    #[test]
    fn a_repeated_id_is_acted_on_once() {
        let ids = [ids(3), ids(2)].concat();
        let selected = Selected { ids, remaining: None };
        assert_eq!(selected.different().len(), 3);
    }
}
