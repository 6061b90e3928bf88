//! The directory: callers change their own profiles, and apps with the scope `users:write` change any
//! profile. A field that a change does not name stays.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, TryStreamExt, stream};

use crate::auth::Caller;
use crate::domain::Invalid;
use crate::domain::counters::Version;
use crate::domain::identity::Identity;
use crate::domain::ids::UserId;
use crate::domain::user::{Profile, ProfileChange, User, UserState};
use crate::engine::{Conflict, Denied, Engine, NotFound, Outcome, Refusal, Scope, Unavailable};
use crate::store::PutUserOutcome;

/// Maximum number of attempts when a record changes between the read and the write.
const ATTEMPTS: u8 = 8;
/// Maximum number of records in one read.
const BATCH: usize = 100;

/// Maximum number of records that are read at the same time.
const AT_ONCE: usize = 8;

/// What is known of a user before a change.
pub(super) struct Known {
    /// The user's record.
    pub(super) record: Option<User>,
    /// An identity, and the user who holds it.
    pub(super) holder: Option<(Identity, Option<UserId>)>,
}

impl Known {
    fn record(record: Option<User>) -> Self {
        Self { record, holder: None }
    }
}

impl Engine {
    /// Returns the caller's record in the directory. Without one, returns what the token proves.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn get_me(&self, caller: &Caller) -> Outcome<User> {
        let known = self.store.user(&caller.user).await?;
        let known = known.filter(|user| user.state == UserState::Active);
        Ok(known.unwrap_or_else(|| User {
            id: caller.user.clone(),
            state: UserState::Active,
            profile: proven(caller),
            version: Version::NEVER_WRITTEN,
        }))
    }

    /// Returns any active user's record, for an app that manages users.
    ///
    /// # Errors
    /// `Denied::InsufficientScope` without `users:write`, `NotFound::User`, `Fault`.
    pub async fn get_user(&self, caller: &Caller, user: &UserId) -> Outcome<User> {
        manages_users(caller)?;
        let known = self.store.user(user).await?;
        known.filter(|user| user.state == UserState::Active).ok_or(NotFound::User.into())
    }

    /// Changes the caller's own record, or makes it.
    ///
    /// The token must prove each address, number and account that the record does not hold already.
    ///
    /// # Errors
    /// `Denied::EmailNotVerified`, `Denied::IdentityMismatch`, `Conflict::IdentityTaken`,
    /// `NotFound::User` for a pending user, `Fault`.
    pub async fn change_me(&self, caller: &Caller, change: &ProfileChange) -> Outcome<User> {
        let known = Known::record(self.store.user(&caller.user).await?);
        self.change_known_me(caller, change, known).await
    }

    /// Changes the caller's own record as [`Engine::change_me`] does, first by what is known of it.
    pub(super) async fn change_known_me(
        &self,
        caller: &Caller,
        change: &ProfileChange,
        known: Known,
    ) -> Outcome<User> {
        let own = caller.identities();
        let check = |before: &Profile, after: &Profile| {
            let held = before.identities();
            let identities = after.identities();
            let unproven = identities
                .iter()
                .find(|identity| !own.contains(identity) && !held.contains(identity));
            match unproven {
                None => Ok(()),
                Some(Identity::Email(_)) => Err(Denied::EmailNotVerified.into()),
                Some(Identity::Phone(_) | Identity::Account(_)) => {
                    Err(Denied::IdentityMismatch.into())
                }
            }
        };
        self.change_profile(&caller.user, change, check, known).await
    }

    /// Changes any user's record, or makes it, for an app that manages users. Only the person's own
    /// token ends a refusal of invites.
    ///
    /// # Errors
    /// `Denied::InsufficientScope` without `users:write`, `Conflict::IdentityTaken`,
    /// `NotFound::User` for a pending user, `Invalid` for the end of another person's refusal,
    /// `Fault`.
    pub async fn change_user(
        &self,
        caller: &Caller,
        user: &UserId,
        change: &ProfileChange,
    ) -> Outcome<User> {
        manages_users(caller)?;
        let check = |before: &Profile, after: &Profile| {
            if *user == caller.user || after.refuses_invites || !before.refuses_invites {
                Ok(())
            } else {
                Err(Refusal::Invalid("/refuses_invites", NOT_YOURS))
            }
        };
        let known = Known::record(self.store.user(user).await?);
        self.change_profile(user, change, check, known).await
    }

    /// Changes the fields that `change` names, if `check` accepts the profile before and after. The
    /// first attempt relies on `known`.
    ///
    /// The write is conditional on the version that was read, so parallel changes of different
    /// fields all survive.
    async fn change_profile(
        &self,
        id: &UserId,
        change: &ProfileChange,
        check: impl Fn(&Profile, &Profile) -> Result<(), Refusal>,
        mut known: Known,
    ) -> Outcome<User> {
        for _ in 0..ATTEMPTS {
            let Known { record: before, holder } = known;
            // Pending users of the first version have ids that a caller may have.
            if before.as_ref().is_some_and(|user| user.state == UserState::Pending) {
                return Err(NotFound::User.into());
            }
            let old = before.as_ref().map(|user| user.profile.clone()).unwrap_or_default();
            let profile = change.clone().apply(old.clone());
            check(&old, &profile)?;
            if let Some(unchanged) = before.as_ref().filter(|user| user.profile == profile) {
                return Ok(unchanged.clone());
            }
            let version = before.as_ref().map_or(Version::FIRST, |user| user.version.next());
            let user = User { id: id.clone(), state: UserState::Active, profile, version };
            let replaced = self.pending_holders(&user, before.as_ref(), holder).await?;
            match self.store.put_user(&user, before.as_ref(), &replaced).await? {
                PutUserOutcome::Written => return Ok(user),
                // Read the holder of the identity again, because pending users come and go.
                PutUserOutcome::IdentityTaken | PutUserOutcome::Changed => {}
            }
            known = Known::record(self.store.user(id).await?);
        }
        Err(Unavailable::Conflicts("the user's record").into())
    }

    /// Returns the pending users who hold an identity of this user. The write replaces them.
    ///
    /// An active holder is a conflict. `known` is the holder of an identity that was read before.
    async fn pending_holders(
        &self,
        user: &User,
        before: Option<&User>,
        known: Option<(Identity, Option<UserId>)>,
    ) -> Outcome<Vec<User>> {
        let held = before.map(|user| user.profile.identities()).unwrap_or_default();
        let mut new = user.profile.identities();
        new.retain(|identity| !held.contains(identity));
        let holder = |identity: Identity| {
            let known = known.as_ref().filter(|(of, _)| *of == identity);
            let known = known.map(|(_, holder)| holder.clone());
            async move {
                match known {
                    Some(holder) => Ok(holder),
                    None => self.store.holder(&identity).await,
                }
            }
        };
        let holders: Vec<Option<UserId>> =
            stream::iter(new.into_iter().map(holder)).buffered(AT_ONCE).try_collect().await?;
        let mut others: Vec<UserId> = Vec::new();
        for holder in holders.into_iter().flatten().filter(|holder| *holder != user.id) {
            if !others.contains(&holder) {
                others.push(holder);
            }
        }
        let others = others.into_iter().map(|other| async move { self.store.user(&other).await });
        let others: Vec<Option<User>> =
            stream::iter(others).buffered(AT_ONCE).try_collect().await?;
        let others: Vec<User> = others.into_iter().flatten().collect();
        if others.iter().any(|holder| holder.state == UserState::Active) {
            return Err(Conflict::IdentityTaken.into());
        }
        Ok(others)
    }

    /// Returns the directory's records of these users. Omits users without a record.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn users(&self, ids: &[UserId]) -> Outcome<BTreeMap<UserId, User>> {
        let mut users = BTreeMap::new();
        for ids in ids.iter().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().chunks(BATCH)
        {
            users.extend(
                self.store.users(ids).await?.into_iter().map(|user| (user.id.clone(), user)),
            );
        }
        Ok(users)
    }
}

/// The refusal to end another person's refusal of invites.
const NOT_YOURS: Invalid = Invalid::new(
    "only_by_the_person",
    "This person refuses invites. Only their own token can set this to false.",
);

/// Checks that the caller is an app that manages users.
fn manages_users(caller: &Caller) -> Result<(), Refusal> {
    if caller.has_scope(Scope::UsersWrite.as_str()) {
        Ok(())
    } else {
        Err(Denied::InsufficientScope(Scope::UsersWrite).into())
    }
}

fn proven(caller: &Caller) -> Profile {
    Profile {
        email: caller.email.clone(),
        phone: caller.phone.clone(),
        accounts: caller.accounts.clone(),
        ..Profile::default()
    }
}
