//! Users of the directory.

use serde::{Deserialize, Serialize};

use crate::domain::email::EmailAddress;
use crate::domain::group::given;
use crate::domain::identity::{Account, Accounts, PhoneNumber};
use crate::domain::ids::UserId;
use crate::domain::text::{Description, Name};
use crate::domain::user::{Locale, Notify, PhotoUrl, ProfileChange, User, UserState};

/// The body of `PUT` and `PATCH` of a user. An absent field stays as it is, and `null` clears it.
#[derive(Default, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProfileBody {
    /// The main address; unique across users.
    #[serde(deserialize_with = "given")]
    email: Option<Option<EmailAddress>>,
    /// Another address, for display only.
    #[serde(deserialize_with = "given")]
    alt_email: Option<Option<EmailAddress>>,
    /// The phone number in E.164; unique across users.
    #[serde(deserialize_with = "given")]
    phone: Option<Option<PhoneNumber>>,
    /// The first name.
    #[serde(deserialize_with = "given")]
    first_name: Option<Option<Name>>,
    /// The last name.
    #[serde(deserialize_with = "given")]
    last_name: Option<Option<Name>>,
    /// The person's job title.
    #[serde(deserialize_with = "given")]
    title: Option<Option<Name>>,
    /// The person's organization.
    #[serde(deserialize_with = "given")]
    organization_name: Option<Option<Name>>,
    /// A text about the person.
    #[serde(deserialize_with = "given")]
    bio: Option<Option<Description>>,
    /// The web address of a picture.
    #[serde(deserialize_with = "given")]
    photo: Option<Option<PhotoUrl>>,
    /// The person's language, such as `en` or `de-CH`.
    #[serde(deserialize_with = "given")]
    locale: Option<Option<Locale>>,
    /// The accounts on other platforms, which replace the present ones; each unique across users.
    #[serde(deserialize_with = "given")]
    accounts: Option<Option<Accounts>>,
    /// Whether the person refuses invites. Only the person's own token may end a refusal.
    #[serde(deserialize_with = "given")]
    refuses_invites: Option<Option<bool>>,
    /// The mails about the invites that the person sent: `each`, `daily` or `none`.
    #[serde(deserialize_with = "given")]
    notify: Option<Option<Notify>>,
}

impl ProfileBody {
    /// Returns the requested change.
    pub fn change(self) -> ProfileChange {
        let Self { email, alt_email, phone, first_name, last_name, .. } = self;
        ProfileChange {
            email,
            alt_email,
            phone,
            first_name,
            last_name,
            title: self.title,
            organization_name: self.organization_name,
            bio: self.bio,
            photo: self.photo,
            locale: self.locale,
            accounts: self.accounts.map(Option::unwrap_or_default),
            refuses_invites: self.refuses_invites.map(Option::unwrap_or_default),
            notify: self.notify.map(Option::unwrap_or_default),
        }
    }
}

/// A user record as the user and the app see it.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserBody<'a> {
    /// Always `user`.
    object: &'static str,
    /// The user's id.
    id: &'a UserId,
    /// `active`, or `pending` for an invited person who has not accepted yet.
    state: UserState,
    /// The main address.
    email: Option<&'a str>,
    /// Another address, for display only.
    alt_email: Option<&'a str>,
    /// The phone number in E.164.
    phone: Option<&'a str>,
    /// The first name.
    first_name: Option<&'a Name>,
    /// The last name.
    last_name: Option<&'a Name>,
    /// The person's job title.
    title: Option<&'a Name>,
    /// The person's organization.
    organization_name: Option<&'a Name>,
    /// A text about the person.
    bio: Option<&'a str>,
    /// The web address of a picture.
    photo: Option<&'a PhotoUrl>,
    /// The person's language.
    locale: Option<&'a str>,
    /// The accounts on other platforms.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Account>))]
    accounts: Vec<AccountBody<'a>>,
    /// Whether the person refuses invites.
    refuses_invites: bool,
    /// The mails about the invites that the person sent: `each`, `daily` or `none`.
    notify: Notify,
}

/// An account on another platform.
#[derive(Serialize)]
struct AccountBody<'a> {
    /// The platform's number.
    membership_type: i32,
    /// The id on that platform.
    membership_id: &'a str,
}

impl<'a> AccountBody<'a> {
    fn new(account: &'a Account) -> Self {
        Self { membership_type: account.membership_type, membership_id: &account.membership_id }
    }
}

impl<'a> UserBody<'a> {
    /// Renders the user.
    pub fn new(user: &'a User) -> Self {
        let profile = &user.profile;
        Self {
            object: "user",
            id: &user.id,
            state: user.state,
            email: profile.email.as_ref().map(EmailAddress::as_str),
            alt_email: profile.alt_email.as_ref().map(EmailAddress::as_str),
            phone: profile.phone.as_ref().map(PhoneNumber::as_str),
            first_name: profile.first_name.as_ref(),
            last_name: profile.last_name.as_ref(),
            title: profile.title.as_ref(),
            organization_name: profile.organization_name.as_ref(),
            bio: profile.bio.as_ref().map(Description::as_str),
            photo: profile.photo.as_ref(),
            locale: profile.locale.as_ref().map(Locale::as_str),
            accounts: profile.accounts.as_slice().iter().map(AccountBody::new).collect(),
            refuses_invites: profile.refuses_invites,
            notify: profile.notify,
        }
    }
}
