//! The signed-in caller, as the issuer asserts it. The caller's rights come from the table, never
//! from the token.

use crate::domain::email::EmailAddress;
use crate::domain::identity::{Accounts, Identity, PhoneNumber};
use crate::domain::ids::UserId;
use crate::domain::invitee::{Invitee, user_key};

/// A signed-in person or program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The user id: the claim `sub`, or the claim that `JWT_USER_ID_CLAIM` names.
    pub user: UserId,
    /// The display name.
    pub name: Option<String>,
    /// The e-mail address that the issuer has verified.
    pub email: Option<EmailAddress>,
    /// The e-mail address that the issuer has not verified. It proves nothing.
    pub unverified_email: Option<EmailAddress>,
    /// The phone number that the issuer has verified.
    pub phone: Option<PhoneNumber>,
    /// Accounts on other platforms.
    pub accounts: Accounts,
    /// The token's scopes.
    pub scopes: Vec<String>,
}

impl Caller {
    /// Returns the identities that the caller proves besides the user id.
    pub fn identities(&self) -> Vec<Identity> {
        let email = self.email.clone().map(Identity::Email);
        let phone = self.phone.clone().map(Identity::Phone);
        email
            .into_iter()
            .chain(phone)
            .chain(self.accounts.as_slice().iter().cloned().map(Identity::Account))
            .collect()
    }

    /// Returns the keys of all invitees that the caller proves to be.
    pub fn invitee_keys(&self) -> Vec<String> {
        let own = std::iter::once(user_key(&self.user));
        own.chain(self.identities().iter().map(Identity::key)).collect()
    }

    /// Returns whether the caller is the invitee, by user id, address, number or account. `false`
    /// for a link, because it names no invitee.
    pub fn is(&self, invitee: &Invitee) -> bool {
        match invitee {
            Invitee::User(user) => *user == self.user,
            Invitee::Link(_) => false,
            Invitee::Email(_) | Invitee::Phone(_) | Invitee::Account(_) | Invitee::Person(_) => {
                invitee.identity().is_some_and(|identity| {
                    self.identities().iter().any(|own| own.key() == identity.key())
                })
            }
        }
    }

    /// Returns whether the token has this scope.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|own| own == scope)
    }
}
