//! The rownd API's objects, in the order of the published examples; what is unknown is left out
//! (contract rownd 1.2 and 1.4).

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::request::{AdmissionPolicy, MemberId, NUMERIC_PHONE, VARIANT};
use crate::domain::clock::Timestamp;
use crate::domain::group::{Group, GroupType};
use crate::domain::identity::PhoneNumber;
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::invite::{Invite, State};
use crate::domain::invitee::Invitee;
use crate::domain::member::Member;
use crate::domain::role::Roles;
use crate::domain::text::{Metadata, Name};
use crate::domain::user::User;
use crate::engine::{Created, InviteeIds};

/// An instant as RFC 3339 in UTC, to the second.
fn instant<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

/// A phone number as the JSON type that it came as.
#[derive(Serialize)]
#[serde(untagged)]
enum PhoneBody<'a> {
    Number(u64),
    Text(&'a str),
}

impl<'a> PhoneBody<'a> {
    fn new(invite: &'a Invite, number: &'a PhoneNumber) -> Self {
        let text = number.as_str();
        // What doesn't fit into a number stays a text.
        let digits = text.trim_start_matches('+').parse().ok();
        let numeric = invite.api_data.get(NUMERIC_PHONE).and_then(Value::as_bool).unwrap_or(false);
        digits.filter(|_| numeric).map_or(Self::Text(text), Self::Number)
    }
}

/// A `GroupInvite`. An invite made at another API has no more in it than this API knows: a link is
/// for nobody by name.
#[derive(Serialize)]
pub struct InviteBody<'a> {
    id: InviteId,
    group_id: &'a GroupId,
    roles: &'a Roles,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<PhoneBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_lookup_value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_variant_id: Option<&'a str>,
    #[serde(serialize_with = "instant")]
    created_at: Timestamp,
    created_by: &'a UserId,
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted_by: Option<&'a UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ensured_user_id: Option<&'a UserId>,
}

impl<'a> InviteBody<'a> {
    /// The invite as it stands at `now`; `known` are the directory's users whom invites are for.
    pub fn new(invite: &'a Invite, known: &'a InviteeIds, now: Timestamp) -> Self {
        let email = invite.invitee.address().map(|address| address.as_str());
        let number = phone_of(&invite.invitee);
        let user_id = if let Invitee::User(user) = &invite.invitee { Some(user) } else { None };
        let state = invite.state(now);
        Self {
            id: invite.id,
            group_id: &invite.group,
            roles: &invite.roles,
            state: state_word(state),
            email,
            phone: number.map(|number| PhoneBody::new(invite, number)),
            user_id,
            user_lookup_value: email.or(number.map(PhoneNumber::as_str)),
            redirect_url: invite.redirect_url.as_ref().map(|redirect| redirect.as_str()),
            app_variant_id: invite.api_data.get(VARIANT).and_then(Value::as_str),
            created_at: invite.created_at,
            created_by: &invite.created_by.id,
            accepted_by: invite.resolved_by.as_ref().filter(|_| state == State::Accepted),
            ensured_user_id: known.of(&invite.invitee),
        }
    }
}

fn phone_of(invitee: &Invitee) -> Option<&PhoneNumber> {
    if let Invitee::Phone(number) = invitee { Some(number) } else { None }
}

/// The three states that the contract has.
fn state_word(state: State) -> &'static str {
    match state {
        State::Pending => "pending",
        State::Accepted => "accepted",
        State::Declined | State::Revoked | State::Expired | State::Exhausted => "rejected",
    }
}

/// The answer to who made an invite: with its link, the same that a mail carries.
#[derive(Serialize)]
pub struct CreatedBody<'a> {
    link: String,
    invitation: InviteBody<'a>,
}

impl<'a> CreatedBody<'a> {
    /// The invite with its link; `public_url` is where links lead.
    pub fn new(
        created: &'a Created,
        public_url: &str,
        known: &'a InviteeIds,
        now: Timestamp,
    ) -> Self {
        let link = format!("{public_url}/i/{}", created.token.expose());
        Self { link, invitation: InviteBody::new(&created.invite, known, now) }
    }
}

/// A `Group`.
#[derive(Serialize)]
pub struct GroupBody<'a> {
    id: &'a GroupId,
    name: &'a Name,
    /// Deprecated by the contract, and always 0.
    member_count: u32,
    app_id: &'a str,
    admission_policy: AdmissionPolicy,
    meta: &'a Metadata,
    #[serde(serialize_with = "instant")]
    created_at: Timestamp,
    #[serde(serialize_with = "instant")]
    updated_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<&'a UserId>,
}

impl<'a> GroupBody<'a> {
    /// The group, for its members; `audience` is that of the deployment's access tokens, which for
    /// Rownd is `app:` and the app's id.
    pub fn new(group: &'a Group, audience: &'a str) -> Self {
        Self {
            id: &group.id,
            name: &group.name,
            member_count: 0,
            app_id: audience.strip_prefix("app:").unwrap_or(audience),
            admission_policy: match group.kind {
                GroupType::Open => AdmissionPolicy::Open,
                GroupType::Private | GroupType::Secret => AdmissionPolicy::InviteOnly,
            },
            meta: &group.metadata,
            created_at: group.created_at,
            updated_at: group.updated_at,
            created_by: group.owner.as_ref(),
        }
    }
}

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

/// A `GroupMember`: who is in the group, or invited to it.
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
    /// A member, with what the directory knows of the person.
    pub fn new(member: &'a Member, user: Option<&'a User>) -> Self {
        let profile = user.map(|user| &user.profile);
        Self {
            id: MemberId::Member(member.user.clone()).to_string(),
            user_id: Some(&member.user),
            roles: &member.roles,
            state: "active",
            invited_by: None,
            profile: ProfileBody {
                user_id: Some(&member.user),
                email: profile
                    .and_then(|profile| profile.email.as_ref())
                    .map(|email| email.as_str()),
                phone: None,
                first_name: profile.and_then(|profile| profile.first_name.as_ref()),
                last_name: profile.and_then(|profile| profile.last_name.as_ref()),
            },
            group_id: &member.group,
        }
    }

    /// Somebody who is invited, for the group's owners: they know the address from the invite.
    pub fn invited(invite: &'a Invite, known: &'a InviteeIds) -> Self {
        let user_id = known.of(&invite.invitee);
        let email = invite.invitee.address().map(|address| address.as_str());
        let phone = phone_of(&invite.invitee).map(PhoneNumber::as_str);
        Self {
            id: MemberId::Invited(invite.id).to_string(),
            user_id,
            roles: &invite.roles,
            state: "invite_pending",
            invited_by: Some(&invite.created_by.id),
            profile: ProfileBody { user_id, email, phone, ..ProfileBody::default() },
            group_id: &invite.group,
        }
    }
}

/// A group with the caller's own place in it.
#[derive(Serialize)]
pub struct OwnGroupBody<'a> {
    /// The group.
    pub group: GroupBody<'a>,
    /// The caller's membership.
    pub member: MemberBody<'a>,
}

/// The answer to who has joined.
#[derive(Serialize)]
pub struct AcceptedBody<'a> {
    result: &'static str,
    accepted_by: &'a UserId,
    group: GroupBody<'a>,
}

impl<'a> AcceptedBody<'a> {
    /// The group, and who has joined it.
    pub fn new(accepted_by: &'a UserId, group: GroupBody<'a>) -> Self {
        Self { result: "accepted", accepted_by, group }
    }
}

/// A list, or a page of one, with how many there are in all.
#[derive(Serialize)]
pub struct ListBody<T> {
    /// How many there are.
    pub total_results: usize,
    /// Those shown.
    pub results: Vec<T>,
}
