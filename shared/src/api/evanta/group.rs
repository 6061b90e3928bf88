//! A group as a caller of this API sees it, read before anything is changed: after a write nothing
//! may fail any more.

use std::collections::BTreeMap;

use super::{Failure, GroupBody};
use crate::auth::Caller;
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::member::Member;
use crate::domain::user::User;
use crate::engine::GroupView;
use crate::service::Service;

/// A group, the caller's place in it, and the people who are shown with it.
pub struct SeenGroup {
    /// The group.
    pub view: GroupView,
    /// The caller's own live invite into it.
    pub invite: Option<InviteId>,
    /// Those of the people asked for, and of its owner, whom the directory knows.
    pub people: BTreeMap<UserId, User>,
}

/// The group, with these people of the directory, in one round trip where its owner is among them
/// or the caller.
///
/// # Errors
/// `NotFound` where there is no such group, and the table's own.
pub async fn see(
    service: &Service,
    caller: &Caller,
    group: &GroupId,
    people: &[UserId],
) -> Result<SeenGroup, Failure> {
    let engine = &service.engine;
    let wanted: Vec<UserId> = people.iter().chain([&caller.user]).cloned().collect();
    let (view, invites, people) = futures::join!(
        engine.find_group(caller, group),
        engine.own_invites_into(caller, group, service.clock.now()),
        engine.users(&wanted)
    );
    let (view, mut people) = (view?.ok_or(Failure::NotFound)?, people?);
    if let Some(owner) = view
        .group
        .owner
        .as_ref()
        .filter(|owner| !people.contains_key(*owner) && !wanted.contains(owner))
    {
        people.extend(engine.users(std::slice::from_ref(owner)).await?);
    }
    Ok(SeenGroup { view, invite: invites?.first().map(|invite| invite.id), people })
}

impl SeenGroup {
    /// The group as it is for the caller, who has just become this member of it.
    #[must_use]
    pub fn joined_as(mut self, member: Member) -> Self {
        self.view.member_count += 1;
        self.view.group.owner_count += u32::from(member.roles.is_owner());
        self.view.own = Some(member);
        Self { invite: None, ..self }
    }

    /// The group as it is shown.
    pub fn body(&self) -> GroupBody<'_> {
        GroupBody::new(&self.view, self.invite, &self.people)
    }
}
