//! The requests with an idempotency key, and what they did. An item lasts for a day.
//!
//! A request claims its key before it does anything. Every later write of the item is conditional on
//! the claim, so a request whose key another one has taken over writes nothing any more (ADR 0036).

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::builders::{PutBuilder, UpdateBuilder};
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use serde::{Deserialize, Serialize};

use super::access::{self, Item, number, text};
use super::retry::retrying_conflicts;
use super::{Store, StoreError, keys};
use crate::domain::clock::Timestamp;
use crate::domain::counters::{Generation, Version};
use crate::domain::idempotency::IdempotencyKey;
use crate::domain::ids::{InviteId, UserId};
use crate::domain::invite::State;

/// The number of seconds for which a request is kept.
const LASTS: i64 = 86_400;

/// Holds if the key is free, or was claimed by this request itself, whose answer was lost.
const IS_FREE: &str = "attribute_not_exists(pk) OR #ttl <= :now \
     OR (entropy = :own AND version = :version AND attribute_not_exists(results))";

/// Holds while the item is as the request left it.
const IS_OWN: &str = "entropy = :own AND version = :before";

/// A request with an idempotency key.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptRequest {
    /// The caller, whose own key it is.
    pub caller: UserId,
    /// The key.
    pub key: IdempotencyKey,
    /// A keyed hash of what was asked.
    pub content: String,
    /// The random bytes that identify the request, as hexadecimal text.
    pub entropy: String,
    /// When the request began, or was last taken over.
    pub started_at: Timestamp,
    /// The number of writes to the record.
    pub version: Version,
    /// Whether the request ended before it finished, so that a repeat may continue it at once.
    pub released: bool,
    /// How many of its recipients passed the inviter's window. `None` before they were counted.
    pub passed: Option<u32>,
    /// What became of each item. `None` before the first attempt has finished.
    pub results: Option<Vec<KeptResult>>,
}

/// What became of one item of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum KeptResult {
    /// It made this generation of an invite.
    Made {
        /// The invite's id.
        invite: u64,
        /// The generation.
        generation: Generation,
    },
    /// It sent an invite again, as this generation.
    Resent {
        /// The invite's id.
        invite: u64,
        /// The generation.
        generation: Generation,
    },
    /// It found this pending invite.
    Found {
        /// The invite's id.
        invite: u64,
    },
    /// It was refused.
    Refused {
        /// The reason.
        reason: KeptRefusal,
    },
    /// Something failed on our side. A repeat tries the item again.
    Failed,
}

/// Why an item was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeptRefusal {
    /// The role ranks above the caller's own.
    RoleAboveOwn,
    /// The group does not allow this mail domain.
    DomainNotAllowed,
    /// The person refuses invites.
    InvitesRefused,
    /// The group does not allow links.
    LinksOff,
    /// The caller lost the right to invite meanwhile.
    MayNotInvite,
    /// The group was frozen meanwhile.
    Frozen,
    /// The invitee is the caller.
    Yourself,
    /// The person is a member.
    AlreadyMember,
    /// The person has the pending invite with this id.
    AlreadyPending(u64),
    /// The directory has no such user.
    NoUser,
    /// There is no invite to replace.
    NoInvite,
    /// The invite to replace is in this state.
    NotReplaceable(State),
    /// The inviter's window was full. It had this many seconds left.
    Rate(i64),
    /// The group had its maximum of pending invites.
    Pending,
    /// The invite was made or sent again too recently, with this many seconds left.
    ResendTooSoon(i64),
    /// The invite was sent again as often as it can be.
    Resends,
    /// A value was not allowed.
    Invalid,
    /// Another reason.
    Other,
}

#[derive(Serialize, Deserialize)]
struct KeptItem {
    pk: String,
    sk: String,
    #[serde(rename = "type")]
    kind: String,
    content: String,
    entropy: String,
    started_at: Timestamp,
    #[serde(default)]
    version: Version,
    /// `true` or absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    released: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    passed: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    results: Option<Vec<KeptResult>>,
    ttl: i64,
}

impl KeptResult {
    /// Returns the id of the invite that it made or found.
    pub fn invite(&self) -> Option<InviteId> {
        match self {
            Self::Made { invite, .. } | Self::Resent { invite, .. } | Self::Found { invite } => {
                InviteId::from_number(*invite).ok()
            }
            Self::Refused { .. } | Self::Failed => None,
        }
    }
}

impl Store {
    /// Claims the key for the request, which has the first version, if the key is free. Otherwise
    /// returns the request that has it.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn claim_request(
        &self,
        kept: &KeptRequest,
    ) -> Result<Option<KeptRequest>, StoreError> {
        let request = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(kept_item(kept)?))
            .condition_expression(IS_FREE)
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":now", number(kept.started_at.seconds()))
            .expression_attribute_values(":own", text(kept.entropy.as_str()))
            .expression_attribute_values(":version", number(kept.version))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let error = match retrying_conflicts(|| request.clone().send()).await {
            Ok(_) => return Ok(None),
            Err(error) => error,
        };
        let Some(PutItemError::ConditionalCheckFailedException(refused)) = error.as_service_error()
        else {
            return Err(error.into());
        };
        if let Some(item) = refused.item() {
            return Ok(Some(kept_of(&kept.caller, &kept.key, item.clone())?.0));
        }
        // Not every compatible engine returns the item.
        let found = self.kept_request(&kept.caller, &kept.key, kept.started_at).await?;
        found.map(Some).ok_or_else(|| StoreError::Unavailable("the key was freed".into()))
    }

    /// Returns the request that has this key of the caller, read consistently.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn kept_request(
        &self,
        caller: &UserId,
        key: &IdempotencyKey,
        now: Timestamp,
    ) -> Result<Option<KeptRequest>, StoreError> {
        let item_key = keys::kept_request(caller, key);
        // A batch read, because the functions that create invites may make no other read by key.
        let found = self.get_many(vec![item_key.clone()]).await?.remove(&item_key);
        let Some(item) = found else { return Ok(None) };
        let (kept, ttl) = kept_of(caller, key, item)?;
        Ok(Some(kept).filter(|_| ttl > now.seconds()))
    }

    /// Keeps the request with its results, if its key is still its own. Returns whether it was.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn keep_request(&self, kept: &KeptRequest) -> Result<bool, StoreError> {
        self.put_alone(self.keep(kept)?).await
    }

    /// Returns the put of the request with its results. Its condition is that the key is still the
    /// request's own.
    ///
    /// # Errors
    /// `Corrupt`.
    pub(super) fn keep(&self, kept: &KeptRequest) -> Result<PutBuilder, StoreError> {
        let written = KeptRequest { version: kept.version.next(), ..kept.clone() };
        Ok(self
            .put(kept_item(&written)?)
            .condition_expression(IS_OWN)
            .expression_attribute_values(":own", text(kept.entropy.as_str()))
            .expression_attribute_values(":before", number(kept.version)))
    }

    /// Notes how many recipients of the request passed the inviter's window, if its key is still its
    /// own. Returns whether it was.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn note_passed(&self, kept: &KeptRequest, passed: u32) -> Result<bool, StoreError> {
        let update = self.own_update(kept, "SET passed = :passed");
        let update = update.expression_attribute_values(":passed", number(passed));
        Ok(self.update_alone(update, ReturnValue::None).await?.is_some())
    }

    /// Takes over a request that did not finish, if nobody else has. Returns the request with its
    /// key, or `None`.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn take_over_request(
        &self,
        kept: KeptRequest,
        now: Timestamp,
    ) -> Result<Option<KeptRequest>, StoreError> {
        let set = "SET version = :next, started_at = :now REMOVE released";
        let update = self.own_update(&kept, set);
        let update = update
            .expression_attribute_values(":next", number(kept.version.next()))
            .expression_attribute_values(":now", number(now.seconds()));
        let taken = self.update_alone(update, ReturnValue::None).await?;
        let version = kept.version.next();
        Ok(taken.map(|_| KeptRequest { started_at: now, version, released: false, ..kept }))
    }

    /// Frees the key of a request that did nothing, if the key is still its own. Returns whether it
    /// was.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn free_request(&self, kept: &KeptRequest) -> Result<bool, StoreError> {
        let update = self.own_update(kept, "SET version = :next, #ttl = :now");
        let update = update
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":next", number(kept.version.next()))
            .expression_attribute_values(":now", number(kept.started_at.seconds()));
        Ok(self.update_alone(update, ReturnValue::None).await?.is_some())
    }

    /// Leaves a request that failed to a repeat, which may continue it at once, if the key is still
    /// its own. Returns whether it was.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn release_request(&self, kept: &KeptRequest) -> Result<bool, StoreError> {
        let set = match kept.passed {
            Some(_) => "SET version = :next, released = :released, passed = :passed",
            None => "SET version = :next, released = :released",
        };
        let mut update = self
            .own_update(kept, set)
            .expression_attribute_values(":next", number(kept.version.next()))
            .expression_attribute_values(":released", AttributeValue::Bool(true));
        if let Some(passed) = kept.passed {
            update = update.expression_attribute_values(":passed", number(passed));
        }
        Ok(self.update_alone(update, ReturnValue::None).await?.is_some())
    }

    /// Starts an update of the request's item. Its condition is that the key is still the request's
    /// own.
    fn own_update(&self, kept: &KeptRequest, expression: &str) -> UpdateBuilder {
        self.update(keys::kept_request(&kept.caller, &kept.key))
            .update_expression(expression)
            .condition_expression(IS_OWN)
            .expression_attribute_values(":own", text(kept.entropy.as_str()))
            .expression_attribute_values(":before", number(kept.version))
    }
}

/// Converts the request into its item.
///
/// # Errors
/// `Corrupt`.
fn kept_item(kept: &KeptRequest) -> Result<Item, StoreError> {
    let key = keys::kept_request(&kept.caller, &kept.key);
    let item = KeptItem {
        pk: key.pk,
        sk: key.sk,
        kind: "idempotency".into(),
        content: kept.content.clone(),
        entropy: kept.entropy.clone(),
        started_at: kept.started_at,
        version: kept.version,
        released: kept.released.then_some(true),
        passed: kept.passed,
        results: kept.results.clone(),
        ttl: kept.started_at.plus(LASTS).seconds(),
    };
    access::write(&item, "idempotency")
}

/// Converts an item into the request of this caller with this key, and the second in which its time
/// has passed.
///
/// # Errors
/// `Corrupt`.
fn kept_of(
    caller: &UserId,
    key: &IdempotencyKey,
    item: Item,
) -> Result<(KeptRequest, i64), StoreError> {
    let item: KeptItem = access::read(item, "idempotency")?;
    let kept = KeptRequest {
        caller: caller.clone(),
        key: key.clone(),
        content: item.content,
        entropy: item.entropy,
        started_at: item.started_at,
        version: item.version,
        released: item.released == Some(true),
        passed: item.passed,
        results: item.results,
    };
    Ok((kept, item.ttl))
}
