//! The write that records the delivery of an invite's mail.

use aws_sdk_dynamodb::types::ReturnValue;

use crate::domain::clock::Timestamp;
use crate::domain::invite::{Delivery, DeliveryState, Invite};
use crate::store::access::{number, text};
use crate::store::{Store, StoreError, items, keys};

impl Store {
    /// Records the delivery of a mail, if this generation's mail is still due and no other mail has
    /// been requested since.
    ///
    /// Otherwise nothing changes, because another delivery of the same stream record has already
    /// written it.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn mark_delivery(
        &self,
        invite: &Invite,
        delivery: &Delivery,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sent = if delivery.state == DeliveryState::Sent { ", last_sent_at = :now" } else { "" };
        let update = self
            .update(keys::invite(&invite.group, invite.id))
            .update_expression(format!(
                "SET delivery = :delivery, updated_at = :now, \
                 version = version + :one{sent} REMOVE outbox"
            ))
            .condition_expression(
                "generation = :generation AND send_count = :asked AND delivery.#state = :queued",
            )
            .expression_attribute_values(":delivery", items::delivery_attribute(delivery)?)
            .expression_attribute_values(":now", number(now.seconds()))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":generation", number(invite.generation))
            .expression_attribute_values(":asked", number(invite.delivery.requested))
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":queued", text("queued"));
        self.update_alone(update, ReturnValue::None).await.map(|_| ())
    }
}
