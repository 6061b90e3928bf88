//! Lists: a group's invites for who may handle them, and everybody's own inbox.

use super::authority::{may_invite, member_of};
use super::{Engine, Outcome};
use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::ids::GroupId;
use crate::domain::invite::{Invite, State};
use crate::store::{InviteList, Order, Page};

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
    /// A page of the group's invites.
    ///
    /// # Errors
    /// `GroupNotFound` for outsiders, `Forbidden` for members who may not invite, `InvalidCursor`, and the table's own.
    pub async fn list_group_invites(
        &self,
        caller: &Caller,
        group: &GroupId,
        filter: &InviteFilter,
        now: Timestamp,
    ) -> Outcome<Page<Invite>> {
        let (found, member) = self.store.group_and_member(group, &caller.user).await?;
        let (found, member) = member_of(found, member)?;
        may_invite(&found, &member)?;
        let list = InviteList::of_group(group, filter.states.clone(), filter.order);
        Ok(self.store.list_invites(&list, filter.limit, filter.cursor.as_deref(), now).await??)
    }

    /// A page of the invites addressed to anything that the caller proves: user id, address, number, accounts.
    ///
    /// # Errors
    /// `InvalidCursor`, and the table's own.
    pub async fn list_my_invites(&self, caller: &Caller, filter: &InviteFilter, now: Timestamp) -> Outcome<Page<Invite>> {
        let list = InviteList::of_invitee(&caller.invitee_keys(), filter.states.clone(), filter.order);
        Ok(self.store.list_invites(&list, filter.limit, filter.cursor.as_deref(), now).await??)
    }
}
