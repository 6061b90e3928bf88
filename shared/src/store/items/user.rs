//! The stored forms of a user and of the pointers to it.

use serde::{Deserialize, Serialize};

use super::{stored_user, without_nulls};
use crate::domain::counters::Version;
use crate::domain::identity::Identity;
use crate::domain::ids::UserId;
use crate::domain::user::{Profile, User, UserState};
use crate::store::StoreError;
use crate::store::access::{self, Item};
use crate::store::keys::{self, Key};

#[derive(Serialize, Deserialize)]
struct UserItem {
    pk: String,
    sk: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(deserialize_with = "stored_user")]
    id: UserId,
    state: UserState,
    profile: Profile,
    version: Version,
}

/// Converts a user into an item.
///
/// # Errors
/// `Corrupt`.
pub(in crate::store) fn from_user(user: &User) -> Result<Item, StoreError> {
    let Key { pk, sk } = keys::user(&user.id);
    let item = UserItem {
        pk,
        sk,
        kind: "user".into(),
        id: user.id.clone(),
        state: user.state,
        profile: user.profile.clone(),
        version: user.version,
    };
    without_nulls(access::write(&item, "user")?)
}

/// Converts an item into a user.
///
/// # Errors
/// `Corrupt`.
pub(in crate::store) fn to_user(item: Item) -> Result<User, StoreError> {
    let item: UserItem = access::read(item, "user")?;
    Ok(User { id: item.id, state: item.state, profile: item.profile, version: item.version })
}

/// A pointer from an identity to the user who holds it (ADR 0048).
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct PointerItem {
    pk: String,
    sk: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(deserialize_with = "stored_user")]
    pub(in crate::store) user: UserId,
    /// The invitee keys of all identities that an active user had when the pointer was written. No
    /// rule may rely on them: they only tell what is worth reading together with the user.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(in crate::store) holder_keys: Vec<String>,
}

impl PointerItem {
    /// Returns the pointer under this key to the user.
    pub(in crate::store) fn new(key: Key, user: &User) -> Self {
        let holder_keys = match user.state {
            UserState::Active => user.profile.identities().iter().map(Identity::key).collect(),
            // No other invite of a pending user is looked for.
            UserState::Pending => Vec::new(),
        };
        let Key { pk, sk } = key;
        Self { pk, sk, kind: "pointer".into(), user: user.id.clone(), holder_keys }
    }
}
