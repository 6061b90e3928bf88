//! The people of a group.

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

/// What the directory says of a person.
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

/// A `GroupMember`: a person who is in the group, or invited to it.
#[derive(Serialize)]
pub struct MemberBody<'a> {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a UserId>,
    roles: &'a Roles,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    invited_by: Option<&'a UserId>,
    profile: ProfileBody<'a>,
    group_id: &'a GroupId,
}

impl<'a> MemberBody<'a> {
    /// Returns a person of the group.
    pub fn new(person: &'a Person) -> Self {
        match person {
            Person::Member(member, user) => Self::member(member, user.as_deref()),
            Person::Invited(invite, user) => Self::invited(invite, user.as_ref()),
        }
    }

    /// Returns a member, with what the directory knows of the person.
    pub(super) fn member(member: &'a Member, user: Option<&'a User>) -> Self {
        let profile = user.map(|user| &user.profile);
        let email = profile.and_then(|profile| profile.email.as_ref());
        Self {
            id: member_id(&PersonId::Member(member.user.clone())),
            user_id: Some(&member.user),
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

    /// Returns an invited person. The group's owners know the address from the invite.
    fn invited(invite: &'a Invite, user_id: Option<&'a UserId>) -> Self {
        let email = invite.invitee.address().map(EmailAddress::as_str);
        let phone = phone_of(&invite.invitee).map(PhoneNumber::as_str);
        Self {
            id: member_id(&PersonId::Invited(invite.id)),
            user_id,
            roles: &invite.terms.roles,
            state: "invite_pending",
            invited_by: Some(&invite.created_by.id),
            profile: ProfileBody { user_id, email, phone, ..ProfileBody::default() },
            group_id: &invite.group,
        }
    }
}
