//! Users of the directory.

use serde::{Deserialize, Serialize};

use super::counters::Version;
use super::deserialize_trimmed;
use super::email::EmailAddress;
use super::identity::{Accounts, Identity, PhoneNumber};
use super::ids::UserId;
use super::text::{Description, Name, Word};

/// Whether a user is a real person or represents an invited one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum UserState {
    /// The user has signed in, or the app has registered them.
    Active,
    /// The user represents an invited person until the invite is accepted.
    Pending,
}

/// The URL of a picture: 1 to 2048 visible characters.
pub type PhotoUrl = Word<2048>;

/// A locale tag, such as `en` or `de-CH`.
pub type Locale = Word<35>;

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
    /// The mails that the person gets about what they sent.
    pub notify: Notify,
}

/// The mails that a person gets about the invites that they sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", remote = "Self")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Notify {
    /// A mail about each event.
    Each,
    /// One mail a day.
    #[default]
    Daily,
    /// No mail.
    None,
}

deserialize_trimmed!(Notify);

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

/// A change of a profile. `None` keeps a field as it is, and `Some(None)` clears it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileChange {
    /// The main address.
    pub email: Option<Option<EmailAddress>>,
    /// Another address.
    pub alt_email: Option<Option<EmailAddress>>,
    /// The phone number.
    pub phone: Option<Option<PhoneNumber>>,
    /// First name.
    pub first_name: Option<Option<Name>>,
    /// Last name.
    pub last_name: Option<Option<Name>>,
    /// The job title.
    pub title: Option<Option<Name>>,
    /// The organization.
    pub organization_name: Option<Option<Name>>,
    /// The description.
    pub bio: Option<Option<Description>>,
    /// The URL of a picture.
    pub photo: Option<Option<PhotoUrl>>,
    /// The language.
    pub locale: Option<Option<Locale>>,
    /// The accounts, which replace all accounts of the profile.
    pub accounts: Option<Accounts>,
    /// Whether the person refuses all invites.
    pub refuses_invites: Option<bool>,
    /// The mails about what the person sent.
    pub notify: Option<Notify>,
}

impl ProfileChange {
    /// Returns the profile after the change.
    pub fn apply(self, profile: Profile) -> Profile {
        Profile {
            email: self.email.unwrap_or(profile.email),
            alt_email: self.alt_email.unwrap_or(profile.alt_email),
            phone: self.phone.unwrap_or(profile.phone),
            first_name: self.first_name.unwrap_or(profile.first_name),
            last_name: self.last_name.unwrap_or(profile.last_name),
            title: self.title.unwrap_or(profile.title),
            organization_name: self.organization_name.unwrap_or(profile.organization_name),
            bio: self.bio.unwrap_or(profile.bio),
            photo: self.photo.unwrap_or(profile.photo),
            locale: self.locale.unwrap_or(profile.locale),
            accounts: self.accounts.unwrap_or(profile.accounts),
            refuses_invites: self.refuses_invites.unwrap_or(profile.refuses_invites),
            notify: self.notify.unwrap_or(profile.notify),
        }
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
