//! The signed-in caller, as far as the issuer vouches for it. What the caller may do is read from
//! the table, never from the token.

use crate::domain::email::EmailAddress;
use crate::domain::identity::{Accounts, Identity, PhoneNumber};
use crate::domain::ids::UserId;
use crate::domain::invitee::{Invitee, user_key};

/// A signed-in person or program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The token's `sub`, or the claim that the deployment names instead: `JWT_USER_ID_CLAIM`.
    pub user: UserId,
    /// The name to show.
    pub name: Option<String>,
    /// The e-mail address that the issuer has verified.
    pub email: Option<EmailAddress>,
    /// An address that the token names and the issuer has not verified: it proves nothing.
    pub unverified_email: Option<EmailAddress>,
    /// The phone number that the issuer has verified.
    pub phone: Option<PhoneNumber>,
    /// Accounts on other platforms.
    pub accounts: Accounts,
    /// The token's scopes.
    pub scopes: Vec<String>,
}

impl Caller {
    /// Everything beside the user id that the caller proves.
    pub fn identities(&self) -> Vec<Identity> {
        let email = self.email.clone().map(Identity::Email);
        let phone = self.phone.clone().map(Identity::Phone);
        email
            .into_iter()
            .chain(phone)
            .chain(self.accounts.as_slice().iter().cloned().map(Identity::Account))
            .collect()
    }

    /// The keys of all invitees that the caller proves to be.
    pub fn invitee_keys(&self) -> Vec<String> {
        let own = std::iter::once(user_key(&self.user));
        own.chain(self.identities().iter().map(Identity::key)).collect()
    }

    /// Whether the invite is for this caller by name, address, number or account. A link is for
    /// nobody by name.
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

    /// Whether the token carries this scope.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|own| own == scope)
    }
}
