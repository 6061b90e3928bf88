//! Lists of invites: a group's, for callers who may invite, and the caller's own.

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

/// Maximum number of invites in a list without pages. A group's policy allows at most this many
/// pending invites.
pub(in crate::engine) const MAX_LISTED: usize = 10_000;
/// Maximum number of invites in one read.
const PAGE: usize = 500;

/// The invites to list, and the page.
#[derive(Clone, Debug)]
pub struct InviteFilter {
    /// The states, in the order of the list.
    pub states: Vec<State>,
    /// The order within a state.
    pub order: Order,
    /// The maximum number of invites on the page.
    pub limit: usize,
    /// The cursor at which the page begins. `None` for the first page.
    pub cursor: Option<String>,
}

impl Engine {
    /// Checks that `rule` lets the caller invite into the group, as creating an invite does. For
    /// APIs that check this before everything else.
    ///
    /// # Errors
    /// `NotFound::Group`, `Denied::NotMember`, `Forbidden::MayNotInvite`, `Fault`.
    pub async fn check_inviter(
        &self,
        caller: &Caller,
        group: &GroupId,
        rule: InviteRule,
    ) -> Outcome<()> {
        let (group, member) = self.membership(caller, group).await?;
        Ok(may_invite(rule, &group, &member)?)
    }

    /// Returns a page of the group's invites, if `rule` lets the caller invite.
    ///
    /// # Errors
    /// `NotFound::Group`, `Denied::NotMember`, `Forbidden::MayNotInvite`, `InvalidCursor`, `Fault`.
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

    /// Returns a page of the invites to any identity that the caller proves: user id, address,
    /// number or account.
    ///
    /// # Errors
    /// `InvalidCursor`, `Fault`.
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

    /// Returns the group's invites in all states, if `rule` lets the caller invite. At most 10,000,
    /// the pending ones first.
    ///
    /// # Errors
    /// The variants of [`Engine::check_inviter`].
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

    /// Returns the group's pending invites, at most 10,000, if `rule` lets the caller invite.
    ///
    /// # Errors
    /// The variants of [`Engine::check_inviter`].
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

    /// Returns the pending invites, at most 10,000, to any identity that the caller proves.
    ///
    /// # Errors
    /// `Fault`.
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
        self.up_to(MAX_LISTED, list, now).await
    }

    /// Returns the first `limit` invites of the list.
    pub(in crate::engine) async fn up_to(
        &self,
        limit: usize,
        list: &InviteList,
        now: Timestamp,
    ) -> Outcome<Vec<Invite>> {
        let (mut found, mut seen, mut cursor) = (Vec::new(), HashSet::new(), None::<String>);
        while found.len() < limit {
            let page = self
                .store
                .list_invites(list, PAGE.min(limit - found.len()), cursor.as_deref(), now)
                .await?;
            // An invite whose state changes during the reads may appear twice.
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

    /// Returns the group's invite for this invitee, in any state. Reads consistently. Finds no
    /// link, because every link has a key of its own.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn invite_for(&self, group: &GroupId, invitee: &Invitee) -> Outcome<Option<Invite>> {
        let key = invitee.key();
        for attempt in 0..ATTEMPTS {
            match self.store.invite(group, InviteId::of(group, &key, attempt)).await? {
                Some(found) if found.invitee.key() == key => return Ok(Some(found)),
                // Another invitee has the same 53 bits of hash, so this invite took the next id.
                Some(_) => {}
                None => return Ok(None),
            }
        }
        Ok(None)
    }
}
