//! Making a group for its maker, or for others.

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::engine::{Engine, GroupView, NewGroup, Outcome};

/// The user who owns a new group first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstOwner {
    /// The caller.
    Caller,
    /// The first member, because the caller is an app that makes the group for others.
    FirstMember,
}

impl Engine {
    /// Makes the group.
    ///
    /// # Errors
    /// As for [`Engine::create_group`], or for [`Engine::create_group_for_others`].
    pub async fn create_group_owned_by(
        &self,
        owner: FirstOwner,
        caller: &Caller,
        new: NewGroup,
        now: Timestamp,
    ) -> Outcome<GroupView> {
        match owner {
            FirstOwner::Caller => self.create_group(caller, new, now).await,
            FirstOwner::FirstMember => self.create_group_for_others(caller, new, now).await,
        }
    }
}
