//! Inviting a user of the directory by id, by owners only
//! (docs/contracts/evanta.md#order-of-checks).

use std::slice;

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::rule::InviteRule;
use crate::domain::user::User;
use crate::engine::authority::{may_invite, not_frozen};
use crate::engine::{
    Engine, InviteeRequest, NewInvite, NotFound, Outcome, Refusal, SeenGroup, Stop,
};

/// An invited user.
#[derive(Debug)]
pub struct InvitedUser {
    /// The invite.
    pub invite: InviteId,
    /// The directory's record of the user.
    pub user: User,
    /// The group as the inviter sees it.
    pub group: SeenGroup,
}

impl Engine {
    /// Invites a user into a group of the caller's. `user` is `None` for an id that no user can
    /// have.
    ///
    /// Authority is checked before the directory, so that a non-member does not learn which user
    /// ids exist.
    ///
    /// # Errors
    /// The variants of [`Engine::create_invite`]. `NotFound::User` also if `user` is `None`.
    pub async fn invite_user(
        &self,
        caller: &Caller,
        group: GroupId,
        user: Option<UserId>,
        entropy: [u8; 16],
        now: Timestamp,
    ) -> Outcome<InvitedUser> {
        let Some(user) = user else {
            let (group, inviter) = self.membership(caller, &group).await?;
            may_invite(InviteRule::Owners, &group, &inviter)?;
            not_frozen(&group)?;
            return Err(NotFound::User.into());
        };
        let invitee = InviteeRequest::User(user.clone());
        let new = NewInvite::of(group, invitee, InviteRule::Owners);
        // Read before the write, because nothing may fail after it. A missing group is refused
        // later, in the order of checks of `create_invite`.
        let seen = async {
            let seen = self.see_group(caller, &new.group, slice::from_ref(&user), now);
            match Box::pin(seen).await {
                Ok(seen) => Ok(Some(seen)),
                Err(Stop::Refused(Refusal::NotFound(NotFound::Group))) => Ok(None),
                Err(stop) => Err(stop),
            }
        };
        let (created, seen) = self.create_invite_beside(caller, &new, entropy, now, seen).await?;
        let group = match seen {
            Some(seen) if seen.people.contains_key(&user) => seen,
            // The group or the user was created between the read and the write.
            _ => self.see_group(caller, &created.invite.group, slice::from_ref(&user), now).await?,
        };
        let user = group.people.get(&user).cloned().ok_or(NotFound::User)?;
        Ok(InvitedUser { invite: created.invite.id, user, group })
    }
}
