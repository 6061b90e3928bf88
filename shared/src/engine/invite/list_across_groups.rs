//! Invites across groups: those that the caller made, and those of groups whose invites the caller
//! may see (docs/contracts/chembiohub.md#lists).

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt, stream};

use super::list::MAX_LISTED;
use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::group::Group;
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::invite::{Invite, InviteFilter};
use crate::domain::list::WholeList;
use crate::domain::member::Member;
use crate::domain::rule::InviteRule;
use crate::engine::{Engine, NotFound, Outcome, Present};
use crate::store::InviteList;

/// Maximum number of groups that are read at the same time.
const AT_ONCE: usize = 8;
/// Maximum number of memberships in one read.
const PAGE: i32 = 100;
/// Maximum number of groups in one read.
const BATCH: usize = 100;

impl Engine {
    /// Returns the invites that the caller made, and those of groups in which `rule` lets the
    /// caller invite. They are in all states, and in the order of creation.
    ///
    /// Reads at most 10,000 invites of a group. Omits the caller's invites into groups that the
    /// caller has left.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn all_invitations(
        &self,
        caller: &Caller,
        rule: InviteRule,
        now: Timestamp,
    ) -> Outcome<WholeList<Invite>> {
        let memberships = self.memberships(caller).await?;
        let ids: Vec<GroupId> =
            memberships.keys().cloned().chain([GroupId::application()]).collect();
        let reads = ids.iter().cloned().map(|group| async move {
            let list = InviteList::of_group(&group, InviteFilter::default());
            self.store.all_invites(&list, MAX_LISTED, now).await
        });
        let reads = stream::iter(reads).buffered(AT_ONCE).try_collect::<Vec<WholeList<Invite>>>();
        let (groups, found) = futures::join!(self.existing(&ids), reads);
        let (groups, found) = (groups?, found?);
        let (mut invites, mut complete) = (Vec::new(), true);
        for (group, list) in ids.iter().zip(found) {
            // A deleted group's invites were read in vain.
            let Some(group) = groups.get(group) else { continue };
            let member = memberships.get(&group.id);
            let sees = |invite: &Invite| may_see(caller, rule, group, member, invite);
            complete &= list.complete;
            invites.extend(list.data.into_iter().filter(sees));
        }
        invites.sort_unstable_by_key(|invite| (invite.created_at, invite.id));
        let all = WholeList::up_to(MAX_LISTED, invites);
        Ok(WholeList { complete: complete && all.complete, ..all })
    }

    /// Returns the invite with this id, in any group, if [`Engine::all_invitations`] would list it,
    /// with the present records behind it.
    ///
    /// # Errors
    /// `NotFound::Invite`, `Fault`.
    pub async fn find_invitation(
        &self,
        caller: &Caller,
        id: InviteId,
        rule: InviteRule,
    ) -> Outcome<(Invite, Present)> {
        let (mut found, present) = self.find_invitations(caller, &[id], rule).await?;
        Ok((found.pop().ok_or(NotFound::Invite)?, present))
    }

    /// Returns those of the invites with these ids that [`Engine::all_invitations`] would list, in
    /// the order of the ids, with the present records behind them.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn find_invitations(
        &self,
        caller: &Caller,
        ids: &[InviteId],
        rule: InviteRule,
    ) -> Outcome<(Vec<Invite>, Present)> {
        let memberships = self.memberships(caller).await?;
        let groups = memberships.into_keys().chain([GroupId::application()]).collect::<Vec<_>>();
        let reads = ids.iter().copied().map(|id| self.store.invites_of_id(&groups, id));
        let found: Vec<Vec<Invite>> = stream::iter(reads).buffered(AT_ONCE).try_collect().await?;
        let visible: Vec<_> =
            found.iter().map(|found| self.first_visible(caller, found, rule)).collect();
        let visible = stream::iter(visible).buffered(AT_ONCE).try_collect::<Vec<_>>();
        let (visible, present) = futures::join!(visible, self.present(found.iter().flatten()));
        Ok((visible?.into_iter().flatten().collect(), present?))
    }

    /// Returns the first of these invites of different groups that the caller may see.
    async fn first_visible(
        &self,
        caller: &Caller,
        found: &[Invite],
        rule: InviteRule,
    ) -> Outcome<Option<Invite>> {
        for found in found {
            // The list of memberships may lag, so the group itself decides.
            let (group, member) = self.store.group_and_member(&found.group, &caller.user).await?;
            if group.is_some_and(|group| may_see(caller, rule, &group, member.as_ref(), found)) {
                return Ok(Some(found.clone()));
            }
        }
        Ok(None)
    }

    /// Returns the caller's memberships by group, without the application. The index may lag.
    async fn memberships(&self, caller: &Caller) -> Outcome<BTreeMap<GroupId, Member>> {
        let (mut found, mut cursor) = (BTreeMap::new(), None::<String>);
        loop {
            let page = self.store.list_memberships(&caller.user, PAGE, cursor.as_deref()).await?;
            found.extend(
                page.data
                    .into_iter()
                    .filter(|member| member.group != GroupId::application())
                    .map(|member| (member.group.clone(), member)),
            );
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(found);
            }
        }
    }

    /// Returns those of these groups that exist.
    async fn existing(&self, ids: &[GroupId]) -> Outcome<BTreeMap<GroupId, Group>> {
        let mut found = BTreeMap::new();
        for ids in ids.chunks(BATCH) {
            let groups = self.store.groups(ids).await?.into_iter();
            found.extend(groups.map(|group| (group.id.clone(), group)));
        }
        Ok(found)
    }
}

fn may_see(
    caller: &Caller,
    rule: InviteRule,
    group: &Group,
    member: Option<&Member>,
    invite: &Invite,
) -> bool {
    let by_membership =
        !group.is_application() && member.is_some_and(|member| rule.allows(group, member));
    invite.created_by.id == caller.user || by_membership
}
