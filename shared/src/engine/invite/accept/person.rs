//! A new person who accepts: the pending user becomes the caller.

use crate::auth::Caller;
use crate::domain::counters::Version;
use crate::domain::ids::UserId;
use crate::domain::invite::Invite;
use crate::domain::invitee::Invitee;
use crate::domain::user::{self, Profile, User, UserState};
use crate::engine::{Engine, Outcome};

impl Engine {
    /// Returns the pending user who becomes the caller, and the caller's user record as it shall
    /// be.
    pub(super) async fn becoming(
        &self,
        caller: &Caller,
        invite: &Invite,
    ) -> Outcome<Option<(User, User)>> {
        let Invitee::Person(person) = &invite.invitee else { return Ok(None) };
        // Under the bearer policy another person may accept. The pending user then still represents
        // the person it was created for.
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

/// Returns the name that the inviter gave, if it is this caller's.
pub(super) fn name_given(caller: &Caller, invitee: &Invitee) -> Option<String> {
    match invitee {
        Invitee::Person(person) if caller.is(invitee) => {
            user::full_name(person.first_name.as_ref(), person.last_name.as_ref())
        }
        _ => None,
    }
}

/// Returns the caller's own record, with what the pending user knew where the caller's says
/// nothing.
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
