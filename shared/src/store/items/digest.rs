//! The stored form of a mail to an inviter.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use super::invite::{DeliveryItem, from_delivery, to_delivery};
use super::{stored_user, without_nulls};
use crate::domain::clock::Timestamp;
use crate::domain::counters::Version;
use crate::domain::digest::{Digest, DigestId};
use crate::domain::ids::UserId;
use crate::domain::invite::{Delivery, Outbox};
use crate::domain::news::News;
use crate::store::StoreError;
use crate::store::access::{self, Item};
use crate::store::keys::{self, Key};

/// How long a mail is stored after it was due, in seconds. The stream delivers no record for so long.
const KEPT: i64 = 14 * 86_400;

#[derive(Serialize, Deserialize)]
struct DigestItem {
    pk: String,
    sk: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(deserialize_with = "stored_user")]
    inviter: UserId,
    slot: String,
    due_at: Timestamp,
    /// A set of texts.
    #[serde(skip_serializing)]
    news: Vec<String>,
    /// `None` for `false`.
    has_more: Option<bool>,
    delivery: DeliveryItem,
    outbox: Option<Outbox>,
    version: Version,
    due_pk: Option<String>,
    due_sk: Option<String>,
    ttl: i64,
}

/// Converts a mail to an inviter into an item.
///
/// # Errors
/// `Corrupt`.
pub(in crate::store) fn from_digest(digest: &Digest) -> Result<Item, StoreError> {
    let Key { pk, sk } = keys::digest(&digest.id);
    let (due_pk, due_sk) = digest_due(digest).unzip();
    let item = DigestItem {
        pk,
        sk,
        kind: "digest".into(),
        inviter: digest.id.inviter.clone(),
        slot: digest.id.slot.clone(),
        due_at: digest.due_at,
        news: Vec::new(),
        has_more: Some(digest.has_more).filter(|more| *more),
        delivery: from_delivery(&digest.delivery),
        outbox: digest.delivery.outbox(),
        version: digest.version,
        due_pk,
        due_sk,
        ttl: digest.due_at.plus(KEPT).seconds(),
    };
    let mut item = without_nulls(access::write(&item, "digest")?)?;
    let news = digest.news.iter().map(News::to_string).collect();
    item.insert("news".into(), AttributeValue::Ss(news));
    Ok(item)
}

/// Returns the keys of the mail in the index `due`. `None` if nothing is due for it.
pub(in crate::store) fn digest_due(digest: &Digest) -> Option<(String, String)> {
    digest.next_look().map(|at| keys::digest_due(at, &digest.id.inviter))
}

/// Converts an item into a mail to an inviter.
///
/// # Errors
/// `Corrupt`.
pub(in crate::store) fn to_digest(item: Item) -> Result<Digest, StoreError> {
    let item: DigestItem = access::read(item, "digest")?;
    let mut news = item.news.iter().filter_map(|text| News::parse(text)).collect::<Vec<_>>();
    news.sort();
    Ok(Digest {
        id: DigestId { inviter: item.inviter, slot: item.slot },
        due_at: item.due_at,
        news,
        has_more: item.has_more == Some(true),
        delivery: Delivery { requested: 1, ..to_delivery(item.delivery) },
        version: item.version,
    })
}

/// The part of an item that names a mail to an inviter.
#[derive(Deserialize)]
struct IdItem {
    #[serde(deserialize_with = "stored_user")]
    inviter: UserId,
    slot: String,
}

/// Returns the mail to an inviter that the image of a stream record is of. `None` if the image is not
/// of one.
pub(crate) fn digest_id(image: serde_dynamo::Item) -> Option<DigestId> {
    let IdItem { inviter, slot } = serde_dynamo::from_item(image).ok()?;
    Some(DigestId { inviter, slot })
}
