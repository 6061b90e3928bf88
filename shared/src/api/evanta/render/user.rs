//! A user, an invitee or the caller.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Id, Nothing, text};
use crate::auth::Caller;
use crate::domain::ids::UserId;
use crate::domain::invitee::Invitee;
use crate::domain::text::Name;
use crate::domain::user::User;

/// A user of the directory, an invitee or the caller.
#[derive(Serialize)]
pub struct UserBody<'a> {
    id: Option<Id<'a>>,
    email: Option<&'a str>,
    alt_email: Option<&'a str>,
    first_name: &'a str,
    last_name: &'a str,
    title: Option<&'a str>,
    organization_name: Option<&'a str>,
    bio: Option<&'a str>,
    photo: Option<&'a str>,
    user_role_id: Nothing,
    user_connection_id: Nothing,
}

impl<'a> UserBody<'a> {
    /// Renders a person without a profile.
    fn unknown(id: Option<&'a UserId>) -> Self {
        Self {
            id: id.map(|id| Id::new(id.as_str())),
            email: None,
            alt_email: None,
            first_name: "",
            last_name: "",
            title: None,
            organization_name: None,
            bio: None,
            photo: None,
            user_role_id: None,
            user_connection_id: None,
        }
    }

    /// Renders a user of the directory.
    pub fn new(user: &'a User) -> Self {
        let profile = &user.profile;
        Self {
            email: profile.email.as_ref().map(|email| email.as_str()),
            alt_email: profile.alt_email.as_ref().map(|email| email.as_str()),
            first_name: text(profile.first_name.as_ref()),
            last_name: text(profile.last_name.as_ref()),
            title: profile.title.as_ref().map(Name::as_str),
            organization_name: profile.organization_name.as_ref().map(Name::as_str),
            bio: profile.bio.as_ref().map(|bio| bio.as_str()),
            photo: profile.photo.as_ref().map(|photo| photo.as_str()),
            ..Self::unknown(Some(&user.id))
        }
    }

    /// Renders the caller, from `people` or else from the access token.
    pub fn of_caller(caller: &'a Caller, people: &'a BTreeMap<UserId, User>) -> Self {
        let email = caller.email.as_ref().map(|email| email.as_str());
        people
            .get(&caller.user)
            .map_or_else(|| Self { email, ..Self::unknown(Some(&caller.user)) }, Self::new)
    }

    /// Renders an invitee. Only an invitee by user id has an id, because the group must not learn
    /// which user has an address.
    pub fn of_invitee(invitee: &'a Invitee, people: &'a BTreeMap<UserId, User>) -> Self {
        match invitee {
            Invitee::User(id) => people.get(id).map_or_else(|| Self::unknown(Some(id)), Self::new),
            Invitee::Email(email) => Self { email: Some(email.as_str()), ..Self::unknown(None) },
            Invitee::Person(person) => Self {
                email: Some(person.email.as_str()),
                first_name: text(person.first_name.as_ref()),
                last_name: text(person.last_name.as_ref()),
                ..Self::unknown(None)
            },
            Invitee::Phone(_) | Invitee::Account(_) | Invitee::Link(_) => Self::unknown(None),
        }
    }

    /// Returns the sort key of lists of users.
    pub(super) fn order(&self) -> (String, String) {
        (self.last_name.to_lowercase(), self.first_name.to_lowercase())
    }
}
