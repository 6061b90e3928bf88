//! The write that records the delivery of an invite's mail.

use aws_sdk_dynamodb::types::ReturnValue;

use crate::domain::clock::Timestamp;
use crate::domain::invite::{Delivery, Invite};
use crate::store::access::number;
use crate::store::mail_update::MailUpdate;
use crate::store::{Store, StoreError, items, keys};

impl Store {
    /// Records the delivery of the invite's mail, if the invite has not changed since it was read.
    /// Returns whether it was written.
    ///
    /// The write also moves the invite in the index `due`, because its mails and its expiry share one
    /// entry there. So it must not overtake a change of either.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn write_delivery(
        &self,
        invite: &Invite,
        delivery: &Delivery,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let after = Invite { delivery: delivery.clone(), ..invite.clone() };
        let mut update = MailUpdate::of(delivery, items::due_keys(&after), invite.version)?;
        // A function that began before the last write must not turn the time back.
        update.sets("updated_at", number(now.max(invite.updated_at).seconds()));
        update.sets("send_count", number(delivery.requested));
        if let Some(at) = delivery.last_sent_at {
            update.sets("last_sent_at", number(at.seconds()));
        }
        if delivery.reminders > 0 {
            update.sets("reminders", number(delivery.reminders));
        }
        let update = update.on(self.update(keys::invite(&invite.group, invite.id)));
        Ok(self.update_alone(update, ReturnValue::None).await?.is_some())
    }
}
