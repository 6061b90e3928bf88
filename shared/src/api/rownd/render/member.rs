//! The responses about members and invited people.

use std::borrow::Cow;

use serde::Serialize;

use super::super::request::member_id;
use super::phone_of;
use crate::domain::email::EmailAddress;
use crate::domain::identity::PhoneNumber;
use crate::domain::ids::{GroupId, UserId};
use crate::domain::invite::Invite;
use crate::domain::member::Member;
use crate::domain::role::Roles;
use crate::domain::text::Name;
use crate::domain::user::User;
use crate::engine::{Person, PersonId};

/// A person's profile in the directory.
#[derive(Default, Serialize)]
struct ProfileBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<&'a Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<&'a Name>,
}

/// A `GroupMember`: a member of the group, or an invited person.
#[derive(Serialize)]
pub struct MemberBody<'a> {
    id: String,
    /// For an invited person whom the directory does not know, the same as `id`, because strict
    /// clients require an id here.
    user_id: Cow<'a, str>,
    app_id: &'a str,
    roles: &'a Roles,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    invited_by: Option<&'a UserId>,
    profile: ProfileBody<'a>,
    group_id: &'a GroupId,
}

impl<'a> MemberBody<'a> {
    /// Renders a member or an invited person. `app_id` is the deployment's ([`app_id`]).
    pub fn new(person: &'a Person, app_id: &'a str) -> Self {
        match person {
            Person::Member(member, user, inviter) => Self {
                invited_by: inviter.as_ref(),
                ..Self::member(member, user.as_deref(), app_id)
            },
            Person::Invited(invite, user) => Self::invited(invite, user.as_ref(), app_id),
        }
    }

    /// Renders a member. `user` is the member's user in the directory.
    pub(super) fn member(member: &'a Member, user: Option<&'a User>, app_id: &'a str) -> Self {
        let profile = user.map(|user| &user.profile);
        let email = profile.and_then(|profile| profile.email.as_ref());
        Self {
            id: member_id(&PersonId::Member(member.user.clone())),
            user_id: member.user.as_str().into(),
            app_id,
            roles: &member.roles,
            state: "active",
            invited_by: None,
            profile: ProfileBody {
                user_id: Some(&member.user),
                email: email.map(EmailAddress::as_str),
                phone: None,
                first_name: profile.and_then(|profile| profile.first_name.as_ref()),
                last_name: profile.and_then(|profile| profile.last_name.as_ref()),
            },
            group_id: &member.group,
        }
    }

    /// Renders an invited person. Only owners see this, and they know the address from the invite.
    fn invited(invite: &'a Invite, user: Option<&'a UserId>, app_id: &'a str) -> Self {
        let id = member_id(&PersonId::Invited(invite.id));
        let user_id = user.map_or_else(|| id.clone().into(), |user| user.as_str().into());
        let email = invite.invitee.address().map(EmailAddress::as_str);
        let phone = phone_of(&invite.invitee).map(PhoneNumber::as_str);
        Self {
            id,
            user_id,
            app_id,
            roles: &invite.terms.roles,
            state: "invite_pending",
            invited_by: Some(&invite.created_by.id),
            profile: ProfileBody { user_id: user, email, phone, ..ProfileBody::default() },
            group_id: &invite.group,
        }
    }
}
