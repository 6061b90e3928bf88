//! Groups.

use serde::{Deserialize, Serialize};

use super::Instant;
use super::etag::etag;
use crate::domain::from_object;
use crate::domain::group::{
    DefaultLifetime, Domains, GroupType, Policy, PolicyChange, Reminders, WhoMayInvite, given,
    given_object,
};
use crate::domain::group_name::GroupName;
use crate::domain::ids::{GroupId, UserId};
use crate::domain::language::LanguageTag;
use crate::domain::text::{Description, Metadata, Name};
use crate::engine::{FirstOwner, GroupChange, GroupView, NewGroup};

/// The body of `POST /v1/groups`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewGroupBody {
    /// The group's id; absent to get a random one.
    id: Option<GroupId>,
    /// The name.
    name: GroupName,
    /// The group's purpose.
    description: Option<Description>,
    /// The type, which decides who may see and join the group.
    #[serde(default, rename = "type")]
    kind: GroupType,
    /// The rules about inviting; an absent field has its default.
    #[serde(default, deserialize_with = "from_object")]
    policy: PolicyChange,
    /// The caller's own data.
    #[serde(default)]
    metadata: Metadata,
    /// Absent, or `null` if an app creates the group for others.
    #[serde(default, deserialize_with = "given")]
    #[cfg_attr(feature = "openapi", schema(schema_with = no_owner, required = false))]
    owner_user_id: Option<()>,
}

/// Returns the schema of `owner_user_id`. utoipa gives that of a unit no description.
#[cfg(feature = "openapi")]
fn no_owner() -> utoipa::openapi::Object {
    utoipa::openapi::ObjectBuilder::new()
        .schema_type(utoipa::openapi::schema::SchemaType::Type(utoipa::openapi::Type::Null))
        .description(Some("Absent, or `null` if an app creates the group for others."))
        .build()
}

impl NewGroupBody {
    /// Returns the group to create and its first owner. The id is `minted` if the body has none.
    pub fn new_group(self, minted: GroupId) -> (NewGroup, FirstOwner) {
        let Self { id, name, description, kind, policy, metadata, owner_user_id } = self;
        let new = NewGroup {
            id: id.unwrap_or(minted),
            name: name.into_name(),
            description,
            kind,
            policy: policy.apply(Policy::default()),
            metadata,
        };
        let owner = match owner_user_id {
            None => FirstOwner::Caller,
            Some(()) => FirstOwner::FirstMember,
        };
        (new, owner)
    }
}

/// The body of `PATCH /v1/groups/{group}`. An absent field stays as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupChangeBody {
    /// The new name.
    #[serde(default, deserialize_with = "given")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    name: Option<GroupName>,
    /// The new description; `null` removes it.
    #[serde(default, deserialize_with = "given")]
    description: Option<Option<Description>>,
    /// The new type.
    #[serde(default, rename = "type", deserialize_with = "given")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    kind: Option<GroupType>,
    /// The changes of the policy, field by field.
    #[serde(default, deserialize_with = "given_object")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    policy: Option<PolicyChange>,
    /// The new metadata, which replaces all of the old.
    #[serde(default, deserialize_with = "given")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    metadata: Option<Metadata>,
}

impl GroupChangeBody {
    /// Returns the requested change.
    pub fn change(self) -> GroupChange {
        let Self { name, description, kind, policy, metadata } = self;
        let name = name.map(GroupName::into_name);
        GroupChange { name, description, kind, policy, metadata, open: None }
    }
}

/// A group as its members see it.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupBody<'a> {
    /// Always `group`.
    object: &'static str,
    /// The group's id.
    id: &'a GroupId,
    /// The name.
    name: &'a Name,
    /// The group's purpose.
    description: Option<&'a str>,
    /// The type, which decides who may see and join the group.
    #[serde(rename = "type")]
    kind: GroupType,
    /// The user who created the group; `null` if an app created it for others.
    owner_user_id: Option<&'a UserId>,
    /// The number of members.
    member_count: u32,
    /// The rules about inviting.
    policy: PolicyBody<'a>,
    /// The app's own data.
    metadata: &'a Metadata,
    /// The time of creation.
    created_at: Instant,
    /// The time of the last change.
    updated_at: Instant,
    /// The version, for `If-Match`.
    etag: String,
}

/// A group's rules about inviting.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct PolicyBody<'a> {
    /// The members who may invite.
    who_may_invite: WhoMayInvite,
    /// The only mail domains that may be invited; empty for all.
    allowed_domains: &'a [String],
    /// The mail domains that may not be invited.
    blocked_domains: &'a [String],
    /// The most members the group may have; `null` for any number.
    max_members: Option<u32>,
    /// The most pending invites the group may have at once.
    max_pending: u32,
    /// Whether shareable links may be created and used.
    links: bool,
    /// Whether inviting and joining are suspended.
    frozen: bool,
    /// The lifetime in seconds of an invite that is made without one; `null` for seven days.
    expires_in: Option<i64>,
    /// `default`, or `none` for no reminders.
    reminders: Reminders,
    /// The language of mails about invites that are made without one; `null` for the deployment's.
    locale: Option<&'a str>,
}

impl<'a> PolicyBody<'a> {
    fn new(policy: &'a Policy) -> Self {
        let (Domains(allowed_domains), Domains(blocked_domains)) =
            (&policy.allowed_domains, &policy.blocked_domains);
        Self {
            who_may_invite: policy.who_may_invite,
            allowed_domains,
            blocked_domains,
            max_members: policy.max_members,
            max_pending: policy.max_pending.get(),
            links: policy.links,
            frozen: policy.frozen,
            expires_in: policy.expires_in.map(DefaultLifetime::seconds),
            reminders: policy.reminders,
            locale: policy.locale.as_ref().map(LanguageTag::as_str),
        }
    }
}

impl<'a> GroupBody<'a> {
    /// Renders the group.
    pub fn new(view: &'a GroupView) -> Self {
        let group = &view.group;
        Self {
            object: "group",
            id: &group.id,
            name: &group.name,
            description: group.description.as_ref().map(Description::as_str),
            kind: group.kind,
            owner_user_id: group.owner.as_ref(),
            member_count: view.member_count,
            policy: PolicyBody::new(&group.policy),
            metadata: &group.metadata,
            created_at: group.created_at.into(),
            updated_at: group.updated_at.into(),
            etag: etag(group.version),
        }
    }
}
