//! The stored form of an invite.

use serde::{Deserialize, Serialize};

use super::{from_metadata, to_metadata, without_nulls};
use crate::domain::clock::Timestamp;
use crate::domain::counters::{Generation, RequestId, Version};
use crate::domain::email::EmailAddress;
use crate::domain::identity::{Account, PhoneNumber};
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::invite::{
    Delivery, DeliveryState, End, IdentityPolicy, Invite, Inviter, Resolution, State, Terms,
};
use crate::domain::invitee::{Invitee, Link, Person};
use crate::domain::mailing::Mailing;
use crate::domain::redirect::RedirectUrl;
use crate::domain::role::{Rank, Roles};
use crate::domain::rule::InviteRule;
use crate::domain::text::{Message, Name};
use crate::domain::token::TokenSubject;
use crate::store::StoreError;
use crate::store::access::{self, Item};
use crate::store::keys::{self, Key};

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
    generation: Generation,
    version: Version,
    invitee: InviteeItem,
    invitee_key: String,
    #[serde(default)]
    uses: u32,
    roles: Roles,
    state: State,
    identity_policy: IdentityPolicy,
    message: Option<Message>,
    /// JSON text, because DynamoDB's numbers have fewer digits than JSON's.
    metadata: Option<String>,
    /// JSON text, like `metadata`. Stored as `door`, the name of the first version.
    #[serde(rename = "door")]
    api_data: Option<String>,
    #[serde(default)]
    rule: InviteRule,
    redirect_url: Option<RedirectUrl>,
    /// `None` for the default mailing.
    mailing: Option<Mailing>,
    /// `queued` while a mail is due, because the stream's filter selects these items (ADR 0003).
    outbox: Option<String>,
    delivery: DeliveryItem,
    created_at: Timestamp,
    created_by: UserId,
    created_by_name: Option<String>,
    created_by_rank: Rank,
    #[serde(default)]
    request: RequestId,
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

/// The delivery of the last requested mail. The counts are attributes of the invite.
#[derive(Serialize, Deserialize)]
struct DeliveryItem {
    state: DeliveryState,
    attempts: u32,
    updated_at: Option<Timestamp>,
    reason: Option<String>,
}

/// Converts an invite into an item, with its keys in every index.
///
/// # Errors
/// `Corrupt`.
pub(in crate::store) fn from_invite(invite: &Invite) -> Result<Item, StoreError> {
    let Key { pk, sk } = keys::invite(&invite.group, invite.id);
    let Invite { terms, delivery, created_by, resolution, .. } = invite;
    let state = invite.stored_state();
    let list_sort = keys::list_sort(state, terms.expires_at, invite.id);
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
        roles: terms.roles.clone(),
        state,
        identity_policy: terms.identity_policy,
        message: terms.message.clone(),
        metadata: from_metadata(&terms.metadata)?,
        api_data: from_metadata(&terms.api_data)?,
        rule: terms.rule,
        redirect_url: terms.redirect_url.clone(),
        mailing: Some(invite.mailing.clone()).filter(|mailing| *mailing != Mailing::default()),
        outbox: delivery.is_due().then(|| "queued".into()),
        delivery: from_delivery(delivery),
        created_at: invite.created_at,
        created_by: created_by.id.clone(),
        created_by_name: created_by.name.clone(),
        created_by_rank: created_by.rank,
        request: invite.request.clone(),
        updated_at: invite.updated_at,
        expires_at: terms.expires_at,
        resolved_at: resolution.as_ref().map(|resolution| resolution.at),
        resolved_by: resolution.as_ref().and_then(|resolution| resolution.by.clone()),
        decline_reason: resolution.as_ref().and_then(Resolution::decline_reason).cloned(),
        send_count: delivery.requested,
        last_sent_at: delivery.last_sent_at,
        by_group_pk: keys::group_partition(&invite.group),
        by_group_sk: list_sort.clone(),
        by_invitee_sk: list_sort,
    };
    without_nulls(access::write(&item, "invite")?)
}

/// Converts an item into an invite.
///
/// # Errors
/// `Corrupt`.
pub(in crate::store) fn to_invite(item: Item) -> Result<Invite, StoreError> {
    let mut item: InviteItem = access::read(item, "invite")?;
    Ok(Invite {
        id: InviteId::from_number(item.id)
            .map_err(|invalid| StoreError::corrupt("invite", invalid))?,
        resolution: to_resolution(&mut item),
        group: item.group,
        group_name: item.group_name,
        generation: item.generation,
        version: item.version,
        invitee: to_invitee(item.invitee, item.uses),
        terms: Terms {
            roles: item.roles,
            identity_policy: item.identity_policy,
            message: item.message,
            metadata: to_metadata(item.metadata)?,
            api_data: to_metadata(item.api_data)?,
            rule: item.rule,
            redirect_url: item.redirect_url,
            expires_at: item.expires_at,
        },
        mailing: item.mailing.unwrap_or_default(),
        delivery: Delivery {
            state: item.delivery.state,
            attempts: item.delivery.attempts,
            updated_at: item.delivery.updated_at,
            reason: item.delivery.reason,
            requested: item.send_count,
            last_sent_at: item.last_sent_at,
        },
        created_at: item.created_at,
        created_by: Inviter {
            id: item.created_by,
            name: item.created_by_name,
            rank: item.created_by_rank,
        },
        request: item.request,
        updated_at: item.updated_at,
    })
}

/// Converts a delivery into an attribute of the invite's item.
///
/// # Errors
/// `Corrupt`.
pub(in crate::store) fn delivery_attribute(
    delivery: &Delivery,
) -> Result<aws_sdk_dynamodb::types::AttributeValue, StoreError> {
    serde_dynamo::to_attribute_value(from_delivery(delivery))
        .map_err(|error| StoreError::corrupt("invite", error))
}

fn from_delivery(delivery: &Delivery) -> DeliveryItem {
    let Delivery { state, attempts, updated_at, ref reason, requested: _, last_sent_at: _ } =
        *delivery;
    DeliveryItem { state, attempts, updated_at, reason: reason.clone() }
}

/// The part of an invite's item that names its generation.
#[derive(Deserialize)]
struct SubjectItem {
    group: GroupId,
    id: u64,
    generation: Generation,
}

/// Returns the generation that the image of a stream record is of. `None` if the image is not of a
/// readable invite.
pub(crate) fn invite_subject(image: serde_dynamo::Item) -> Option<TokenSubject> {
    let SubjectItem { group, id, generation } = serde_dynamo::from_item(image).ok()?;
    Some(TokenSubject { group, invite: InviteId::from_number(id).ok()?, generation })
}

/// Returns how the invite ended, from its state and the attributes of its resolution.
fn to_resolution(item: &mut InviteItem) -> Option<Resolution> {
    let end = match item.state {
        State::Pending => return None,
        State::Accepted => End::Accepted,
        State::Declined => End::Declined { reason: item.decline_reason.take() },
        State::Revoked => End::Revoked,
        State::Expired => End::Expired,
        State::Exhausted => End::Exhausted,
    };
    let at = item.resolved_at.unwrap_or(item.updated_at);
    Some(Resolution { end, at, by: item.resolved_by.take() })
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
