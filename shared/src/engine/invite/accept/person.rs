//! Merging the pending user of a new person into the caller who accepts.

use crate::auth::Caller;
use crate::domain::counters::Version;
use crate::domain::ids::UserId;
use crate::domain::invite::Invite;
use crate::domain::invitee::Invitee;
use crate::domain::user::{self, Profile, User, UserState};
use crate::engine::{Engine, Outcome};

impl Engine {
    /// Returns the pending user to merge into the caller, and the caller's merged record.
    pub(super) async fn becoming(
        &self,
        caller: &Caller,
        invite: &Invite,
    ) -> Outcome<Option<(User, User)>> {
        let Invitee::Person(person) = &invite.invitee else { return Ok(None) };
        // Under the bearer policy another person may accept. The pending user then still represents
        // its own person.
        if !caller.is(&invite.invitee) {
            return Ok(None);
        }
        let Some(pending_id) = person.pending_user.as_ref().filter(|id| **id != caller.user) else {
            return Ok(None);
        };
        let (pending, own) = self.store.two_users(pending_id, &caller.user).await?;
        let pending = pending.filter(|user| user.state == UserState::Pending);
        Ok(pending.map(|pending| {
            let user = merged(&pending, own, &caller.user);
            (pending, user)
        }))
    }
}

/// Returns the name that the inviter gave, if the caller is the invitee.
pub(super) fn name_given(caller: &Caller, invitee: &Invitee) -> Option<String> {
    match invitee {
        Invitee::Person(person) if caller.is(invitee) => {
            user::full_name(person.first_name.as_ref(), person.last_name.as_ref())
        }
        _ => None,
    }
}

/// Returns the caller's record, with its gaps filled from the pending user.
fn merged(pending: &User, own: Option<User>, caller: &UserId) -> User {
    let own = own.unwrap_or_else(|| User {
        id: caller.clone(),
        state: UserState::Active,
        profile: Profile::default(),
        version: Version::NEVER_WRITTEN,
    });
    let Profile { email, first_name, last_name, .. } = own.profile.clone();
    let known = pending.profile.clone();
    let profile = Profile {
        email: email.or(known.email),
        first_name: first_name.or(known.first_name),
        last_name: last_name.or(known.last_name),
        ..own.profile
    };
    User { id: own.id, state: UserState::Active, profile, version: own.version.next() }
}
