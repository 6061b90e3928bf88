//! The directory: callers write their own profiles, and apps with the scope `users:write` write any
//! profile.

use std::collections::{BTreeMap, BTreeSet};

use crate::auth::Caller;
use crate::domain::counters::Version;
use crate::domain::identity::Identity;
use crate::domain::ids::UserId;
use crate::domain::user::{Profile, User, UserState};
use crate::engine::{Conflict, Denied, Engine, Outcome, Scope, Unavailable};
use crate::store::PutUserOutcome;

/// Maximum number of attempts when a record changes between the read and the write.
const ATTEMPTS: u8 = 3;
/// Maximum number of records in one read.
const BATCH: usize = 100;

impl Engine {
    /// Returns the caller's record in the directory. Without one, returns what the token proves.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn get_me(&self, caller: &Caller) -> Outcome<User> {
        let known = self.store.user(&caller.user).await?;
        Ok(known.unwrap_or_else(|| User {
            id: caller.user.clone(),
            state: UserState::Active,
            profile: proven(caller),
            version: Version::NEVER_WRITTEN,
        }))
    }

    /// Writes the caller's own record.
    ///
    /// The token must prove each address, number and account that the record does not hold already.
    ///
    /// # Errors
    /// `Denied::EmailNotVerified`, `Denied::IdentityMismatch`, `Conflict::IdentityTaken`, `Fault`.
    pub async fn put_me(&self, caller: &Caller, profile: Profile) -> Outcome<User> {
        let known = self.store.user(&caller.user).await?;
        let held = known.map(|user| user.profile.identities()).unwrap_or_default();
        let own = caller.identities();
        let unproven = profile
            .identities()
            .into_iter()
            .find(|identity| !own.contains(identity) && !held.contains(identity));
        match unproven {
            None => self.put_profile(&caller.user, profile).await,
            Some(Identity::Email(_)) => Err(Denied::EmailNotVerified.into()),
            Some(Identity::Phone(_) | Identity::Account(_)) => Err(Denied::IdentityMismatch.into()),
        }
    }

    /// Writes any user's record, for an app that manages users.
    ///
    /// # Errors
    /// `Denied::InsufficientScope` without `users:write`, `Conflict::IdentityTaken`, `Fault`.
    pub async fn put_user(
        &self,
        caller: &Caller,
        user: &UserId,
        profile: Profile,
    ) -> Outcome<User> {
        if !caller.has_scope(Scope::UsersWrite.as_str()) {
            return Err(Denied::InsufficientScope(Scope::UsersWrite).into());
        }
        self.put_profile(user, profile).await
    }

    async fn put_profile(&self, id: &UserId, profile: Profile) -> Outcome<User> {
        for _ in 0..ATTEMPTS {
            let before = self.store.user(id).await?;
            let version = before.as_ref().map_or(Version::FIRST, |user| user.version.next());
            let user = User {
                id: id.clone(),
                state: UserState::Active,
                profile: profile.clone(),
                version,
            };
            let replaced = self.pending_holders(&user, before.as_ref()).await?;
            match self.store.put_user(&user, before.as_ref(), &replaced).await? {
                PutUserOutcome::Written => return Ok(user),
                // Read the holder of the identity again, because pending users come and go.
                PutUserOutcome::IdentityTaken | PutUserOutcome::Changed => {}
            }
        }
        Err(Unavailable::Conflicts("the user's record").into())
    }

    /// Returns the pending users who hold an identity of this user. The write replaces them.
    ///
    /// An active holder is a conflict.
    async fn pending_holders(&self, user: &User, before: Option<&User>) -> Outcome<Vec<User>> {
        let held = before.map(|user| user.profile.identities()).unwrap_or_default();
        let mut pending: Vec<User> = Vec::new();
        for identity in user.profile.identities().iter().filter(|identity| !held.contains(identity))
        {
            let Some(holder) =
                self.store.holder(identity).await?.filter(|holder| *holder != user.id)
            else {
                continue;
            };
            match self.store.user(&holder).await? {
                Some(holder) if holder.state == UserState::Active => {
                    return Err(Conflict::IdentityTaken.into());
                }
                holder => pending.extend(
                    holder.filter(|holder| pending.iter().all(|known| known.id != holder.id)),
                ),
            }
        }
        Ok(pending)
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

fn proven(caller: &Caller) -> Profile {
    Profile {
        email: caller.email.clone(),
        phone: caller.phone.clone(),
        accounts: caller.accounts.clone(),
        ..Profile::default()
    }
}
