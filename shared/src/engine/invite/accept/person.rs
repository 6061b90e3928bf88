//! Merging the pending user of a new person into the caller who accepts.

use crate::auth::Caller;
use crate::domain::counters::Version;
use crate::domain::ids::UserId;
use crate::domain::invite::Invite;
use crate::domain::invitee::{Invitee, Person};
use crate::domain::user::{Profile, User, UserState, full_name};
use crate::engine::present::own_name;
use crate::engine::{Engine, Outcome};

/// What a new person becomes by accepting.
#[derive(Debug, Default)]
pub(super) struct Newcomer {
    /// The pending user to replace, and the caller's record after it. `None` if there is no such
    /// user.
    pub(super) becoming: Option<(User, User)>,
    /// The caller's name in the directory after the acceptance, as far as it was read, or else the
    /// name that this inviter gave.
    pub(super) name: Option<String>,
}

impl Engine {
    /// Returns what the caller becomes by accepting the invite.
    ///
    /// The name that the inviter gave becomes the caller's own only if the caller's record has
    /// none. Names that others gave stay on their invites.
    pub(super) async fn newcomer(&self, caller: &Caller, invite: &Invite) -> Outcome<Newcomer> {
        let Invitee::Person(person) = &invite.invitee else { return Ok(Newcomer::default()) };
        // Under the bearer policy another person may accept. The pending user then still represents
        // its own person.
        if !caller.is(&invite.invitee) {
            return Ok(Newcomer::default());
        }
        let Some(pending_id) = person.pending_user.as_ref().filter(|id| **id != caller.user) else {
            return Ok(Newcomer::default());
        };
        let (pending, own) = self.store.two_users(pending_id, &caller.user).await?;
        let name = own.as_ref().and_then(own_name).or_else(|| given(person));
        let pending = pending.filter(|user| user.state == UserState::Pending);
        let becoming = pending.map(|pending| {
            let user = merged(&pending, own, person, &caller.user);
            (pending, user)
        });
        Ok(Newcomer { becoming, name })
    }
}

fn given(person: &Person) -> Option<String> {
    full_name(person.first_name.as_ref(), person.last_name.as_ref())
}

/// Returns the caller's record with the address of the pending user and the name that the inviter
/// gave, each only if the record has none.
fn merged(pending: &User, own: Option<User>, person: &Person, caller: &UserId) -> User {
    let own = own.unwrap_or_else(|| User {
        id: caller.clone(),
        state: UserState::Active,
        profile: Profile::default(),
        version: Version::NEVER_WRITTEN,
    });
    let mut profile = own.profile;
    profile.email = profile.email.or_else(|| pending.profile.email.clone());
    if profile.first_name.is_none() && profile.last_name.is_none() {
        profile.first_name.clone_from(&person.first_name);
        profile.last_name.clone_from(&person.last_name);
    }
    User { id: own.id, state: UserState::Active, profile, version: own.version.next() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::email::EmailAddress;
    use crate::domain::text::Name;

    fn named(first: Option<&str>, last: Option<&str>) -> Profile {
        let name = |text: Option<&str>| text.map(|text| Name::parse(text).unwrap());
        Profile { first_name: name(first), last_name: name(last), ..Profile::default() }
    }

    fn user(id: &str, state: UserState, profile: Profile) -> User {
        User { id: UserId::parse(id).unwrap(), state, profile, version: Version::FIRST }
    }

    /// Returns the name of ada's record after she accepts an invite as Ada Lovelace.
    fn after(own: Option<Profile>) -> Option<String> {
        let email = EmailAddress::parse("ada@example.com").unwrap();
        let pending = Profile { email: Some(email.clone()), ..named(Some("Grumpy"), Some("Cat")) };
        let pending = user("1", UserState::Pending, pending);
        let Profile { first_name, last_name, .. } = named(Some("Ada"), Some("Lovelace"));
        let person = Person { email, first_name, last_name, pending_user: None };
        let own = own.map(|profile| user("ada", UserState::Active, profile));
        let merged = merged(&pending, own, &person, &UserId::parse("ada").unwrap());
        assert_eq!(merged.profile.email, Some(person.email));
        own_name(&merged)
    }

    #[test]
    fn a_name_comes_from_the_accepted_invite_and_only_if_the_record_has_none() {
        assert_eq!(after(None).as_deref(), Some("Ada Lovelace"));
        assert_eq!(after(Some(named(None, None))).as_deref(), Some("Ada Lovelace"));
        assert_eq!(after(Some(named(Some("Augusta"), None))).as_deref(), Some("Augusta"));
        assert_eq!(after(Some(named(None, Some("Byron")))).as_deref(), Some("Byron"));
    }
}
