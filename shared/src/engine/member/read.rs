//! Reading the caller's own groups.

use std::collections::BTreeMap;

use crate::auth::Caller;
use crate::domain::group::Group;
use crate::domain::ids::GroupId;
use crate::domain::list::WholeList;
use crate::domain::member::Member;
use crate::engine::{Denied, Engine, GroupView, Outcome};

/// Maximum number of memberships in one read.
const PAGE: i32 = 100;
/// Maximum number of groups in a list without pages.
const MAX_LISTED: usize = 10_000;

/// A group and the caller's membership.
#[derive(Clone, Debug)]
pub struct OwnGroup {
    /// The group.
    pub group: Group,
    /// The caller's membership.
    pub member: Member,
}

impl OwnGroup {
    /// Converts the view of a member.
    ///
    /// # Errors
    /// `Denied::NotMember` if the view has no membership.
    pub fn of(view: GroupView) -> Outcome<Self> {
        let GroupView { group, own, member_count: _ } = view;
        match own {
            Some(member) => Ok(Self { group, member }),
            None => Err(Denied::NotMember(group.kind).into()),
        }
    }
}

impl Engine {
    /// Returns the group and the caller's membership.
    ///
    /// # Errors
    /// `NotFound::Group`, `Denied::NotMember`, `Fault`.
    pub async fn own_group(&self, caller: &Caller, group: &GroupId) -> Outcome<OwnGroup> {
        let (group, member) = self.membership(caller, group).await?;
        Ok(OwnGroup { group, member })
    }

    /// Returns the caller's groups in the order of their ids, without member counts. At most
    /// 10,000, because other people decide how many there are.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn own_groups(&self, caller: &Caller) -> Outcome<WholeList<OwnGroup>> {
        let (mut own, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let page = self.store.list_memberships(&caller.user, PAGE, cursor.as_deref()).await?;
            let ids: Vec<GroupId> = page.data.iter().map(|member| member.group.clone()).collect();
            let mut groups: BTreeMap<GroupId, Group> = self
                .store
                .groups(&ids)
                .await?
                .into_iter()
                .map(|group| (group.id.clone(), group))
                .collect();
            // The application is not listed as a group.
            groups.retain(|_, group| !group.is_application());
            let members = page.data.into_iter();
            own.extend(members.filter_map(|member| {
                groups.remove(&member.group).map(|group| OwnGroup { group, member })
            }));
            cursor = page.next_cursor;
            if cursor.is_none() || own.len() > MAX_LISTED {
                return Ok(WholeList::up_to(MAX_LISTED, own));
            }
        }
    }
}
