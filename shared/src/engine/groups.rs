//! Groups: made by whoever becomes their owner, changed by admins, deleted by owners.

use super::authority::member_of;
use super::{Conflict, Denied, Engine, Forbidden, NotFound, Outcome, Refusal, Scope, Unavailable};
use crate::auth::Caller;
use crate::domain::Invalid;
use crate::domain::clock::Timestamp;
use crate::domain::counters::Version;
use crate::domain::group::{Group, GroupType, Policy, PolicyChange};
use crate::domain::ids::{GroupId, UserId};
use crate::domain::list::Page;
use crate::domain::member::Member;
use crate::domain::privilege::Privileges;
use crate::domain::role::{Rank, Roles};
use crate::domain::text::{Description, Metadata, Name};
use crate::store::{CreateGroupOutcome, UpdateGroupOutcome};

/// How many times a change starts over because the group changed under it.
const ATTEMPTS: u8 = 3;

/// How many memberships one read gives.
const MOST_AT_ONCE: i32 = 100;

/// A group to be made.
#[derive(Clone, Debug)]
pub struct NewGroup {
    /// The id to take.
    pub id: GroupId,
    /// Its name.
    pub name: Name,
    /// What it is for.
    pub description: Option<Description>,
    /// Who may see and join it.
    pub kind: GroupType,
    /// Its rules about inviting.
    pub policy: Policy,
    /// The caller's own data.
    pub metadata: Metadata,
}

/// A change of a group: what is given replaces what was, the rest stays.
#[derive(Clone, Debug, Default)]
pub struct GroupChange {
    /// Another name.
    pub name: Option<Name>,
    /// Another description, or none.
    pub description: Option<Option<Description>>,
    /// Another type.
    pub kind: Option<GroupType>,
    /// Whether anybody may join; a group that is closed by this stays secret where it was.
    pub open: Option<bool>,
    /// A change of the policy.
    pub policy: Option<PolicyChange>,
    /// Other metadata, whole.
    pub metadata: Option<Metadata>,
}

/// A group as one person sees it.
#[derive(Clone, Debug)]
pub struct GroupView {
    /// The group.
    pub group: Group,
    /// Its members, counted.
    pub member_count: u32,
    /// The person's own membership, where there is one.
    pub own: Option<Member>,
}

impl Engine {
    /// Makes the group, with the caller as its owner.
    ///
    /// # Errors
    /// `GroupIdTaken`, also by a group that was deleted, and the table's own.
    pub async fn create_group(
        &self,
        caller: &Caller,
        new: NewGroup,
        now: Timestamp,
    ) -> Outcome<GroupView> {
        let group = new_group(new, Some(&caller.user), now)?;
        let owner = Member {
            group: group.id.clone(),
            user: caller.user.clone(),
            roles: Roles::owner(),
            privileges: Privileges::default(),
            name: caller.name.clone(),
            joined_at: now,
            invite: None,
            came_as: caller.invitee_keys(),
        };
        match self.store.create_group(&group, Some(&owner)).await? {
            CreateGroupOutcome::Created => {
                Ok(GroupView { group, member_count: 1, own: Some(owner) })
            }
            CreateGroupOutcome::Taken => Err(Conflict::GroupIdTaken.into()),
        }
    }

    /// Makes the group without a member, in the name of the app that knows whom it is for: who
    /// comes first is its owner (docs/contracts/rownd.md#the-first-member).
    ///
    /// # Errors
    /// `InsufficientScope` without `groups:write`, and as for [`Engine::create_group`].
    pub async fn create_group_for_others(
        &self,
        caller: &Caller,
        new: NewGroup,
        now: Timestamp,
    ) -> Outcome<GroupView> {
        if !caller.has_scope(Scope::GroupsWrite.as_str()) {
            return Err(Denied::InsufficientScope(Scope::GroupsWrite).into());
        }
        let group = new_group(new, None, now)?;
        match self.store.create_group(&group, None).await? {
            CreateGroupOutcome::Created => Ok(GroupView { group, member_count: 0, own: None }),
            CreateGroupOutcome::Taken => Err(Conflict::GroupIdTaken.into()),
        }
    }

    /// The group, for its members.
    ///
    /// # Errors
    /// `GroupNotFound` and `NotMember` for outsiders, and the table's own.
    pub async fn get_group(&self, caller: &Caller, group: &GroupId) -> Outcome<GroupView> {
        let (group, member) = self.fellowship(caller, group).await?;
        self.view(group, Some(member)).await
    }

    /// A page of the caller's groups.
    ///
    /// # Errors
    /// `InvalidCursor`, and the table's own.
    pub async fn list_groups(
        &self,
        caller: &Caller,
        limit: i32,
        cursor: Option<&str>,
    ) -> Outcome<Page<GroupView>> {
        let page = self.store.list_memberships(&caller.user, limit, cursor).await?;
        Ok(Page { data: self.views(page.data).await?, next_cursor: page.next_cursor })
    }

    /// All of the caller's groups, in the order of their ids.
    ///
    /// # Errors
    /// The table's own.
    pub async fn all_groups(&self, caller: &Caller) -> Outcome<Vec<GroupView>> {
        let (mut views, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let page =
                self.store.list_memberships(&caller.user, MOST_AT_ONCE, cursor.as_deref()).await?;
            views.extend(self.views(page.data).await?);
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(views);
            }
        }
    }

    /// The group, whoever asks: what of it a stranger may see is the API's to say. None where there
    /// is none.
    ///
    /// # Errors
    /// The table's own.
    pub async fn find_group(&self, caller: &Caller, group: &GroupId) -> Outcome<Option<GroupView>> {
        let (group, own) = self.store.group_and_member(group, &caller.user).await?;
        match group {
            Some(group) => self.view(group, own).await.map(Some),
            None => Ok(None),
        }
    }

    /// The groups that live among these, as [`Engine::find_group`] gives them.
    ///
    /// # Errors
    /// The table's own.
    pub async fn find_groups(
        &self,
        caller: &Caller,
        groups: &[GroupId],
    ) -> Outcome<Vec<GroupView>> {
        let found =
            futures::future::join_all(groups.iter().map(|group| self.find_group(caller, group)))
                .await;
        found.into_iter().filter_map(Outcome::transpose).collect()
    }

    /// The groups that live among those of one person's memberships, in their order.
    async fn views(&self, memberships: Vec<Member>) -> Outcome<Vec<GroupView>> {
        let ids: Vec<GroupId> = memberships.iter().map(|member| member.group.clone()).collect();
        let groups = self.store.groups(&ids).await?;
        let own =
            |group: &Group| memberships.iter().find(|member| member.group == group.id).cloned();
        // The system itself is no group of anybody's.
        let groups = groups.into_iter().filter(|group| !group.is_system());
        let views =
            futures::future::join_all(groups.map(|group| self.view(group.clone(), own(&group))))
                .await;
        views.into_iter().collect()
    }

    /// Changes the group, if it is still at `version` where one is given.
    ///
    /// # Errors
    /// `GroupNotFound` and `NotMember` for outsiders, `Forbidden` below admin and, for the policy,
    /// below owner, `PreconditionFailed`, `Invalid` for a member limit where members were never
    /// counted, and the table's own.
    pub async fn update_group(
        &self,
        caller: &Caller,
        id: &GroupId,
        change: &GroupChange,
        version: Option<Version>,
        now: Timestamp,
    ) -> Outcome<GroupView> {
        for _ in 0..ATTEMPTS {
            let (group, member) = self.membership(caller, id).await?;
            may_change(&member, change)?;
            if version.is_some_and(|version| version != group.version) {
                return Err(Conflict::PreconditionFailed.into());
            }
            // Counted before the write: after it, nothing may fail any more.
            let view = self.view(changed(group, change.clone(), now)?, Some(member)).await?;
            match self.store.update_group(&view.group).await? {
                UpdateGroupOutcome::Updated => return Ok(view),
                UpdateGroupOutcome::Changed if version.is_some() => {
                    return Err(Conflict::PreconditionFailed.into());
                }
                UpdateGroupOutcome::Changed => {}
            }
        }
        Err(Unavailable::Contended("the group's record").into())
    }

    /// Deletes the group: its pending invites are revoked, its members removed, its id is never
    /// used again.
    ///
    /// # Errors
    /// `GroupNotFound` and `NotMember` for outsiders, `Forbidden` below owner, and the table's own.
    pub async fn delete_group(&self, caller: &Caller, id: &GroupId, now: Timestamp) -> Outcome<()> {
        // The owner's membership goes last, so that an owner whose call was cut off can call again.
        let member = self.store.member(id, &caller.user).await?.ok_or(NotFound::Group)?;
        if !member.roles.is_owner() {
            return Err(Forbidden::DeletesGroup.into());
        }
        Ok(self.store.delete_group(id, &caller.user, now).await?)
    }

    /// The group and the caller's place in it, where its members may see each other: whoever was
    /// invited to the system itself is nobody's to see.
    pub(super) async fn fellowship(
        &self,
        caller: &Caller,
        group: &GroupId,
    ) -> Outcome<(Group, Member)> {
        let (group, member) = self.membership(caller, group).await?;
        if group.is_system() { Err(NotFound::Group.into()) } else { Ok((group, member)) }
    }

    /// The group and the caller's place in it.
    pub(super) async fn membership(
        &self,
        caller: &Caller,
        group: &GroupId,
    ) -> Outcome<(Group, Member)> {
        let (group, member) = self.store.group_and_member(group, &caller.user).await?;
        Ok(member_of(caller, group, member)?)
    }

    pub(super) async fn view(&self, group: Group, own: Option<Member>) -> Outcome<GroupView> {
        let member_count = match group.seats_taken {
            Some(seats) => seats,
            None => self.store.count_members(&group.id).await?,
        };
        Ok(GroupView { group, member_count, own })
    }
}

/// The group as it will be written, with `owner` as its one member, or with none.
fn new_group(new: NewGroup, owner: Option<&UserId>, now: Timestamp) -> Outcome<Group> {
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
        version: Version::FIRST,
        authority_changed_at: None,
    };
    if group.policy.max_members == Some(0) {
        return Err(no_seats().into());
    }
    if group.is_system() { Err(Conflict::GroupIdTaken.into()) } else { Ok(group) }
}

fn may_change(member: &Member, change: &GroupChange) -> Outcome<()> {
    let rank = member.roles.rank();
    if rank < Rank::Admin {
        Err(Forbidden::ChangesGroup.into())
    } else if change.policy.is_some() && rank < Rank::Owner {
        Err(Forbidden::ChangesPolicy.into())
    } else {
        Ok(())
    }
}

fn no_seats() -> Refusal {
    Refusal::Invalid(
        "/policy/max_members",
        Invalid::new(
            "invalid_max_members",
            "A group has at least one member; null is for any number.",
        ),
    )
}

fn changed(mut group: Group, change: GroupChange, now: Timestamp) -> Outcome<Group> {
    if let Some(policy) = change.policy.map(|policy| policy.apply(group.policy.clone())) {
        // Counting can't begin later without a moment in which somebody joins uncounted.
        if policy.max_members.is_some() && group.seats_taken.is_none() {
            let rule = Invalid::new(
                "members_not_counted",
                "A member limit is given when the group is made; later it can be changed or lifted.",
            );
            return Err(Refusal::Invalid("/policy/max_members", rule).into());
        }
        if policy.max_members == Some(0) {
            return Err(no_seats().into());
        }
        group.policy = policy;
    }
    group.name = change.name.unwrap_or(group.name);
    group.description = change.description.unwrap_or(group.description);
    group.kind = change.kind.unwrap_or(group.kind);
    group.kind = match (change.open, group.kind) {
        (Some(true), _) => GroupType::Open,
        (Some(false), GroupType::Open) => GroupType::Private,
        (_, kind) => kind,
    };
    group.metadata = change.metadata.unwrap_or(group.metadata);
    group.updated_at = now;
    group.version = group.version.next();
    Ok(group)
}
