//! The directory's people.

use serde::{Deserialize, Serialize};

use super::counters::Version;
use super::email::EmailAddress;
use super::identity::{Accounts, Identity, PhoneNumber};
use super::ids::UserId;
use super::text::{Description, Line, Name};

/// Whether a user has ever signed in or been registered by the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UserState {
    /// Somebody real.
    Active,
    /// Stands for an invited person until the invite is accepted.
    Pending,
}

/// A web address of a picture: 1 to 2048 visible characters.
pub type PhotoUrl = Line<2048>;

/// A locale's tag, such as `en` or `de-CH`.
pub type Locale = Line<35>;

/// The fields of a user that can be written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// The main address; unique across users.
    pub email: Option<EmailAddress>,
    /// Another address, for display only.
    pub alt_email: Option<EmailAddress>,
    /// The phone number; unique across users.
    pub phone: Option<PhoneNumber>,
    /// First name.
    pub first_name: Option<Name>,
    /// Last name.
    pub last_name: Option<Name>,
    /// What the person does.
    pub title: Option<Name>,
    /// For whom.
    pub organization_name: Option<Name>,
    /// About the person.
    pub bio: Option<Description>,
    /// A picture.
    pub photo: Option<PhotoUrl>,
    /// The person's language.
    pub locale: Option<Locale>,
    /// Accounts on other platforms; each unique across users.
    pub accounts: Accounts,
    /// Whether the person takes no invites, from nobody and to no group.
    pub refuses_invites: bool,
}

impl Profile {
    /// Everything in it that must belong to one user only.
    pub fn identities(&self) -> Vec<Identity> {
        let email = self.email.clone().map(Identity::Email);
        let phone = self.phone.clone().map(Identity::Phone);
        email
            .into_iter()
            .chain(phone)
            .chain(self.accounts.as_slice().iter().cloned().map(Identity::Account))
            .collect()
    }
}

/// A person in the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The id: the identity provider's `sub`.
    pub id: UserId,
    /// Real, or standing for somebody invited.
    pub state: UserState,
    /// The fields that can be written.
    pub profile: Profile,
    /// Counts the writes to the record.
    pub version: Version,
}

/// First and last name in one line, where there is either.
pub fn full_name(first: Option<&Name>, last: Option<&Name>) -> Option<String> {
    match (first, last) {
        (Some(first), Some(last)) => Some(format!("{} {}", first.as_str(), last.as_str())),
        (Some(name), None) | (None, Some(name)) => Some(name.as_str().to_owned()),
        (None, None) => None,
    }
}
