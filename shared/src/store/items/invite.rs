//! The stored form of an invite.

use serde::{Deserialize, Serialize};

use super::{from_metadata, stored_user_if_any, to_metadata, without_nulls};
use crate::domain::author::Author;
use crate::domain::clock::Timestamp;
use crate::domain::counters::{Generation, RequestId, Version};
use crate::domain::email::EmailAddress;
use crate::domain::identity::{Account, PhoneNumber};
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::invite::{
    Delivery, DeliveryState, End, Feedback, Granter, IdentityPolicy, Invite, Inviter, Outbox,
    Resolution, RevokeReason, State, Terms, Timed, TimedMail, Tries,
};
use crate::domain::invitee::{Invitee, Link, Person};
use crate::domain::language::LanguageTag;
use crate::domain::mailing::Mailing;
use crate::domain::member::MembershipPeriod;
use crate::domain::redirect::RedirectUrl;
use crate::domain::role::{Rank, Roles};
use crate::domain::rule::InviteRule;
use crate::domain::text::{Message, Name};
use crate::domain::token::TokenSubject;
use crate::store::StoreError;
use crate::store::access::{self, Item};
use crate::store::keys::{self, Key, Shelf};

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
        #[serde(default, deserialize_with = "stored_user_if_any")]
        pending_user: Option<UserId>,
    },
    Link {
        key: String,
        max_uses: Option<u32>,
        allowed_domains: Vec<String>,
    },
}

#[derive(Serialize, Deserialize)]
pub(super) struct InviteItem {
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
    /// `None` for invites that are no links.
    uses: Option<u32>,
    /// `true` for a paused link, and absent otherwise.
    paused: Option<bool>,
    roles: Roles,
    state: State,
    /// `None` for the default.
    identity_policy: Option<IdentityPolicy>,
    message: Option<Message>,
    /// JSON text, because DynamoDB's numbers have fewer digits than JSON's.
    metadata: Option<String>,
    /// JSON text, like `metadata`. Stored as `door`, the name of the first version.
    #[serde(rename = "door")]
    api_data: Option<String>,
    /// `None` for the default.
    rule: Option<InviteRule>,
    redirect_url: Option<RedirectUrl>,
    /// `None` for the default mailing.
    mailing: Option<Mailing>,
    /// `queued` or `waiting` while a mail is due. The stream's filter selects what is queued
    /// (ADR 0003).
    outbox: Option<Outbox>,
    delivery: DeliveryItem,
    created_at: Timestamp,
    created_by: UserId,
    created_by_name: Option<String>,
    /// The person whose right is asked at acceptance. `None` for the inviter.
    granted_by: Option<UserId>,
    /// `None` for the time of creation.
    granted_at: Option<Timestamp>,
    /// When that person's membership ends. `None` if it does not end.
    granted_until: Option<Timestamp>,
    /// The rank of that person. Stored under the name of the first version.
    #[serde(rename = "created_by_rank")]
    granted_by_rank: Rank,
    #[serde(default)]
    request: RequestId,
    /// `None` for the time of creation.
    requested_at: Option<Timestamp>,
    /// `None` for 0.
    resends: Option<u32>,
    resent_by: Option<RequestId>,
    renewal_requested_at: Option<Timestamp>,
    updated_at: Timestamp,
    revised_by: Option<Author>,
    expires_at: Option<Timestamp>,
    locale: Option<LanguageTag>,
    membership_expires_in: Option<MembershipPeriod>,
    anonymized_at: Option<Timestamp>,
    resolved_at: Option<Timestamp>,
    resolved_by: Option<UserId>,
    resolved_by_name: Option<String>,
    /// Why the invite was revoked. Absent in items of the first version.
    resolution_reason: Option<RevokeReason>,
    decline_reason: Option<Message>,
    send_count: u32,
    /// `None` for 0.
    reminders: Option<u32>,
    last_sent_at: Option<Timestamp>,
    /// Sorts the invites of the partition `pk` in the index `by_group`.
    by_group_sk: String,
    by_invitee_pk: String,
    by_invitee_sk: String,
    /// Sorts the invites of the inviter `created_by` in the index `by_sender`.
    by_sender_sk: String,
    /// When something is due for the invite: its mail, a reminder or its expiry while it is pending,
    /// and since when its data are retained after its end. The index `due` has only these.
    due_pk: Option<String>,
    due_sk: Option<String>,
    /// `None` for invites of other APIs, which are not looked up by their id alone (ADR 0028).
    by_id_pk: Option<String>,
}

/// The delivery of the last requested mail. The counts are attributes of the invite.
#[derive(Serialize, Deserialize)]
pub(super) struct DeliveryItem {
    state: DeliveryState,
    attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// `None` for 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    put_off: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_until: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    queued_again_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    feedback: Option<Feedback>,
    /// `None` for the invite's own mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    timed: Option<TimedMail>,
    #[serde(skip_serializing_if = "Option::is_none")]
    own_sent_at: Option<Timestamp>,
    /// `None` for 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    reminded: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    announced: Option<Timestamp>,
}

/// Converts an invite into an item, with its keys in every index.
///
/// # Errors
/// `Corrupt`.
pub(in crate::store) fn from_invite(invite: &Invite) -> Result<Item, StoreError> {
    let Key { pk, sk } = keys::invite(&invite.group, invite.id);
    let Invite { terms, delivery, created_by, granted_by, resolution, .. } = invite;
    let state = invite.stored_state();
    let list_sort = keys::list_sort(Shelf::of(resolution.as_ref()), invite.created_at, invite.id);
    let (due_pk, due_sk) = due_keys(invite).unzip();
    let item = InviteItem {
        pk,
        sk,
        kind: "invite".into(),
        id: invite.id.number(),
        group: invite.group.clone(),
        group_name: invite.group_name.clone(),
        generation: invite.generation,
        version: invite.version,
        uses: invite.invitee.link().map(|link| link.uses),
        paused: invite.invitee.link().map(|link| link.paused).filter(|paused| *paused),
        invitee: from_invitee(&invite.invitee),
        by_invitee_pk: keys::invitee_partition(&invite.invitee.key()),
        roles: terms.roles.clone(),
        state,
        identity_policy: Some(terms.identity_policy).filter(|policy| *policy != Default::default()),
        message: terms.message.clone(),
        metadata: from_metadata(&terms.metadata)?,
        api_data: from_metadata(&terms.api_data)?,
        rule: Some(terms.rule).filter(|rule| *rule != InviteRule::default()),
        redirect_url: terms.redirect_url.clone(),
        mailing: Some(invite.mailing.clone()).filter(|mailing| *mailing != Mailing::default()),
        outbox: delivery.outbox(),
        delivery: from_delivery(delivery),
        created_at: invite.created_at,
        created_by: created_by.id.clone(),
        created_by_name: created_by.name.clone(),
        granted_by: Some(granted_by.id.clone()).filter(|granter| *granter != created_by.id),
        granted_at: Some(granted_by.at).filter(|at| *at != invite.created_at),
        granted_until: granted_by.until,
        granted_by_rank: granted_by.rank,
        request: invite.request.clone(),
        requested_at: Some(invite.requested_at).filter(|at| *at != invite.created_at),
        resends: Some(invite.resends).filter(|count| *count > 0),
        resent_by: invite.resent_by.clone(),
        renewal_requested_at: invite.renewal_requested_at,
        updated_at: invite.updated_at,
        revised_by: invite.revised_by.clone(),
        expires_at: terms.expires_at,
        locale: terms.locale.clone(),
        membership_expires_in: terms.membership_expires_in,
        anonymized_at: invite.anonymized_at,
        resolved_at: resolution.as_ref().map(|resolution| resolution.at),
        resolved_by: resolution.as_ref().and_then(|resolution| resolution.by.clone()),
        resolved_by_name: resolution.as_ref().and_then(|resolution| resolution.by_name.clone()),
        resolution_reason: resolution.as_ref().and_then(Resolution::revoke_reason),
        decline_reason: resolution.as_ref().and_then(Resolution::decline_reason).cloned(),
        send_count: delivery.requested,
        reminders: Some(delivery.reminders).filter(|count| *count > 0),
        last_sent_at: delivery.last_sent_at,
        by_group_sk: list_sort.clone(),
        by_invitee_sk: list_sort,
        by_sender_sk: keys::sent_sort(invite.created_at, &invite.group, invite.id),
        due_pk,
        due_sk,
        by_id_pk: is_found_by_id(invite).then(|| keys::id_partition(invite.id)),
    };
    without_nulls(access::write(&item, "invite")?)
}

/// Returns whether the invite is in the index `by_id`: it is one of a user, by the rule of the evanta
/// API.
fn is_found_by_id(invite: &Invite) -> bool {
    invite.terms.rule == InviteRule::Owners && matches!(invite.invitee, Invitee::User(_))
}

/// Returns the keys of the invite in the index `due`. `None` if nothing is due for it.
pub(in crate::store) fn due_keys(invite: &Invite) -> Option<(String, String)> {
    match invite.stored_state() {
        State::Pending => due_at(invite).map(|at| keys::due(at, invite.id)),
        State::Accepted | State::Declined | State::Revoked | State::Expired | State::Exhausted => {
            invite.retained_since().map(|(end, since)| keys::retained(end, since, invite.id))
        }
    }
}

/// Returns when something is due for a pending invite: a look at its mail, a mail that the clock asks
/// for, or its expiry, whichever is earliest. `None` for one without a mail that never expires.
fn due_at(invite: &Invite) -> Option<Timestamp> {
    let timed = invite.next_timed_mail().map(|(_, at)| at);
    [invite.terms.expires_at, invite.delivery.looked_at(), timed].into_iter().flatten().min()
}

/// Converts an item into an invite.
///
/// # Errors
/// `Corrupt`.
pub(in crate::store) fn to_invite(item: Item) -> Result<Invite, StoreError> {
    invite(access::read(item, "invite")?)
}

/// Converts the stored form into an invite.
///
/// # Errors
/// `Corrupt`.
pub(super) fn invite(mut item: InviteItem) -> Result<Invite, StoreError> {
    Ok(Invite {
        id: InviteId::from_number(item.id)
            .map_err(|invalid| StoreError::corrupt("invite", invalid))?,
        resolution: to_resolution(&mut item),
        anonymized_at: item.anonymized_at,
        group: item.group,
        group_name: item.group_name,
        generation: item.generation,
        version: item.version,
        invitee: to_invitee(item.invitee, item.uses.unwrap_or_default(), item.paused == Some(true)),
        terms: Terms {
            roles: item.roles,
            identity_policy: item.identity_policy.unwrap_or_default(),
            message: item.message,
            metadata: to_metadata(item.metadata)?,
            api_data: to_metadata(item.api_data)?,
            rule: item.rule.unwrap_or_default(),
            redirect_url: item.redirect_url,
            expires_at: item.expires_at,
            locale: item.locale,
            membership_expires_in: item.membership_expires_in,
        },
        mailing: item.mailing.unwrap_or_default(),
        delivery: Delivery {
            requested: item.send_count,
            reminders: item.reminders.unwrap_or_default(),
            last_sent_at: item.last_sent_at,
            ..to_delivery(item.delivery)
        },
        created_at: item.created_at,
        granted_by: Granter {
            id: item.granted_by.unwrap_or_else(|| item.created_by.clone()),
            rank: item.granted_by_rank,
            at: item.granted_at.unwrap_or(item.created_at),
            until: item.granted_until,
        },
        created_by: Inviter { id: item.created_by, name: item.created_by_name },
        request: item.request,
        requested_at: item.requested_at.unwrap_or(item.created_at),
        resends: item.resends.unwrap_or_default(),
        resent_by: item.resent_by,
        renewal_requested_at: item.renewal_requested_at,
        updated_at: item.updated_at,
        revised_by: item.revised_by,
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

/// Converts the attribute into a delivery without the counts, which are attributes of their own.
pub(super) fn to_delivery(item: DeliveryItem) -> Delivery {
    Delivery {
        state: item.state,
        attempts: item.attempts,
        updated_at: item.updated_at,
        reason: item.reason,
        tries: Tries {
            put_off: item.put_off.unwrap_or_default(),
            waits_until: item.waits_until,
            queued_again_at: item.queued_again_at,
        },
        message_id: item.message_id,
        feedback: item.feedback,
        timed: Timed {
            last: item.timed,
            own_sent_at: item.own_sent_at,
            reminded: item.reminded.unwrap_or_default(),
            announced: item.announced,
        },
        ..Delivery::NOT_REQUESTED
    }
}

pub(super) fn from_delivery(delivery: &Delivery) -> DeliveryItem {
    let Delivery { state, attempts, updated_at, tries, feedback, timed, .. } = *delivery;
    let Delivery { reason, message_id, .. } = delivery;
    DeliveryItem {
        state,
        attempts,
        updated_at,
        reason: reason.clone(),
        put_off: Some(tries.put_off).filter(|times| *times > 0),
        waits_until: tries.waits_until,
        queued_again_at: tries.queued_again_at,
        message_id: message_id.clone(),
        feedback,
        timed: timed.last,
        own_sent_at: timed.own_sent_at,
        reminded: Some(timed.reminded).filter(|count| *count > 0),
        announced: timed.announced,
    }
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
        State::Revoked => {
            End::Revoked { reason: item.resolution_reason.unwrap_or(RevokeReason::RevokedByMember) }
        }
        State::Expired => End::Expired,
        State::Exhausted => End::Exhausted,
    };
    let at = item.resolved_at.unwrap_or(item.updated_at);
    let (by, by_name) = (item.resolved_by.take(), item.resolved_by_name.take());
    Some(Resolution { end, at, by, by_name })
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
        Invitee::Link(Link { key, max_uses, allowed_domains, .. }) => {
            InviteeItem::Link { key, max_uses, allowed_domains }
        }
    }
}

fn to_invitee(item: InviteeItem, uses: u32, paused: bool) -> Invitee {
    match item {
        InviteeItem::User { user_id } => Invitee::User(user_id),
        InviteeItem::Email { email } => Invitee::Email(email),
        InviteeItem::Phone { phone } => Invitee::Phone(phone),
        InviteeItem::Account { account } => Invitee::Account(account),
        InviteeItem::Person { email, first_name, last_name, pending_user } => {
            Invitee::Person(Person { email, first_name, last_name, pending_user })
        }
        InviteeItem::Link { key, max_uses, allowed_domains } => {
            Invitee::Link(Link { key, max_uses, uses, allowed_domains, paused })
        }
    }
}
