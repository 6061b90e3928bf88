//! Lists: a group's invites for who may handle them, and everybody's own inbox.

use std::collections::HashSet;

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::invite::{Invite, State};
use crate::domain::invitee::Invitee;
use crate::domain::list::{Order, Page};
use crate::domain::rule::InviteRule;
use crate::engine::attempt::ATTEMPTS;
use crate::engine::authority::may_invite;
use crate::engine::{Engine, Outcome};
use crate::store::InviteList;

/// How many invites are given at once where an API has no pages: as many as a group's policy allows
/// to be live.
pub(in crate::engine) const MOST: usize = 10_000;
/// How many are read at a time.
const PAGE: usize = 500;

/// Which invites to list, and which page.
#[derive(Clone, Debug)]
pub struct InviteFilter {
    /// The states, in the order in which to show them.
    pub states: Vec<State>,
    /// The order within a state.
    pub order: Order,
    /// How many on a page.
    pub limit: usize,
    /// Where the page begins.
    pub cursor: Option<String>,
}

impl Engine {
    /// Refuses a caller whom `rule` does not let invite into the group, as making an invite would;
    /// for APIs that say so before all else.
    ///
    /// # Errors
    /// `GroupNotFound` and `NotMember` for outsiders, `Forbidden`, and the table's own.
    pub async fn check_inviter(
        &self,
        caller: &Caller,
        group: &GroupId,
        rule: InviteRule,
    ) -> Outcome<()> {
        let (group, member) = self.membership(caller, group).await?;
        Ok(may_invite(rule, &group, &member)?)
    }

    /// A page of the group's invites, for whom `rule` lets invite.
    ///
    /// # Errors
    /// `GroupNotFound` and `NotMember` for outsiders, `Forbidden` for members who may not invite,
    /// `InvalidCursor`, and the table's own.
    pub async fn list_group_invites(
        &self,
        caller: &Caller,
        group: &GroupId,
        rule: InviteRule,
        filter: &InviteFilter,
        now: Timestamp,
    ) -> Outcome<Page<Invite>> {
        self.check_inviter(caller, group, rule).await?;
        let list = InviteList::of_group(group, filter.states.clone(), filter.order);
        Ok(self.store.list_invites(&list, filter.limit, filter.cursor.as_deref(), now).await?)
    }

    /// A page of the invites addressed to anything that the caller proves: user id, address,
    /// number, accounts.
    ///
    /// # Errors
    /// `InvalidCursor`, and the table's own.
    pub async fn list_my_invites(
        &self,
        caller: &Caller,
        filter: &InviteFilter,
        now: Timestamp,
    ) -> Outcome<Page<Invite>> {
        let list =
            InviteList::of_invitee(&caller.invitee_keys(), filter.states.clone(), filter.order);
        Ok(self.store.list_invites(&list, filter.limit, filter.cursor.as_deref(), now).await?)
    }

    /// All of the group's invites, state after state, for whom `rule` lets invite; at most 10,000,
    /// the pending ones before any others.
    ///
    /// # Errors
    /// As for [`Engine::list_group_invites`].
    pub async fn all_group_invites(
        &self,
        caller: &Caller,
        group: &GroupId,
        rule: InviteRule,
        now: Timestamp,
    ) -> Outcome<Vec<Invite>> {
        self.check_inviter(caller, group, rule).await?;
        let mut invites = self.every_page(&InviteList::all_of_group(group), now).await?;
        let state =
            |invite: &Invite| State::ALL.iter().position(|state| *state == invite.state(now));
        invites.sort_by_key(|invite| {
            (state(invite), invite.terms.expires_at.is_none(), invite.terms.expires_at, invite.id)
        });
        Ok(invites)
    }

    /// All of the group's pending invites, for whom `rule` lets invite; the first 10,000 where
    /// there are more.
    ///
    /// # Errors
    /// As for [`Engine::list_group_invites`].
    pub async fn pending_group_invites(
        &self,
        caller: &Caller,
        group: &GroupId,
        rule: InviteRule,
        now: Timestamp,
    ) -> Outcome<Vec<Invite>> {
        self.check_inviter(caller, group, rule).await?;
        self.every_page(&InviteList::of_group(group, vec![State::Pending], Order::Asc), now).await
    }

    /// All pending invites that are addressed to anything that the caller proves; the first 10,000
    /// where there are more.
    ///
    /// # Errors
    /// The table's own.
    pub async fn own_pending_invites(
        &self,
        caller: &Caller,
        now: Timestamp,
    ) -> Outcome<Vec<Invite>> {
        self.every_page(
            &InviteList::of_invitee(&caller.invitee_keys(), vec![State::Pending], Order::Asc),
            now,
        )
        .await
    }

    pub(in crate::engine) async fn every_page(
        &self,
        list: &InviteList,
        now: Timestamp,
    ) -> Outcome<Vec<Invite>> {
        self.up_to(MOST, list, now).await
    }

    /// The first `most` of the list.
    pub(in crate::engine) async fn up_to(
        &self,
        most: usize,
        list: &InviteList,
        now: Timestamp,
    ) -> Outcome<Vec<Invite>> {
        let (mut found, mut seen, mut cursor) = (Vec::new(), HashSet::new(), None::<String>);
        while found.len() < most {
            let page = self
                .store
                .list_invites(list, PAGE.min(most - found.len()), cursor.as_deref(), now)
                .await?;
            // One that changed its state while the list was read may come twice.
            found.extend(
                page.data
                    .into_iter()
                    .filter(|invite| seen.insert((invite.group.clone(), invite.id))),
            );
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        Ok(found)
    }

    /// The group's invite for this invitee, as last written, whatever its state. A link is not
    /// found so: each is its own.
    ///
    /// # Errors
    /// The table's own.
    pub async fn invite_for(&self, group: &GroupId, invitee: &Invitee) -> Outcome<Option<Invite>> {
        let key = invitee.key();
        for attempt in 0..ATTEMPTS {
            match self.store.invite(group, InviteId::of(group, &key, attempt)).await? {
                Some(found) if found.invitee.key() == key => return Ok(Some(found)),
                // Another invitee has the same 53 bits of hash: this one took the next id.
                Some(_) => {}
                None => return Ok(None),
            }
        }
        Ok(None)
    }
}
