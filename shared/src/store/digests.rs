//! The mails to inviters: their news are collected, and each mail is its own outbox.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};

use super::access::{self, number};
use super::mail_update::MailUpdate;
use super::readable::readable;
use super::{Store, StoreError, items, keys};
use crate::domain::clock::Timestamp;
use crate::domain::counters::Version;
use crate::domain::digest::{Digest, DigestId, DigestSlot, MOST_NEWS};
use crate::domain::ids::UserId;
use crate::domain::invite::{Delivery, DeliveryState, Invite};
use crate::domain::news::News;
use crate::domain::user::User;

/// The outcome of adding news to a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddedNews {
    /// The digest lists the news, or says that there are more.
    Added,
    /// The digest was asked for before, and does not list the news.
    Closed,
}

impl Store {
    /// Makes the mail, unless it exists.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn put_digest(&self, digest: &Digest) -> Result<(), StoreError> {
        self.put_alone(self.put_if_absent(items::from_digest(digest)?)).await.map(|_| ())
    }

    /// Adds the news to the inviter's digest that is due at this time, and makes it if there is none.
    /// Adding the same news again changes nothing.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn add_news(
        &self,
        inviter: &UserId,
        due_at: Timestamp,
        news: &News,
    ) -> Result<AddedNews, StoreError> {
        let slot = DigestSlot::Daily(due_at).text();
        let digest = Digest {
            id: DigestId { inviter: inviter.clone(), slot },
            due_at,
            news: vec![news.clone()],
            has_more: false,
            delivery: Delivery::NOT_REQUESTED,
            version: Version::FIRST,
        };
        if self.update_alone(self.adding(&digest)?, ReturnValue::None).await?.is_some() {
            return Ok(AddedNews::Added);
        }
        match self.digest(&digest.id).await? {
            Some(found) if found.news.contains(news) => Ok(AddedNews::Added),
            Some(found) if found.delivery.state == DeliveryState::NotRequested => {
                self.say_more(&found).await
            }
            Some(_) | None => Ok(AddedNews::Closed),
        }
    }

    /// Returns the update that adds the news of `digest` to the stored one, or makes it. Its condition
    /// is that the mail was not asked for yet, and has room.
    fn adding(&self, digest: &Digest) -> Result<UpdateBuilder, StoreError> {
        let whole = items::from_digest(digest)?;
        let fields = ["type", "inviter", "slot", "due_at", "ttl", "due_pk", "due_sk"];
        let (mut names, mut values) = (HashMap::new(), access::Item::new());
        let set = access::write_fields(&whole, &fields, &mut names, &mut values);
        names.insert("#state".into(), "state".into());
        let news = digest.news.iter().map(News::to_string).collect();
        values.extend([
            (":delivery".into(), items::delivery_attribute(&digest.delivery)?),
            (":zero".into(), number(0)),
            (":one".into(), number(1)),
            (":news".into(), AttributeValue::Ss(news)),
            (":open".into(), open()?),
            (":most".into(), number(MOST_NEWS)),
        ]);
        let set = format!(
            "{set}, delivery = if_not_exists(delivery, :delivery), \
             version = if_not_exists(version, :zero) + :one ADD news :news"
        );
        Ok(self
            .update(keys::digest(&digest.id))
            .update_expression(set)
            .condition_expression(
                "attribute_not_exists(pk) OR (delivery.#state = :open AND size(news) < :most)",
            )
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values)))
    }

    /// Marks a full digest as one that lists not everything.
    async fn say_more(&self, digest: &Digest) -> Result<AddedNews, StoreError> {
        let mark = self
            .update(keys::digest(&digest.id))
            .update_expression("SET has_more = :true, version = version + :one")
            .condition_expression("delivery.#state = :open")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":true", AttributeValue::Bool(true))
            .expression_attribute_values(":open", open()?);
        let is_marked = self.update_alone(mark, ReturnValue::None).await?.is_some();
        Ok(if is_marked { AddedNews::Added } else { AddedNews::Closed })
    }

    /// Returns the mail, read consistently.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn digest(&self, id: &DigestId) -> Result<Option<Digest>, StoreError> {
        let key = keys::digest(id);
        self.get_many(vec![key.clone()]).await?.remove(&key).map(items::to_digest).transpose()
    }

    /// Returns the inviter, read consistently. A batch, because the function that sends mails may make no
    /// other read.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn inviter(&self, inviter: &UserId) -> Result<Option<User>, StoreError> {
        let key = keys::user(inviter);
        self.get_many(vec![key.clone()]).await?.remove(&key).map(items::to_user).transpose()
    }

    /// Records the delivery of the mail, if it has not changed since it was read. Returns whether it
    /// was written.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn write_digest(
        &self,
        digest: &Digest,
        delivery: &Delivery,
    ) -> Result<bool, StoreError> {
        let after = Digest { delivery: delivery.clone(), ..digest.clone() };
        let update = MailUpdate::of(delivery, items::digest_due(&after), digest.version)?;
        let update = update.on(self.update(keys::digest(&digest.id)));
        Ok(self.update_alone(update, ReturnValue::None).await?.is_some())
    }

    /// Returns the invites that the news are about, read consistently. Absent invites are left out.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn invites_of_news(&self, news: &[News]) -> Result<Vec<Invite>, StoreError> {
        let keys = news.iter().map(|news| keys::invite(&news.group, news.invite)).collect();
        Ok(readable(self.get_all(keys).await?.into_values(), items::to_invite))
    }
}

/// Returns the stored state of a mail to which news are added.
fn open() -> Result<AttributeValue, StoreError> {
    access::value(&DeliveryState::NotRequested, "digest")
}
