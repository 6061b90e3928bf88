//! Creating groups.

use crate::auth::Caller;
use crate::domain::author::Author;
use crate::domain::clock::Timestamp;
use crate::domain::counters::Version;
use crate::domain::group::{Group, GroupType, Policy};
use crate::domain::ids::{GroupId, UserId};
use crate::domain::member::Member;
use crate::domain::privilege::Privileges;
use crate::domain::role::Roles;
use crate::domain::text::{Description, Metadata, Name};
use crate::engine::authority::check_seats;
use crate::engine::group::read::GroupView;
use crate::engine::{Conflict, Denied, Engine, Outcome, Scope};
use crate::store::CreateGroupOutcome;

/// A group to create.
#[derive(Clone, Debug)]
pub struct NewGroup {
    /// The id of the group.
    pub id: GroupId,
    /// The name.
    pub name: Name,
    /// The purpose.
    pub description: Option<Description>,
    /// The type.
    pub kind: GroupType,
    /// The rules about inviting and joining.
    pub policy: Policy,
    /// The caller's own data.
    pub metadata: Metadata,
}

impl Engine {
    /// Creates the group, with the caller as its owner.
    ///
    /// # Errors
    /// `Conflict::GroupIdTaken` (also for the id of a deleted group), `Invalid` for a policy
    /// without seats, `Fault`.
    pub async fn create_group(
        &self,
        caller: &Caller,
        new: NewGroup,
        now: Timestamp,
    ) -> Outcome<GroupView> {
        let author = Author::User(caller.user.clone());
        let group = new_group(new, (Some(&caller.user), author), now)?;
        let owner = Member {
            group: group.id.clone(),
            user: caller.user.clone(),
            roles: Roles::owner(),
            privileges: Privileges::default(),
            name: caller.name.clone(),
            joined_at: now,
            invite: None,
            came_as: caller.invitee_keys(),
            expires_at: None,
            added_by: None,
            version: Version::FIRST,
        };
        match self.store.create_group(&group, Some(&owner)).await? {
            CreateGroupOutcome::Created => {
                Ok(GroupView { group, member_count: 1, own: Some(owner) })
            }
            CreateGroupOutcome::Taken => Err(Conflict::GroupIdTaken.into()),
        }
    }

    /// Creates the group without a member, for an app that creates it for others. The first member
    /// becomes its owner (docs/contracts/rownd.md#the-first-member).
    ///
    /// # Errors
    /// `Denied::InsufficientScope` without `groups:write`, and the variants of
    /// [`Engine::create_group`].
    pub async fn create_group_for_others(
        &self,
        caller: &Caller,
        new: NewGroup,
        now: Timestamp,
    ) -> Outcome<GroupView> {
        if !caller.has_scope(Scope::GroupsWrite.as_str()) {
            return Err(Denied::InsufficientScope(Scope::GroupsWrite).into());
        }
        let group = new_group(new, (None, Author::App(caller.user.clone())), now)?;
        match self.store.create_group(&group, None).await? {
            CreateGroupOutcome::Created => Ok(GroupView { group, member_count: 0, own: None }),
            CreateGroupOutcome::Taken => Err(Conflict::GroupIdTaken.into()),
        }
    }
}

/// Returns the group to write, with `owner` as its only member, or without members.
fn new_group(
    new: NewGroup,
    (owner, author): (Option<&UserId>, Author),
    now: Timestamp,
) -> Outcome<Group> {
    let members = u32::from(owner.is_some());
    let group = Group {
        seats_taken: new.policy.max_members.map(|_| members),
        id: new.id,
        name: new.name,
        description: new.description,
        kind: new.kind,
        owner: owner.cloned(),
        owner_count: members,
        policy: new.policy,
        metadata: new.metadata,
        created_at: now,
        updated_at: now,
        changed_by: Some(author),
        version: Version::FIRST,
        authority_changed_at: None,
    };
    check_seats(&group.policy)?;
    if group.is_application() { Err(Conflict::GroupIdTaken.into()) } else { Ok(group) }
}
