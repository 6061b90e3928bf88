//! The native API's objects, field by field: an allow-list, in the contract's order.

use std::borrow::Cow;
use std::sync::LazyLock;

use lambda_http::http::{HeaderValue, header};
use lambda_http::{Body, Response};
use serde::Serialize;

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::counters::Version;
use crate::domain::group::{GroupType, Policy};
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::invite::{DeliveryState, IdentityPolicy, Invite, Resolution, State};
use crate::domain::invitee::{Invitee, Link, Person};
use crate::domain::member::Member;
use crate::domain::privilege::Privileges;
use crate::domain::redirect::RedirectUrl;
use crate::domain::role::Roles;
use crate::domain::text::{Message, Metadata, Name};
use crate::domain::user::{PhotoUrl, User, UserState};
use crate::engine::{GroupView, Preview};

/// An instant as the API writes it.
#[derive(Clone, Copy, Debug)]
struct At(Timestamp);

impl Serialize for At {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// An `ETag` for this version (RFC 9110 §8.8.3).
fn etag(version: Version) -> String {
    format!("\"{version}\"")
}

/// The response with the `ETag` of this version.
pub fn with_etag(mut response: Response<Body>, version: Version) -> Response<Body> {
    response
        .headers_mut()
        .extend(HeaderValue::from_str(&etag(version)).ok().map(|value| (header::ETAG, value)));
    response
}

#[derive(Serialize)]
struct GroupRef<'a> {
    id: &'a GroupId,
    name: &'a str,
}

#[derive(Serialize)]
struct PersonRef<'a> {
    id: &'a UserId,
    name: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum InviteeBody<'a> {
    User { user_id: &'a UserId },
    Email { email: Cow<'a, str>, first_name: Option<&'a Name>, last_name: Option<&'a Name> },
    Person { email: Cow<'a, str>, first_name: Option<&'a Name>, last_name: Option<&'a Name> },
    Phone { phone: Cow<'a, str> },
    Account { membership_type: i32, membership_id: &'a str },
    Link { max_uses: Option<u32>, uses: u32, allowed_domains: &'a [String] },
}

impl<'a> InviteeBody<'a> {
    fn new(invitee: &'a Invitee) -> Self {
        match invitee {
            Invitee::User(user_id) => Self::User { user_id },
            Invitee::Email(email) => {
                Self::Email { email: email.as_str().into(), first_name: None, last_name: None }
            }
            Invitee::Person(Person { email, first_name, last_name, .. }) => Self::Person {
                email: email.as_str().into(),
                first_name: first_name.as_ref(),
                last_name: last_name.as_ref(),
            },
            Invitee::Phone(phone) => Self::Phone { phone: phone.as_str().into() },
            Invitee::Account(account) => Self::Account {
                membership_type: account.membership_type,
                membership_id: &account.membership_id,
            },
            Invitee::Link(Link { max_uses, uses, allowed_domains, .. }) => {
                Self::Link { max_uses: *max_uses, uses: *uses, allowed_domains }
            }
        }
    }

    /// For somebody else than the invitee: no names, the address masked.
    fn masked(invitee: &'a Invitee) -> Self {
        match invitee {
            Invitee::Email(email) => {
                Self::Email { email: email.masked().into(), first_name: None, last_name: None }
            }
            Invitee::Person(Person { email, .. }) => {
                Self::Person { email: email.masked().into(), first_name: None, last_name: None }
            }
            Invitee::Phone(phone) => Self::Phone { phone: phone.masked().into() },
            Invitee::User(_) | Invitee::Account(_) | Invitee::Link(_) => Self::new(invitee),
        }
    }
}

#[derive(Serialize)]
struct DeliveryBody<'a> {
    channel: Option<&'static str>,
    state: DeliveryState,
    attempts: u32,
    updated_at: Option<At>,
    reason: Option<&'a str>,
}

/// What stands for metadata that is not the reader's business.
static NONE: LazyLock<Metadata> = LazyLock::new(Metadata::default);

/// An invite, for who may handle it. Carries no token.
#[derive(Serialize)]
pub struct InviteBody<'a> {
    object: &'static str,
    id: InviteId,
    group: GroupRef<'a>,
    invitee: InviteeBody<'a>,
    roles: &'a Roles,
    state: State,
    identity_policy: IdentityPolicy,
    message: Option<&'a Message>,
    metadata: &'a Metadata,
    locale: &'static str,
    redirect_url: Option<&'a RedirectUrl>,
    delivery: DeliveryBody<'a>,
    created_at: At,
    created_by: PersonRef<'a>,
    updated_at: At,
    expires_at: Option<At>,
    resolved_at: Option<At>,
    resolved_by: Option<PersonRef<'a>>,
    decline_reason: Option<&'a Message>,
    send_count: u32,
    last_sent_at: Option<At>,
    etag: String,
}

impl<'a> InviteBody<'a> {
    /// The invite as it stands at `now`, for who takes it up: without the inviting program's
    /// metadata, and, where `caller` is not the invitee, as under the bearer policy, without the
    /// invitee's names and address.
    pub fn for_invitee(invite: &'a Invite, caller: &Caller, now: Timestamp) -> Self {
        let body = Self { metadata: &NONE, ..Self::new(invite, now) };
        if caller.is(&invite.invitee) {
            body
        } else {
            Self { invitee: InviteeBody::masked(&invite.invitee), ..body }
        }
    }

    /// The invite as it stands at `now`.
    pub fn new(invite: &'a Invite, now: Timestamp) -> Self {
        let delivery = &invite.delivery;
        let resolution = invite.resolution.as_ref();
        Self {
            object: "invite",
            id: invite.id,
            group: GroupRef { id: &invite.group, name: &invite.group_name },
            invitee: InviteeBody::new(&invite.invitee),
            roles: &invite.terms.roles,
            state: invite.state(now),
            identity_policy: invite.terms.identity_policy,
            message: invite.terms.message.as_ref(),
            metadata: &invite.terms.metadata,
            locale: "en",
            redirect_url: invite.terms.redirect_url.as_ref(),
            delivery: DeliveryBody {
                channel: (delivery.state != DeliveryState::NotRequested).then_some("email"),
                state: delivery.state,
                attempts: delivery.attempts,
                updated_at: delivery.updated_at.map(At),
                reason: delivery.reason.as_deref(),
            },
            created_at: At(invite.created_at),
            created_by: PersonRef {
                id: &invite.created_by.id,
                name: invite.created_by.name.as_deref(),
            },
            updated_at: At(invite.updated_at),
            expires_at: invite.terms.expires_at.map(At),
            resolved_at: resolution.map(|resolution| At(resolution.at)),
            resolved_by: resolution
                .and_then(|resolution| resolution.by.as_ref())
                .map(|id| PersonRef { id, name: None }),
            decline_reason: resolution.and_then(Resolution::decline_reason),
            send_count: invite.delivery.requested,
            last_sent_at: invite.delivery.last_sent_at.map(At),
            etag: etag(invite.version),
        }
    }
}

/// The one answer that carries token and link: to who made the invite.
#[derive(Serialize)]
pub struct CreatedBody<'a> {
    #[serde(flatten)]
    invite: InviteBody<'a>,
    token: &'a str,
    url: String,
}

impl<'a> CreatedBody<'a> {
    /// The invite as made, with its token; `public_url` is where links lead.
    pub fn new(created: &'a crate::engine::Created, public_url: &str, now: Timestamp) -> Self {
        let token = created.token.expose();
        Self {
            invite: InviteBody::new(&created.invite, now),
            token,
            url: format!("{public_url}/i/{token}"),
        }
    }
}

/// An invite for a stranger's eyes: no metadata, no message, no ids of people, the address masked.
#[derive(Serialize)]
pub struct PreviewBody<'a> {
    object: &'static str,
    group: NameRef<'a>,
    /// Groups that the same link leads into besides.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    further_groups: Vec<NameRef<'a>>,
    created_by: NameRef<'a>,
    invitee: MaskedInvitee,
    roles: &'a Roles,
    state: State,
    identity_policy: IdentityPolicy,
    expires_at: Option<At>,
    redirect_url: Option<&'a RedirectUrl>,
}

#[derive(Serialize)]
struct NameRef<'a> {
    name: Option<&'a str>,
}

#[derive(Serialize)]
struct MaskedInvitee {
    kind: &'static str,
    address: Option<String>,
}

impl<'a> PreviewBody<'a> {
    /// What the link's holder may see.
    pub fn new(preview: &'a Preview) -> Self {
        let further_groups =
            preview.further_groups.iter().map(|name| NameRef { name: Some(name) }).collect();
        Self { further_groups, ..Self::of(&preview.invite, &preview.group_name, preview.state) }
    }

    /// The same of an invite that was just declined.
    pub fn of(invite: &'a Invite, group_name: &'a str, state: State) -> Self {
        Self {
            object: "invite_preview",
            group: NameRef { name: Some(group_name) },
            further_groups: Vec::new(),
            created_by: NameRef { name: invite.created_by.name.as_deref() },
            invitee: MaskedInvitee {
                kind: invite.invitee.kind(),
                address: invite.invitee.masked(),
            },
            roles: &invite.terms.roles,
            state,
            identity_policy: invite.terms.identity_policy,
            expires_at: invite.terms.expires_at.map(At),
            redirect_url: invite.terms.redirect_url.as_ref(),
        }
    }
}

/// A group.
#[derive(Serialize)]
pub struct GroupBody<'a> {
    object: &'static str,
    id: &'a GroupId,
    name: &'a Name,
    description: Option<&'a str>,
    #[serde(rename = "type")]
    kind: GroupType,
    owner_user_id: Option<&'a UserId>,
    member_count: u32,
    policy: &'a Policy,
    metadata: &'a Metadata,
    created_at: At,
    updated_at: At,
    etag: String,
}

impl<'a> GroupBody<'a> {
    /// The group, for its members.
    pub fn new(view: &'a GroupView) -> Self {
        let group = &view.group;
        Self {
            object: "group",
            id: &group.id,
            name: &group.name,
            description: group.description.as_ref().map(crate::domain::text::Line::as_str),
            kind: group.kind,
            owner_user_id: group.owner.as_ref(),
            member_count: view.member_count,
            policy: &group.policy,
            metadata: &group.metadata,
            created_at: At(group.created_at),
            updated_at: At(group.updated_at),
            etag: etag(group.version),
        }
    }
}

/// A member.
#[derive(Serialize)]
pub struct MemberBody<'a> {
    object: &'static str,
    group_id: &'a GroupId,
    user_id: &'a UserId,
    roles: &'a Roles,
    privileges: &'a Privileges,
    name: Option<&'a str>,
    joined_at: At,
    invite_id: Option<InviteId>,
}

impl<'a> MemberBody<'a> {
    /// The member, for the group's members.
    pub fn new(member: &'a Member) -> Self {
        Self {
            object: "member",
            group_id: &member.group,
            user_id: &member.user,
            roles: &member.roles,
            privileges: &member.privileges,
            name: member.name.as_deref(),
            joined_at: At(member.joined_at),
            invite_id: member.invite,
        }
    }
}

/// A user of the directory.
#[derive(Serialize)]
pub struct UserBody<'a> {
    object: &'static str,
    id: &'a UserId,
    state: UserState,
    email: Option<&'a str>,
    alt_email: Option<&'a str>,
    phone: Option<&'a str>,
    first_name: Option<&'a Name>,
    last_name: Option<&'a Name>,
    title: Option<&'a Name>,
    organization_name: Option<&'a Name>,
    bio: Option<&'a str>,
    photo: Option<&'a PhotoUrl>,
    locale: Option<&'a str>,
    accounts: &'a [crate::domain::identity::Account],
    refuses_invites: bool,
}

impl<'a> UserBody<'a> {
    /// The user, for the user and for the app.
    pub fn new(user: &'a User) -> Self {
        let profile = &user.profile;
        Self {
            object: "user",
            id: &user.id,
            state: user.state,
            email: profile.email.as_ref().map(|email| email.as_str()),
            alt_email: profile.alt_email.as_ref().map(|email| email.as_str()),
            phone: profile.phone.as_ref().map(|phone| phone.as_str()),
            first_name: profile.first_name.as_ref(),
            last_name: profile.last_name.as_ref(),
            title: profile.title.as_ref(),
            organization_name: profile.organization_name.as_ref(),
            bio: profile.bio.as_ref().map(|bio| bio.as_str()),
            photo: profile.photo.as_ref(),
            locale: profile.locale.as_ref().map(|locale| locale.as_str()),
            accounts: profile.accounts.as_slice(),
            refuses_invites: profile.refuses_invites,
        }
    }
}

/// A page of a list.
#[derive(Serialize)]
pub struct ListBody<T> {
    object: &'static str,
    data: Vec<T>,
    next_cursor: Option<String>,
}

impl<T> ListBody<T> {
    /// The page's objects, and where the next page begins.
    pub fn new(data: Vec<T>, next_cursor: Option<String>) -> Self {
        Self { object: "list", data, next_cursor }
    }
}
