//! Reading groups.

use futures::{StreamExt, TryStreamExt, stream};

use crate::auth::Caller;
use crate::domain::group::Group;
use crate::domain::ids::GroupId;
use crate::domain::list::Page;
use crate::domain::member::Member;
use crate::engine::authority::{Actor, actor_of};
use crate::engine::{Engine, Outcome};

/// Maximum number of groups whose members are counted at the same time.
const AT_ONCE: usize = 16;

/// A group as one user sees it.
#[derive(Clone, Debug)]
pub struct GroupView {
    /// The group.
    pub group: Group,
    /// The number of its members.
    pub member_count: u32,
    /// The user's own membership, if there is one.
    pub own: Option<Member>,
}

impl Engine {
    /// Returns the group, for a caller who is a member.
    ///
    /// # Errors
    /// `NotFound::Group`, `Denied::NotMember`, `Fault`.
    pub async fn get_group(&self, caller: &Caller, group: &GroupId) -> Outcome<GroupView> {
        let (group, member) = self.membership(caller, group).await?;
        self.view(group, Some(member)).await
    }

    /// Returns a page of the caller's groups.
    ///
    /// # Errors
    /// `InvalidCursor`, `Fault`.
    pub async fn list_groups(
        &self,
        caller: &Caller,
        limit: i32,
        cursor: Option<&str>,
    ) -> Outcome<Page<GroupView>> {
        let page = self.store.list_memberships(&caller.user, limit, cursor).await?;
        Ok(Page { data: self.views(page.data).await?, next_cursor: page.next_cursor })
    }

    /// Returns the group, for any caller. The API decides which parts a non-member may see. `None`
    /// if the group does not exist.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn find_group(&self, caller: &Caller, group: &GroupId) -> Outcome<Option<GroupView>> {
        let (group, own) = self.store.group_and_member(group, &caller.user).await?;
        match group {
            Some(group) => self.view(group, own).await.map(Some),
            None => Ok(None),
        }
    }

    /// Returns the groups of one user's memberships, in their order. Omits deleted groups.
    async fn views(&self, memberships: Vec<Member>) -> Outcome<Vec<GroupView>> {
        let ids: Vec<GroupId> = memberships.iter().map(|member| member.group.clone()).collect();
        let groups = self.store.groups(&ids).await?;
        let own =
            |group: &Group| memberships.iter().find(|member| member.group == group.id).cloned();
        // The application is not listed as a group.
        let groups = groups.into_iter().filter(|group| !group.is_application());
        let views: Vec<_> = groups.map(|group| self.view(group.clone(), own(&group))).collect();
        stream::iter(views).buffered(AT_ONCE).try_collect().await
    }

    /// Returns the group and the caller's membership.
    pub(in crate::engine) async fn membership(
        &self,
        caller: &Caller,
        group: &GroupId,
    ) -> Outcome<(Group, Member)> {
        self.actor(caller, group).await.map(|(group, actor)| (group, actor.member))
    }

    /// Returns the group and the caller in it.
    pub(in crate::engine) async fn actor(
        &self,
        caller: &Caller,
        group: &GroupId,
    ) -> Outcome<(Group, Actor)> {
        let (group, member) = self.store.group_and_member(group, &caller.user).await?;
        Ok(actor_of(caller, group, member)?)
    }

    /// Returns the group as a user with the membership `own` sees it.
    pub(in crate::engine) async fn view(
        &self,
        group: Group,
        own: Option<Member>,
    ) -> Outcome<GroupView> {
        let member_count = match group.seats_taken {
            Some(seats) => seats,
            None => self.store.count_members(&group.id).await?,
        };
        Ok(GroupView { group, member_count, own })
    }
}
