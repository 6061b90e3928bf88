//! A group's members, in the order of their user ids, and a caller's own groups.

use std::collections::BTreeMap;

use crate::auth::Caller;
use crate::domain::group::Group;
use crate::domain::ids::{GroupId, UserId};
use crate::domain::member::Member;
use crate::engine::{Denied, Engine, GroupView, NotFound, Outcome};

/// How many memberships one read gives.
const MOST_AT_ONCE: i32 = 100;

/// Some of a group's members.
#[derive(Debug)]
pub struct Roster {
    /// The caller's own membership.
    pub own: Member,
    /// The members asked for.
    pub members: Vec<Member>,
    /// How many members there are in all.
    pub total: u32,
}

/// A group, and the caller's own place in it.
#[derive(Clone, Debug)]
pub struct OwnGroup {
    /// The group.
    pub group: Group,
    /// The caller's membership.
    pub member: Member,
}

impl OwnGroup {
    /// The same of a group as its member sees it.
    ///
    /// # Errors
    /// `NotMember` where the view is a stranger's.
    pub fn of(view: GroupView) -> Outcome<Self> {
        let GroupView { group, own, member_count: _ } = view;
        match own {
            Some(member) => Ok(Self { group, member }),
            None => Err(Denied::NotMember(group.kind).into()),
        }
    }
}

impl Engine {
    /// At most `limit` members of the group, those after the user `after`, for its members.
    ///
    /// # Errors
    /// `GroupNotFound` and `NotMember` for outsiders, and the table's own.
    pub async fn members_after(
        &self,
        caller: &Caller,
        group: &GroupId,
        after: Option<&UserId>,
        limit: usize,
    ) -> Outcome<Roster> {
        let (_, own) = self.visible_membership(caller, group).await?;
        let (members, total) = futures::join!(
            self.store.members_after(group, after, limit),
            self.store.count_members(group)
        );
        Ok(Roster { own, members: members?, total: total? })
    }

    /// One member of the group, for its members.
    ///
    /// # Errors
    /// `GroupNotFound` and `NotMember` for outsiders, `MemberNotFound`, and the table's own.
    pub async fn get_member(
        &self,
        caller: &Caller,
        group: &GroupId,
        user: &UserId,
    ) -> Outcome<Member> {
        self.visible_membership(caller, group).await?;
        self.store.member(group, user).await?.ok_or(NotFound::Member.into())
    }

    /// The group, and the caller's place in it.
    ///
    /// # Errors
    /// `GroupNotFound` and `NotMember` for outsiders, and the table's own.
    pub async fn own_group(&self, caller: &Caller, group: &GroupId) -> Outcome<OwnGroup> {
        let (group, member) = self.membership(caller, group).await?;
        Ok(OwnGroup { group, member })
    }

    /// All of the caller's groups, in the order of their ids, without counting their members.
    ///
    /// # Errors
    /// The table's own.
    pub async fn own_groups(&self, caller: &Caller) -> Outcome<Vec<OwnGroup>> {
        let (mut own, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let page =
                self.store.list_memberships(&caller.user, MOST_AT_ONCE, cursor.as_deref()).await?;
            let ids: Vec<GroupId> = page.data.iter().map(|member| member.group.clone()).collect();
            let mut groups: BTreeMap<GroupId, Group> = self
                .store
                .groups(&ids)
                .await?
                .into_iter()
                .map(|group| (group.id.clone(), group))
                .collect();
            // The system itself is no group of anybody's.
            groups.retain(|_, group| !group.is_system());
            let members = page.data.into_iter();
            own.extend(members.filter_map(|member| {
                groups.remove(&member.group).map(|group| OwnGroup { group, member })
            }));
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(own);
            }
        }
    }
}
