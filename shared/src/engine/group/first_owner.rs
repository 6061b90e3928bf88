//! Creating a group for the caller, or for its first member.

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::engine::{Engine, GroupView, NewGroup, Outcome};

/// The first owner of a new group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstOwner {
    /// The caller.
    Caller,
    /// The first member. The caller is an app that creates the group for others.
    FirstMember,
}

impl Engine {
    /// Creates the group.
    ///
    /// # Errors
    /// The variants of [`Engine::create_group`] or [`Engine::create_group_for_others`].
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
