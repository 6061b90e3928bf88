//! The items as they lie in the table, and their way to and from the domain.

use serde::{Deserialize, Serialize};

use super::StoreError;
use super::access::{self, Item};
use super::keys::{self, Key};
use crate::domain::clock::Timestamp;
use crate::domain::email::EmailAddress;
use crate::domain::group::{Group, GroupType, Policy};
use crate::domain::identity::{Account, PhoneNumber};
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::invite::{Delivery, DeliveryState, IdentityPolicy, Invite, Inviter, State};
use crate::domain::invitee::{Invitee, Link, Person};
use crate::domain::mailing::Mailing;
use crate::domain::member::Member;
use crate::domain::privilege::Privileges;
use crate::domain::redirect::RedirectUrl;
use crate::domain::role::{Rank, Roles};
use crate::domain::rule::InviteRule;
use crate::domain::text::{Description, Message, Metadata, Name};
use crate::domain::user::{Profile, User, UserState};

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum InviteeItem {
    User {
        user_id: UserId,
    },
    Email {
        email: EmailAddress,
    },
    Phone {
        phone: PhoneNumber,
    },
    Account {
        account: Account,
    },
    Person {
        email: EmailAddress,
        first_name: Option<Name>,
        last_name: Option<Name>,
        pending_user: Option<UserId>,
    },
    Link {
        key: String,
        max_uses: Option<u32>,
        allowed_domains: Vec<String>,
    },
}

#[derive(Serialize, Deserialize)]
struct InviteItem {
    pk: String,
    sk: String,
    #[serde(rename = "type")]
    kind: String,
    id: u64,
    group: GroupId,
    group_name: String,
    generation: u32,
    version: u64,
    invitee: InviteeItem,
    invitee_key: String,
    #[serde(default)]
    uses: u32,
    roles: Roles,
    state: State,
    identity_policy: IdentityPolicy,
    message: Option<Message>,
    /// As JSON text: DynamoDB's numbers have fewer digits than JSON's.
    metadata: Option<String>,
    /// As JSON text too.
    api_data: Option<String>,
    #[serde(default)]
    rule: InviteRule,
    redirect_url: Option<RedirectUrl>,
    /// Absent where it is the usual invitation.
    mailing: Option<Mailing>,
    /// `queued` while a mail is due; what the stream's filter looks for.
    outbox: Option<String>,
    delivery: Delivery,
    created_at: Timestamp,
    created_by: UserId,
    created_by_name: Option<String>,
    created_by_rank: Rank,
    #[serde(default)]
    request: String,
    updated_at: Timestamp,
    expires_at: Option<Timestamp>,
    resolved_at: Option<Timestamp>,
    resolved_by: Option<UserId>,
    decline_reason: Option<Message>,
    send_count: u32,
    last_sent_at: Option<Timestamp>,
    by_group_pk: String,
    by_group_sk: String,
    by_invitee_pk: String,
    by_invitee_sk: String,
}

/// The invite as an item, with its keys in every index.
pub(super) fn from_invite(invite: &Invite) -> Result<Item, StoreError> {
    let Key { pk, sk } = keys::invite(&invite.group, invite.id);
    let list_sort = keys::list_sort(invite.stored_state, invite.expires_at, invite.id);
    let invitee_key = invite.invitee.key();
    let item = InviteItem {
        pk,
        sk,
        kind: "invite".into(),
        id: invite.id.number(),
        group: invite.group.clone(),
        group_name: invite.group_name.clone(),
        generation: invite.generation,
        version: invite.version,
        uses: invite.invitee.link().map_or(0, |link| link.uses),
        invitee: from_invitee(&invite.invitee),
        by_invitee_pk: keys::invitee_partition(&invitee_key),
        invitee_key,
        roles: invite.roles.clone(),
        state: invite.stored_state,
        identity_policy: invite.identity_policy,
        message: invite.message.clone(),
        metadata: from_metadata(&invite.metadata)?,
        api_data: from_metadata(&invite.api_data)?,
        rule: invite.rule,
        redirect_url: invite.redirect_url.clone(),
        mailing: Some(invite.mailing.clone()).filter(|mailing| *mailing != Mailing::default()),
        outbox: (invite.delivery.state == DeliveryState::Queued).then(|| "queued".into()),
        delivery: invite.delivery.clone(),
        created_at: invite.created_at,
        created_by: invite.created_by.id.clone(),
        created_by_name: invite.created_by.name.clone(),
        created_by_rank: invite.created_by.rank,
        request: invite.request.clone(),
        updated_at: invite.updated_at,
        expires_at: invite.expires_at,
        resolved_at: invite.resolved_at,
        resolved_by: invite.resolved_by.clone(),
        decline_reason: invite.decline_reason.clone(),
        send_count: invite.send_count,
        last_sent_at: invite.last_sent_at,
        by_group_pk: keys::group_partition(&invite.group),
        by_group_sk: list_sort.clone(),
        by_invitee_sk: list_sort,
    };
    present(access::write(&item, "invite")?)
}

/// The invite that the item holds.
pub(super) fn to_invite(item: Item) -> Result<Invite, StoreError> {
    let item: InviteItem = access::read(item, "invite")?;
    Ok(Invite {
        id: InviteId::from_number(item.id).map_err(|invalid| StoreError::Corrupt {
            item: "invite",
            problem: invalid.to_string(),
        })?,
        group: item.group,
        group_name: item.group_name,
        generation: item.generation,
        version: item.version,
        invitee: to_invitee(item.invitee, item.uses),
        roles: item.roles,
        stored_state: item.state,
        identity_policy: item.identity_policy,
        message: item.message,
        metadata: to_metadata(item.metadata)?,
        api_data: to_metadata(item.api_data)?,
        rule: item.rule,
        redirect_url: item.redirect_url,
        mailing: item.mailing.unwrap_or_default(),
        delivery: item.delivery,
        created_at: item.created_at,
        created_by: Inviter {
            id: item.created_by,
            name: item.created_by_name,
            rank: item.created_by_rank,
        },
        request: item.request,
        updated_at: item.updated_at,
        expires_at: item.expires_at,
        resolved_at: item.resolved_at,
        resolved_by: item.resolved_by,
        decline_reason: item.decline_reason,
        send_count: item.send_count,
        last_sent_at: item.last_sent_at,
    })
}

fn from_invitee(invitee: &Invitee) -> InviteeItem {
    match invitee.clone() {
        Invitee::User(user_id) => InviteeItem::User { user_id },
        Invitee::Email(email) => InviteeItem::Email { email },
        Invitee::Phone(phone) => InviteeItem::Phone { phone },
        Invitee::Account(account) => InviteeItem::Account { account },
        Invitee::Person(Person { email, first_name, last_name, pending_user }) => {
            InviteeItem::Person { email, first_name, last_name, pending_user }
        }
        Invitee::Link(Link { key, max_uses, allowed_domains, uses: _ }) => {
            InviteeItem::Link { key, max_uses, allowed_domains }
        }
    }
}

fn to_invitee(item: InviteeItem, uses: u32) -> Invitee {
    match item {
        InviteeItem::User { user_id } => Invitee::User(user_id),
        InviteeItem::Email { email } => Invitee::Email(email),
        InviteeItem::Phone { phone } => Invitee::Phone(phone),
        InviteeItem::Account { account } => Invitee::Account(account),
        InviteeItem::Person { email, first_name, last_name, pending_user } => {
            Invitee::Person(Person { email, first_name, last_name, pending_user })
        }
        InviteeItem::Link { key, max_uses, allowed_domains } => {
            Invitee::Link(Link { key, max_uses, uses, allowed_domains })
        }
    }
}

#[derive(Serialize, Deserialize)]
struct GroupItem {
    pk: String,
    sk: String,
    #[serde(rename = "type")]
    kind: String,
    id: GroupId,
    /// `deleted` on what is left of a group; its id is never used again (ADR 0008).
    state: GroupState,
    name: Name,
    description: Option<Description>,
    group_type: GroupType,
    owner: Option<UserId>,
    owner_count: u32,
    policy: Policy,
    metadata: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
    version: u64,
    authority_changed_at: Option<Timestamp>,
    seats_taken: Option<u32>,
}

#[derive(Serialize, Deserialize, PartialEq, Eq, Clone, Copy)]
#[serde(rename_all = "lowercase")]
pub(super) enum GroupState {
    Active,
    Deleted,
}

/// A new group as an item.
pub(super) fn from_group(group: &Group) -> Result<Item, StoreError> {
    let Key { pk, sk } = keys::group(&group.id);
    let item = GroupItem {
        pk,
        sk,
        kind: "group".into(),
        id: group.id.clone(),
        state: GroupState::Active,
        name: group.name.clone(),
        description: group.description.clone(),
        group_type: group.kind,
        owner: group.owner.clone(),
        owner_count: group.owner_count,
        policy: group.policy.clone(),
        metadata: from_metadata(&group.metadata)?,
        created_at: group.created_at,
        updated_at: group.updated_at,
        version: group.version,
        authority_changed_at: group.authority_changed_at,
        seats_taken: group.seats_taken,
    };
    present(access::write(&item, "group")?)
}

/// The group that the item holds, and whether it still lives.
pub(super) fn to_group(item: Item) -> Result<(Group, GroupState), StoreError> {
    let item: GroupItem = access::read(item, "group")?;
    let group = Group {
        id: item.id,
        name: item.name,
        description: item.description,
        kind: item.group_type,
        owner: item.owner,
        owner_count: item.owner_count,
        policy: item.policy,
        metadata: to_metadata(item.metadata)?,
        created_at: item.created_at,
        updated_at: item.updated_at,
        version: item.version,
        authority_changed_at: item.authority_changed_at,
        seats_taken: item.seats_taken,
    };
    Ok((group, item.state))
}

#[derive(Serialize, Deserialize)]
struct MemberItem {
    pk: String,
    sk: String,
    #[serde(rename = "type")]
    kind: String,
    group: GroupId,
    user: UserId,
    roles: Roles,
    #[serde(default)]
    privileges: Privileges,
    name: Option<String>,
    joined_at: Timestamp,
    invite: Option<u64>,
    #[serde(default)]
    came_as: Vec<String>,
    by_invitee_pk: String,
    by_invitee_sk: String,
}

/// The member as an item.
pub(super) fn from_member(member: &Member) -> Result<Item, StoreError> {
    let Key { pk, sk } = keys::member(&member.group, &member.user);
    let item = MemberItem {
        pk,
        sk,
        kind: "member".into(),
        group: member.group.clone(),
        user: member.user.clone(),
        roles: member.roles.clone(),
        privileges: member.privileges.clone(),
        name: member.name.clone(),
        joined_at: member.joined_at,
        invite: member.invite.map(InviteId::number),
        came_as: member.came_as.clone(),
        by_invitee_pk: keys::memberships_partition(&member.user),
        by_invitee_sk: keys::membership_sort(&member.group),
    };
    present(access::write(&item, "member")?)
}

/// The member that the item holds.
pub(super) fn to_member(item: Item) -> Result<Member, StoreError> {
    let item: MemberItem = access::read(item, "member")?;
    let invite = item.invite.map(InviteId::from_number).transpose();
    Ok(Member {
        group: item.group,
        user: item.user,
        roles: item.roles,
        privileges: item.privileges,
        name: item.name,
        joined_at: item.joined_at,
        invite: invite.map_err(|invalid| StoreError::Corrupt {
            item: "member",
            problem: invalid.to_string(),
        })?,
        came_as: item.came_as,
    })
}

#[derive(Serialize, Deserialize)]
struct UserItem {
    pk: String,
    sk: String,
    #[serde(rename = "type")]
    kind: String,
    id: UserId,
    state: UserState,
    profile: Profile,
    version: u64,
}

/// The user as an item.
pub(super) fn from_user(user: &User) -> Result<Item, StoreError> {
    let Key { pk, sk } = keys::user(&user.id);
    let item = UserItem {
        pk,
        sk,
        kind: "user".into(),
        id: user.id.clone(),
        state: user.state,
        profile: user.profile.clone(),
        version: user.version,
    };
    present(access::write(&item, "user")?)
}

/// The user that the item holds.
pub(super) fn to_user(item: Item) -> Result<User, StoreError> {
    let item: UserItem = access::read(item, "user")?;
    Ok(User { id: item.id, state: item.state, profile: item.profile, version: item.version })
}

/// A pointer from an identity to whose it is.
#[derive(Serialize, Deserialize)]
pub(super) struct PointerItem {
    pk: String,
    sk: String,
    #[serde(rename = "type")]
    kind: String,
    pub(super) user: UserId,
}

impl PointerItem {
    pub(super) fn new(key: Key, user: &UserId) -> Self {
        Self { pk: key.pk, sk: key.sk, kind: "pointer".into(), user: user.clone() }
    }
}

/// The metadata as stored: nothing where it is empty.
pub(super) fn from_metadata(metadata: &Metadata) -> Result<Option<String>, StoreError> {
    if *metadata == Metadata::default() {
        return Ok(None);
    }
    serde_json::to_string(metadata)
        .map(Some)
        .map_err(|error| StoreError::Corrupt { item: "metadata", problem: error.to_string() })
}

fn to_metadata(stored: Option<String>) -> Result<Metadata, StoreError> {
    let Some(json) = stored else { return Ok(Metadata::default()) };
    serde_json::from_str(&json)
        .map_err(|error| StoreError::Corrupt { item: "metadata", problem: error.to_string() })
}

/// Leaves out what is null: an index key must be absent, not null, and absent attributes cost
/// nothing.
fn present(mut item: Item) -> Result<Item, StoreError> {
    item.retain(|_, value| !value.is_null());
    Ok(item)
}
