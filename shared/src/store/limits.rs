//! Rate limits: counters for each subject and window of time.
//!
//! Parallel requests never pass more often than the limit. A retry after a lost response counts
//! twice only if another request passed in between.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};

use super::access::{number, text};
use super::retry::conditional;
use super::{Store, StoreError, keys};
use crate::domain::clock::Timestamp;

/// A limit of occurrences in each window of time.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// The name of what is counted, as part of the key.
    pub name: &'static str,
    /// The most occurrences in one window.
    pub limit: u32,
    /// The length of a window in seconds. Windows start at multiples of it.
    pub seconds: i64,
}

impl Window {
    fn start(self, now: Timestamp) -> Timestamp {
        Timestamp::from_seconds(now.seconds() - now.seconds().rem_euclid(self.seconds))
    }

    /// Returns how many seconds of the window at `now` are left.
    pub fn remaining(self, now: Timestamp) -> i64 {
        self.start(now).seconds() + self.seconds - now.seconds()
    }
}

impl Store {
    /// Counts one occurrence for `subject`, unless the window is full. Returns whether it passed.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn pass(
        &self,
        window: Window,
        subject: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        // The SDK sends a count again when the response is lost. The mark identifies this count, so
        // the retry does not count twice.
        let mark = text(uuid::Uuid::new_v4().to_string());
        let update = self.counter_update(window, subject, now);
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

    /// Counts `occasion` for `subject`, unless the window is full of other occasions. Returns
    /// whether it passed.
    ///
    /// A repeated occasion passes again and counts once. The window's item holds all its occasions,
    /// so the limit must not exceed a few hundred (ADR 0023).
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn pass_once(
        &self,
        window: Window,
        subject: &str,
        occasion: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let counted = conditional(|| {
            let update = self.counter_update(window, subject, now);
            let update = update
                .update_expression("SET #type = :type, #ttl = :ttl ADD occasions :occasions")
                .condition_expression("attribute_not_exists(occasions) OR contains(occasions, :occasion) OR size(occasions) < :limit")
                .expression_attribute_values(":occasions", AttributeValue::Ss(vec![occasion.to_owned()]))
                .expression_attribute_values(":occasion", text(occasion));
            update.send()
        });
        Ok(counted.await?.is_some())
    }

    /// Starts the update of a window's counter. The item expires one day after the window.
    fn counter_update(
        &self,
        window: Window,
        subject: &str,
        now: Timestamp,
    ) -> UpdateItemFluentBuilder {
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
