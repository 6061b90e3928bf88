//! The update that records the state of a mail: of an invite, or to an inviter.

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodb::types::builders::UpdateBuilder;

use super::access::{self, Item, number, text};
use super::{StoreError, items};
use crate::domain::counters::Version;
use crate::domain::invite::Delivery;

/// An update of an item with a mail, if the item has not changed since it was read.
pub(super) struct MailUpdate {
    set: String,
    remove: Vec<&'static str>,
    values: Item,
}

impl MailUpdate {
    /// Returns the update that records `delivery`, with the item's keys in the index `due`. `before` is
    /// the version that was read.
    ///
    /// # Errors
    /// `Corrupt`.
    pub(super) fn of(
        delivery: &Delivery,
        due: Option<(String, String)>,
        before: Version,
    ) -> Result<Self, StoreError> {
        let mut update = Self {
            set: "SET delivery = :delivery, version = version + :one".to_owned(),
            remove: Vec::new(),
            values: Item::from([
                (":delivery".into(), items::delivery_attribute(delivery)?),
                (":one".into(), number(1)),
                (":before".into(), number(before)),
            ]),
        };
        match delivery.outbox() {
            Some(outbox) => update.sets("outbox", access::value(&outbox, "outbox")?),
            None => update.remove.push("outbox"),
        }
        match due {
            Some((partition, sort)) => {
                update.sets("due_pk", text(partition));
                update.sets("due_sk", text(sort));
            }
            None => update.remove.extend(["due_pk", "due_sk"]),
        }
        Ok(update)
    }

    /// Also sets this attribute.
    pub(super) fn sets(&mut self, name: &str, value: AttributeValue) {
        self.set.push_str(&format!(", {name} = :{name}"));
        self.values.insert(format!(":{name}"), value);
    }

    /// Completes the update of an item.
    pub(super) fn on(self, update: UpdateBuilder) -> UpdateBuilder {
        let Self { mut set, remove, values } = self;
        if !remove.is_empty() {
            set.push_str(&format!(" REMOVE {}", remove.join(", ")));
        }
        update
            .update_expression(set)
            .condition_expression("version = :before")
            .set_expression_attribute_values(Some(values))
    }
}
