//! Invitations across groups: what somebody made, and what belongs to the groups whose invites they
//! may see (docs/contracts/chembiohub.md#lists).

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt, stream};

use super::list::MOST;
use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::group::Group;
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::invite::Invite;
use crate::domain::member::Member;
use crate::domain::rule::InviteRule;
use crate::engine::{Engine, NotFound, Outcome};
use crate::store::InviteList;

/// How many groups are read at once.
const AT_ONCE: usize = 8;
/// How many memberships one read gives.
const PAGE: i32 = 100;

impl Engine {
    /// The invites of all states that the caller made, or that belong to a group in which `rule`
    /// lets the caller invite, in the order in which they were made. Of one group at most 10,000
    /// are looked at; what the caller made in a group and left is not found.
    ///
    /// # Errors
    /// The table's own.
    pub async fn all_invitations(
        &self,
        caller: &Caller,
        rule: InviteRule,
        now: Timestamp,
    ) -> Outcome<Vec<Invite>> {
        let memberships = self.memberships(caller).await?;
        let reads =
            self.places(&memberships).await?.into_iter().map(|(group, member)| async move {
                let mut invites =
                    self.every_page(&InviteList::all_of_group(&group.id), now).await?;
                invites.retain(|invite| may_see(caller, rule, &group, member.as_ref(), invite));
                Outcome::Ok(invites)
            });
        let found: Vec<Vec<Invite>> =
            stream::iter(reads).buffer_unordered(AT_ONCE).try_collect().await?;
        let mut invites: Vec<Invite> = found.into_iter().flatten().collect();
        invites.sort_unstable_by_key(|invite| (invite.created_at, invite.id));
        invites.truncate(MOST);
        Ok(invites)
    }

    /// The invite of this id in whichever group, if the caller may see it as
    /// [`Engine::all_invitations`] says.
    ///
    /// # Errors
    /// `InviteNotFound`, and the table's own.
    pub async fn find_invitation(
        &self,
        caller: &Caller,
        id: InviteId,
        rule: InviteRule,
    ) -> Outcome<Invite> {
        let memberships = self.memberships(caller).await?;
        let groups = memberships.into_keys().chain([GroupId::system()]).collect::<Vec<_>>();
        for found in self.store.invites_of_id(&groups, id).await? {
            // The list of memberships may lag: whether the caller may see it is asked of the group
            // itself.
            let (group, member) = self.store.group_and_member(&found.group, &caller.user).await?;
            if group.is_some_and(|group| may_see(caller, rule, &group, member.as_ref(), &found)) {
                return Ok(found);
            }
        }
        Err(NotFound::Invite.into())
    }

    /// The caller's memberships, by group. The list may lag by moments.
    async fn memberships(&self, caller: &Caller) -> Outcome<BTreeMap<GroupId, Member>> {
        let (mut found, mut cursor) = (BTreeMap::new(), None::<String>);
        loop {
            let page = self.store.list_memberships(&caller.user, PAGE, cursor.as_deref()).await?;
            found.extend(
                page.data
                    .into_iter()
                    .filter(|member| member.group != GroupId::system())
                    .map(|member| (member.group.clone(), member)),
            );
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(found);
            }
        }
    }

    /// The groups of these memberships that live, and the system itself, of which nobody's
    /// membership counts.
    async fn places(
        &self,
        memberships: &BTreeMap<GroupId, Member>,
    ) -> Outcome<Vec<(Group, Option<Member>)>> {
        let ids: Vec<GroupId> = memberships.keys().cloned().chain([GroupId::system()]).collect();
        let mut places = Vec::new();
        for ids in ids.chunks(100) {
            places.extend(self.store.groups(ids).await?.into_iter().map(|group| {
                let member = memberships.get(&group.id).cloned();
                (group, member)
            }));
        }
        Ok(places)
    }
}

fn may_see(
    caller: &Caller,
    rule: InviteRule,
    group: &Group,
    member: Option<&Member>,
    invite: &Invite,
) -> bool {
    let by_place = !group.is_system() && member.is_some_and(|member| rule.allows(group, member));
    invite.created_by.id == caller.user || by_place
}
