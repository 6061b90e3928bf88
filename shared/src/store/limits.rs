//! Rate limits: counters for each subject and window of time.
//!
//! Parallel requests never pass more often than the limit. A retry after a lost response counts
//! twice only if another request passed in between.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};

use super::access::{number, text};
use super::retry::retrying_conflicts;
use super::{Store, StoreError, keys};
use crate::domain::clock::Timestamp;
use crate::domain::counters::RequestId;

/// A limit of occurrences in each window of time.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// The name of what is counted, as part of the key.
    pub name: &'static str,
    /// The most occurrences in one window. At 0 none passes.
    pub limit: u32,
    /// The length of a window in seconds. Windows start at multiples of it.
    pub seconds: i64,
    /// How long a counter is kept after its window, in seconds.
    pub kept: i64,
}

/// A try to send a mail, as the record of its recipient's day counts it.
#[derive(Clone, Copy, Debug)]
pub struct MailTry<'a> {
    /// The recipient, as a key.
    pub recipient: &'a str,
    /// The mail.
    pub mail: &'a str,
    /// The try, which is unique among those of the mail.
    pub mark: &'a str,
    /// When the mail was asked for. All its tries count for this day.
    pub asked_at: Timestamp,
    /// The most tries of the mail that may be counted.
    pub most: usize,
}

/// The outcome of counting a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountedTry {
    /// The try is counted.
    Counted,
    /// The recipient has had the most other mails of a day.
    DayIsFull,
    /// The mail has had the most tries.
    TriesUsed,
}

impl Window {
    fn start(self, now: Timestamp) -> Timestamp {
        Timestamp::from_seconds(now.seconds() - now.seconds().rem_euclid(self.seconds))
    }

    /// Returns whether nothing passes. The conditions below cannot decide this, because they let the
    /// first occurrence of a window pass without a comparison.
    fn is_closed(self) -> bool {
        self.limit == 0
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
        Ok(self.pass_some(window, subject, 1, now).await? == 1)
    }

    /// Counts one request for `subject`, unless the window is full. Returns whether it passed.
    ///
    /// A request that continues an earlier one has its id. It passes again, and counts twice only if
    /// another request passed in between.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn pass_request(
        &self,
        window: Window,
        subject: &str,
        request: &RequestId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mark = || request.as_str().to_owned();
        Ok(self.pass_marked(window, subject, 1, mark, now).await? == 1)
    }

    /// Counts as many of `count` occurrences for `subject` as fit into the window. Returns how many
    /// passed.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn pass_some(
        &self,
        window: Window,
        subject: &str,
        count: u32,
        now: Timestamp,
    ) -> Result<u32, StoreError> {
        let mark = || uuid::Uuid::new_v4().to_string();
        self.pass_marked(window, subject, count, mark, now).await
    }

    /// Counts as [`Store::pass_some`] does. Each attempt has a mark.
    async fn pass_marked(
        &self,
        window: Window,
        subject: &str,
        count: u32,
        mark: impl Fn() -> String,
        now: Timestamp,
    ) -> Result<u32, StoreError> {
        let mut wanted = count.min(window.limit);
        // Each refused attempt leaves room for fewer, so the loop ends.
        while wanted > 0 {
            // The SDK sends a count again when the response is lost. The mark identifies this count,
            // so the retry does not count twice.
            let mark = text(mark());
            let update = self.counter_update(window, subject, now);
            let update = update
                .update_expression(
                    "SET #type = :type, #ttl = :ttl, last_passed = :mark ADD passed :wanted",
                )
                .condition_expression(
                    "attribute_not_exists(passed) OR (passed <= :others AND last_passed <> :mark)",
                )
                .return_values_on_condition_check_failure(
                    ReturnValuesOnConditionCheckFailure::AllOld,
                )
                .expression_attribute_values(":mark", mark.clone())
                .expression_attribute_values(":wanted", number(wanted))
                .expression_attribute_values(":others", number(window.limit - wanted));
            let error = match update.send().await {
                Ok(_) => return Ok(wanted),
                Err(error) => error,
            };
            let Some(UpdateItemError::ConditionalCheckFailedException(refused)) =
                error.as_service_error()
            else {
                return Err(error.into());
            };
            let found = |name: &str| refused.item().and_then(|item| item.get(name));
            if found("last_passed") == Some(&mark) {
                return Ok(wanted);
            }
            let passed = found("passed").and_then(|passed| passed.as_n().ok()?.parse().ok());
            let room = window.limit.saturating_sub(passed.unwrap_or(window.limit));
            wanted = room.min(wanted - 1);
        }
        Ok(0)
    }

    /// Counts a mail and a try of it, unless the window is full of other mails, or the mail has had
    /// the most tries.
    ///
    /// A repeated mail counts once, and so does a repeated try, such as a retry after a lost
    /// response. The window's item holds all its mails, so the limit must not exceed a few hundred
    /// (ADRs 0023 and 0037).
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn count_try(
        &self,
        window: Window,
        attempt: MailTry<'_>,
    ) -> Result<CountedTry, StoreError> {
        if window.is_closed() {
            return Ok(CountedTry::DayIsFull);
        }
        let MailTry { recipient, mail, mark, asked_at, most } = attempt;
        let counted = retrying_conflicts(|| {
            let update = self.counter_update(window, recipient, asked_at);
            let update = update
                .update_expression("SET #type = :type, #ttl = :ttl ADD occasions :occasions, #tries :marks")
                .condition_expression(
                    "(attribute_not_exists(occasions) OR contains(occasions, :occasion) OR size(occasions) < :limit) \
                     AND (attribute_not_exists(#tries) OR contains(#tries, :mark) OR size(#tries) < :most)",
                )
                .return_values_on_condition_check_failure(
                    ReturnValuesOnConditionCheckFailure::AllOld,
                )
                .expression_attribute_names("#tries", tries_of(mail))
                .expression_attribute_values(":occasions", AttributeValue::Ss(vec![mail.to_owned()]))
                .expression_attribute_values(":occasion", text(mail))
                .expression_attribute_values(":limit", number(window.limit))
                .expression_attribute_values(":marks", AttributeValue::Ss(vec![mark.to_owned()]))
                .expression_attribute_values(":mark", text(mark))
                .expression_attribute_values(":most", number(most));
            update.send()
        });
        let error = match counted.await {
            Ok(_) => return Ok(CountedTry::Counted),
            Err(error) => error,
        };
        let Some(UpdateItemError::ConditionalCheckFailedException(refused)) =
            error.as_service_error()
        else {
            return Err(error.into());
        };
        let tries = refused.item().and_then(|item| item.get(&tries_of(mail))?.as_ss().ok());
        let is_used = tries.is_some_and(|tries| tries.len() >= most);
        Ok(if is_used { CountedTry::TriesUsed } else { CountedTry::DayIsFull })
    }

    /// Takes back a counted try, because its outcome is known. The mail stays counted.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn give_try_back(
        &self,
        window: Window,
        attempt: MailTry<'_>,
    ) -> Result<(), StoreError> {
        let MailTry { recipient, mail, mark, asked_at, .. } = attempt;
        let update = self
            .update(keys::window(window.name, recipient, window.start(asked_at)))
            .update_expression("DELETE #tries :marks")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#tries", tries_of(mail))
            .expression_attribute_values(":marks", AttributeValue::Ss(vec![mark.to_owned()]));
        self.update_alone(update, ReturnValue::None).await.map(|_| ())
    }

    /// Starts the update of a window's counter.
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
                number(start.plus(window.seconds + window.kept).seconds()),
            )
    }
}

/// Returns the name of the attribute that has the tries of the mail.
fn tries_of(mail: &str) -> String {
    format!("tries_{}", mail.get(..16).unwrap_or(mail))
}
