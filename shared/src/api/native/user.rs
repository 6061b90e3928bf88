//! Users of the directory.

use serde::{Deserialize, Serialize};

use crate::domain::email::EmailAddress;
use crate::domain::identity::{Account, Accounts, PhoneNumber};
use crate::domain::ids::UserId;
use crate::domain::text::{Description, Name};
use crate::domain::user::{Locale, PhotoUrl, Profile, User, UserState};

/// The body of `PUT /v1/me` and `PUT /v1/users/{user}`: the whole profile. An absent field is
/// cleared.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ProfileBody {
    /// The main address; unique across users.
    email: Option<EmailAddress>,
    /// Another address, for display only.
    alt_email: Option<EmailAddress>,
    /// The phone number in E.164; unique across users.
    phone: Option<PhoneNumber>,
    /// The first name.
    first_name: Option<Name>,
    /// The last name.
    last_name: Option<Name>,
    /// The person's job title.
    title: Option<Name>,
    /// The person's organization.
    organization_name: Option<Name>,
    /// A text about the person.
    bio: Option<Description>,
    /// The web address of a picture.
    photo: Option<PhotoUrl>,
    /// The person's language, such as `en` or `de-CH`.
    locale: Option<Locale>,
    /// The accounts on other platforms; each unique across users.
    accounts: Accounts,
    /// Whether the person refuses invites.
    refuses_invites: bool,
}

impl ProfileBody {
    /// Returns the profile to write.
    pub fn profile(self) -> Profile {
        let Self { email, alt_email, phone, first_name, last_name, .. } = self;
        Profile {
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
            accounts: self.accounts,
            refuses_invites: self.refuses_invites,
        }
    }
}

/// A user record as the user and the app see it.
#[derive(Serialize)]
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
    accounts: Vec<AccountBody<'a>>,
    /// Whether the person refuses invites.
    refuses_invites: bool,
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
        }
    }
}
