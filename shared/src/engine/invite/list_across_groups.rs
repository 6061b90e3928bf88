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
use crate::engine::{Engine, NotFound, Outcome};
use crate::store::InviteList;

/// Maximum number of groups that are read at the same time.
const AT_ONCE: usize = 8;
/// Maximum number of memberships in one read.
const PAGE: i32 = 100;

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
        let reads =
            self.with_groups(&memberships).await?.into_iter().map(|(group, member)| async move {
                let list = InviteList::of_group(&group.id, InviteFilter::default());
                let mut invites = self.store.all_invites(&list, MAX_LISTED, now).await?;
                let sees = |invite: &Invite| may_see(caller, rule, &group, member.as_ref(), invite);
                invites.data.retain(sees);
                Outcome::Ok(invites)
            });
        let found: Vec<WholeList<Invite>> =
            stream::iter(reads).buffer_unordered(AT_ONCE).try_collect().await?;
        let complete = found.iter().all(|group| group.complete);
        let mut invites: Vec<Invite> = found.into_iter().flat_map(|group| group.data).collect();
        invites.sort_unstable_by_key(|invite| (invite.created_at, invite.id));
        let all = WholeList::up_to(MAX_LISTED, invites);
        Ok(WholeList { complete: complete && all.complete, ..all })
    }

    /// Returns the invite with this id, in any group, if [`Engine::all_invitations`] would list it.
    ///
    /// # Errors
    /// `NotFound::Invite`, `Fault`.
    pub async fn find_invitation(
        &self,
        caller: &Caller,
        id: InviteId,
        rule: InviteRule,
    ) -> Outcome<Invite> {
        self.find_invitations(caller, &[id], rule).await?.pop().ok_or(NotFound::Invite.into())
    }

    /// Returns those of the invites with these ids that [`Engine::all_invitations`] would list, in
    /// the order of the ids.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn find_invitations(
        &self,
        caller: &Caller,
        ids: &[InviteId],
        rule: InviteRule,
    ) -> Outcome<Vec<Invite>> {
        let memberships = self.memberships(caller).await?;
        let groups = memberships.into_keys().chain([GroupId::application()]).collect::<Vec<_>>();
        let reads = ids.iter().copied();
        let reads = reads.map(|id| self.visible_invitation(caller, &groups, id, rule));
        let found: Vec<Option<Invite>> =
            stream::iter(reads).buffered(AT_ONCE).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Returns the invite with this id in one of the groups, if the caller may see it.
    async fn visible_invitation(
        &self,
        caller: &Caller,
        groups: &[GroupId],
        id: InviteId,
        rule: InviteRule,
    ) -> Outcome<Option<Invite>> {
        for found in self.store.invites_of_id(groups, id).await? {
            // The list of memberships may lag, so the group itself decides.
            let (group, member) = self.store.group_and_member(&found.group, &caller.user).await?;
            if group.is_some_and(|group| may_see(caller, rule, &group, member.as_ref(), &found)) {
                return Ok(Some(found));
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

    /// Returns the groups of these memberships that still exist, and the application without a
    /// membership.
    async fn with_groups(
        &self,
        memberships: &BTreeMap<GroupId, Member>,
    ) -> Outcome<Vec<(Group, Option<Member>)>> {
        let ids: Vec<GroupId> =
            memberships.keys().cloned().chain([GroupId::application()]).collect();
        let mut found = Vec::new();
        for ids in ids.chunks(100) {
            found.extend(self.store.groups(ids).await?.into_iter().map(|group| {
                let member = memberships.get(&group.id).cloned();
                (group, member)
            }));
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
