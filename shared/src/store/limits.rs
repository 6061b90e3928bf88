//! Counters of what somebody did in a window of time: under any number of parallel requests never
//! more than the limit. An answer that got lost counts twice only if somebody else passed in
//! between.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};

use super::access::{number, text};
use super::retry::conditional;
use super::{Store, StoreError, keys};
use crate::domain::clock::Timestamp;

/// A limit of so many per window.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// What is counted, as part of the key.
    pub name: &'static str,
    /// How many may pass in one window.
    pub limit: u32,
    /// How long a window is, in seconds; windows begin at multiples of it.
    pub seconds: i64,
}

impl Window {
    fn start(self, now: Timestamp) -> Timestamp {
        Timestamp::from_seconds(now.seconds() - now.seconds().rem_euclid(self.seconds))
    }

    /// How many seconds of the present window are left.
    pub fn remaining(self, now: Timestamp) -> i64 {
        self.start(now).seconds() + self.seconds - now.seconds()
    }
}

impl Store {
    /// Counts one for `subject`, unless the window is full; says whether it passed.
    pub async fn pass(
        &self,
        window: Window,
        subject: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        // Marks the one who passed last: a count whose answer got lost is sent again by the SDK,
        // and must not count its own work twice.
        let mark = text(uuid::Uuid::new_v4().to_string());
        let update = self.counting(window, subject, now);
        let update = update
            .update_expression(
                "SET #type = :type, #ttl = :ttl, last_passed = :mark ADD passed :one",
            )
            .condition_expression(
                "attribute_not_exists(passed) OR (passed < :limit AND last_passed <> :mark)",
            )
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .expression_attribute_values(":mark", mark.clone())
            .expression_attribute_values(":one", number(1));
        match update.send().await {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
                    Ok(refused.item().is_some_and(|item| item.get("last_passed") == Some(&mark)))
                }
                _ => Err(error.into()),
            },
        }
    }

    /// Counts `occasion` for `subject`, unless the window is full of others; says whether it
    /// passed. One that comes again passes again, and counts once. All are kept on the window's
    /// item, so a limit here is some hundred at the most.
    pub async fn pass_once(
        &self,
        window: Window,
        subject: &str,
        occasion: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let counted = conditional(|| {
            let update = self.counting(window, subject, now);
            let update = update
                .update_expression("SET #type = :type, #ttl = :ttl ADD occasions :occasions")
                .condition_expression("attribute_not_exists(occasions) OR contains(occasions, :occasion) OR size(occasions) < :limit")
                .expression_attribute_values(":occasions", AttributeValue::Ss(vec![occasion.to_owned()]))
                .expression_attribute_values(":occasion", text(occasion));
            update.send()
        });
        Ok(counted.await?.is_some())
    }

    /// The update of a window's counter, which ends a day after the window.
    fn counting(&self, window: Window, subject: &str, now: Timestamp) -> UpdateItemFluentBuilder {
        let start = window.start(now);
        let key = keys::window(window.name, subject, start);
        let update =
            self.client.update_item().table_name(&self.table).set_key(Some(key.into_item()));
        update
            .expression_attribute_names("#type", "type")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":type", text("window"))
            .expression_attribute_values(
                ":ttl",
                number(start.plus(window.seconds + 86_400).seconds()),
            )
            .expression_attribute_values(":limit", number(window.limit))
    }
}
