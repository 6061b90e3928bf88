//! Invites across groups: those that the caller made, and those of groups whose invites the caller
//! may see (docs/contracts/chembiohub.md#lists).

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt, stream};

use super::list::MAX_LISTED;
use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::group::Group;
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::invite::Invite;
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
    ) -> Outcome<Vec<Invite>> {
        let memberships = self.memberships(caller).await?;
        let reads =
            self.with_groups(&memberships).await?.into_iter().map(|(group, member)| async move {
                let mut invites =
                    self.every_page(&InviteList::all_of_group(&group.id), now).await?;
                invites.retain(|invite| may_see(caller, rule, &group, member.as_ref(), invite));
                Outcome::Ok(invites)
            });
        let found: Vec<Vec<Invite>> =
            stream::iter(reads).buffer_unordered(AT_ONCE).try_collect().await?;
        let mut invites: Vec<Invite> = found.into_iter().flatten().collect();
        invites.sort_unstable_by_key(|invite| (invite.created_at, invite.id));
        invites.truncate(MAX_LISTED);
        Ok(invites)
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
        let memberships = self.memberships(caller).await?;
        let groups = memberships.into_keys().chain([GroupId::application()]).collect::<Vec<_>>();
        for found in self.store.invites_of_id(&groups, id).await? {
            // The list of memberships may lag, so the group itself decides.
            let (group, member) = self.store.group_and_member(&found.group, &caller.user).await?;
            if group.is_some_and(|group| may_see(caller, rule, &group, member.as_ref(), &found)) {
                return Ok(found);
            }
        }
        Err(NotFound::Invite.into())
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
