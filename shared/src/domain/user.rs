//! Users of the directory.

use serde::{Deserialize, Serialize};

use super::counters::Version;
use super::email::EmailAddress;
use super::identity::{Accounts, Identity, PhoneNumber};
use super::ids::UserId;
use super::text::{Description, Line, Name};

/// Whether a user is a real person or represents an invited one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UserState {
    /// The user has signed in, or the app has registered them.
    Active,
    /// The user represents an invited person until the invite is accepted.
    Pending,
}

/// The URL of a picture: 1 to 2048 visible characters.
pub type PhotoUrl = Line<2048>;

/// A locale tag, such as `en` or `de-CH`.
pub type Locale = Line<35>;

/// The writable fields of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// The main address. It is unique across users.
    pub email: Option<EmailAddress>,
    /// Another address, for display only.
    pub alt_email: Option<EmailAddress>,
    /// The phone number. It is unique across users.
    pub phone: Option<PhoneNumber>,
    /// First name.
    pub first_name: Option<Name>,
    /// Last name.
    pub last_name: Option<Name>,
    /// The person's job title.
    pub title: Option<Name>,
    /// The person's organization.
    pub organization_name: Option<Name>,
    /// A description of the person.
    pub bio: Option<Description>,
    /// The URL of a picture.
    pub photo: Option<PhotoUrl>,
    /// The person's language.
    pub locale: Option<Locale>,
    /// Accounts on other platforms. Each is unique across users.
    pub accounts: Accounts,
    /// Whether the person refuses all invites.
    pub refuses_invites: bool,
}

impl Profile {
    /// Returns every identity in the profile. Each may belong to one user only.
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

/// A user of the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The user's id: the identity provider's `sub`, or a derived id for a pending user.
    pub id: UserId,
    /// Whether the user is real or represents an invited person.
    pub state: UserState,
    /// The writable fields.
    pub profile: Profile,
    /// The number of writes to the record.
    pub version: Version,
}

/// Returns the first and last name in one line. `None` if there is neither.
pub fn full_name(first: Option<&Name>, last: Option<&Name>) -> Option<String> {
    match (first, last) {
        (Some(first), Some(last)) => Some(format!("{} {}", first.as_str(), last.as_str())),
        (Some(name), None) | (None, Some(name)) => Some(name.as_str().to_owned()),
        (None, None) => None,
    }
}
