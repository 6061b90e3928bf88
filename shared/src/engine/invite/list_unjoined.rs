//! A group's pending invites whose invitees have not joined.
//!
//! A person can join without using their invite, which then stays pending until it expires.

use std::collections::BTreeMap;

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{GroupId, UserId};
use crate::domain::invite::Invite;
use crate::domain::invitee::Invitee;
use crate::domain::list::WholeList;
use crate::domain::rule::InviteRule;
use crate::domain::user::User;
use crate::engine::{Engine, Outcome};

/// A group's pending invites whose invitees have not joined.
#[derive(Debug)]
pub struct UnjoinedInvites {
    /// The invites.
    pub invites: Vec<Invite>,
    /// The directory's records of the users who are invited by id.
    pub people: BTreeMap<UserId, User>,
    /// Whether these are all. `false` if there are too many.
    pub complete: bool,
}

impl Engine {
    /// Returns the group's pending invites, if `rule` lets the caller invite. Omits those of users
    /// who are already members.
    ///
    /// # Errors
    /// The variants of [`Engine::check_inviter`].
    pub async fn unjoined_invites(
        &self,
        caller: &Caller,
        group: &GroupId,
        rule: InviteRule,
        now: Timestamp,
    ) -> Outcome<UnjoinedInvites> {
        let WholeList { data: mut invites, complete } =
            self.pending_group_invites(caller, group, rule, now).await?;
        let users: Vec<UserId> = invites.iter().filter_map(invited_user).cloned().collect();
        let (people, members) =
            futures::join!(self.users(&users), self.members_among(group, &users));
        let (people, members) = (people?, members?);
        invites.retain(|invite| invited_user(invite).is_none_or(|user| !members.contains(user)));
        Ok(UnjoinedInvites { invites, people, complete })
    }
}

fn invited_user(invite: &Invite) -> Option<&UserId> {
    if let Invitee::User(user) = &invite.invitee { Some(user) } else { None }
}
