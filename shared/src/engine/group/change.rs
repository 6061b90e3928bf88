//! Changing a group.

use crate::auth::Caller;
use crate::domain::Invalid;
use crate::domain::clock::Timestamp;
use crate::domain::counters::Version;
use crate::domain::group::{Group, GroupType, PolicyChange};
use crate::domain::ids::GroupId;
use crate::domain::member::Member;
use crate::domain::role::Rank;
use crate::domain::text::{Description, Metadata, Name};
use crate::engine::attempt::Attempt;
use crate::engine::authority::{Actor, check_seats};
use crate::engine::group::read::GroupView;
use crate::engine::{Conflict, Engine, Forbidden, Outcome, Refusal, Unavailable};
use crate::store::UpdateGroupOutcome;

/// Maximum number of attempts when a record changes between the read and the write.
const ATTEMPTS: u8 = 3;

/// A change of a group. `None` keeps the field as it is.
#[derive(Clone, Debug, Default)]
pub struct GroupChange {
    /// The new name.
    pub name: Option<Name>,
    /// The new description; `Some(None)` removes it.
    pub description: Option<Option<Description>>,
    /// The new type.
    pub kind: Option<GroupType>,
    /// Whether any user may join. `Some(false)` makes an open group private, and keeps a secret
    /// group secret.
    pub open: Option<bool>,
    /// The change of the policy.
    pub policy: Option<PolicyChange>,
    /// The new metadata, which replaces the old.
    pub metadata: Option<Metadata>,
}

impl Engine {
    /// Changes the group. With a `version`, the group must still be at that version.
    ///
    /// # Errors
    /// `NotFound::Group`, `Denied::NotMember`, `Forbidden::ChangesGroup`,
    /// `Forbidden::ChangesPolicy`, `Conflict::PreconditionFailed`, `Invalid`, `Fault`.
    pub async fn update_group(
        &self,
        caller: &Caller,
        id: &GroupId,
        change: &GroupChange,
        version: Option<Version>,
        now: Timestamp,
    ) -> Outcome<GroupView> {
        for _ in 0..ATTEMPTS {
            let (group, actor) = self.to_change(caller, id, change, version, now).await?;
            // Count before the write, because nothing may fail after it.
            let view = self.view(group, Some(actor.member.clone())).await?;
            if let Attempt::Done(()) = self.write_change(&view.group, &actor, version).await? {
                return Ok(view);
            }
        }
        Err(Unavailable::Conflicts("the group's record").into())
    }

    /// Changes the group as [`Engine::update_group`] does. Returns it with the caller's membership, and
    /// without the number of its members.
    ///
    /// # Errors
    /// The variants of [`Engine::update_group`], except `Conflict::PreconditionFailed`.
    pub async fn update_group_uncounted(
        &self,
        caller: &Caller,
        id: &GroupId,
        change: &GroupChange,
        now: Timestamp,
    ) -> Outcome<(Group, Member)> {
        for _ in 0..ATTEMPTS {
            let (group, actor) = self.to_change(caller, id, change, None, now).await?;
            if let Attempt::Done(()) = self.write_change(&group, &actor, None).await? {
                return Ok((group, actor.member));
            }
        }
        Err(Unavailable::Conflicts("the group's record").into())
    }

    /// Returns the group to write, and the caller, who may make the change.
    async fn to_change(
        &self,
        caller: &Caller,
        id: &GroupId,
        change: &GroupChange,
        version: Option<Version>,
        now: Timestamp,
    ) -> Outcome<(Group, Actor)> {
        let (group, actor) = self.actor(caller, id).await?;
        may_change(&actor.member, change)?;
        if version.is_some_and(|version| version != group.version) {
            return Err(Conflict::PreconditionFailed.into());
        }
        let changed_by = Some(actor.author());
        let group = Group { changed_by, ..changed(group, change.clone(), now)? };
        Ok((group, actor))
    }

    async fn write_change(
        &self,
        group: &Group,
        actor: &Actor,
        version: Option<Version>,
    ) -> Outcome<Attempt<()>> {
        match self.store.update_group(group, actor.right()).await? {
            UpdateGroupOutcome::Updated => Ok(Attempt::Done(())),
            UpdateGroupOutcome::Changed if version.is_some() => {
                Err(Conflict::PreconditionFailed.into())
            }
            UpdateGroupOutcome::Changed | UpdateGroupOutcome::ActorChanged => Ok(Attempt::Retry),
        }
    }
}

/// Checks that the member may make this change.
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

/// Returns the group to write.
fn changed(mut group: Group, change: GroupChange, now: Timestamp) -> Outcome<Group> {
    if let Some(policy) = change.policy.map(|policy| policy.apply(group.policy.clone())) {
        // The count cannot start later, because a person could join uncounted at that moment.
        if policy.max_members.is_some() && group.seats_taken.is_none() {
            let rule = Invalid::new(
                "members_not_counted",
                "A member limit can be set only when the group is made. Later it can be changed or removed.",
            );
            return Err(Refusal::Invalid("/policy/max_members", rule).into());
        }
        check_seats(&policy)?;
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
    // A request that began before the last write must not turn the time back.
    group.updated_at = now.max(group.updated_at);
    group.version = group.version.next();
    Ok(group)
}
