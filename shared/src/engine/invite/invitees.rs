//! The directory's users behind invitees.

use std::collections::BTreeMap;

use crate::domain::identity::Identity;
use crate::domain::ids::UserId;
use crate::domain::invite::Invite;
use crate::domain::invitee::Invitee;
use crate::domain::user::{User, UserState};
use crate::engine::{Engine, Outcome};

/// Maximum number of accounts in one read.
const BATCH: usize = 100;

/// The ids of the invited users, by invitee key.
#[derive(Debug, Default)]
pub struct InviteeIds(BTreeMap<String, UserId>);

impl InviteeIds {
    /// Returns the id of the user whom this invitee names.
    pub(super) fn of_one(invitee: &Invitee, user: Option<UserId>) -> Self {
        Self(user.map(|user| (invitee.key(), user)).into_iter().collect())
    }

    /// Returns the user whom the invitee names. `None` if the directory knows no such user.
    pub fn of(&self, invitee: &Invitee) -> Option<&UserId> {
        self.0.get(&invitee.key())
    }
}

impl Engine {
    /// Returns the ids of the active users whom these invites are for: by user id, or by an
    /// address, number or account of theirs.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn invitee_ids(&self, invites: &[Invite]) -> Outcome<InviteeIds> {
        let identities: Vec<Identity> =
            invites.iter().filter_map(|invite| invite.invitee.identity()).collect();
        let mut known = self.store.holders(&identities).await?;
        for invite in invites {
            if let Invitee::User(user) = &invite.invitee {
                known.insert(invite.invitee.key(), user.clone());
            }
        }
        let ids: Vec<UserId> = known.values().cloned().collect();
        let users = self.users(&ids).await?;
        known.retain(|_, id| users.get(id).is_some_and(|user| user.state == UserState::Active));
        Ok(InviteeIds(known))
    }

    /// Returns the users who are invited by user id or by account, by invitee key.
    ///
    /// An invite by address or number shows no profile. Otherwise every inviter could look up the
    /// name behind any address.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn invitee_profiles(&self, invitees: &[&Invitee]) -> Outcome<BTreeMap<String, User>> {
        let mut ids: BTreeMap<String, UserId> = BTreeMap::new();
        let mut accounts: BTreeMap<String, Identity> = BTreeMap::new();
        for invitee in invitees {
            match invitee {
                Invitee::User(user) => drop(ids.insert(invitee.key(), user.clone())),
                Invitee::Account(account) => {
                    drop(accounts.insert(invitee.key(), Identity::Account(account.clone())))
                }
                Invitee::Email(_) | Invitee::Phone(_) | Invitee::Person(_) | Invitee::Link(_) => {}
            }
        }
        for accounts in accounts.into_values().collect::<Vec<_>>().chunks(BATCH) {
            ids.extend(self.store.holders(accounts).await?);
        }
        let users = self.users(&ids.values().cloned().collect::<Vec<_>>()).await?;
        Ok(ids.into_iter().filter_map(|(key, id)| Some((key, users.get(&id)?.clone()))).collect())
    }
}
