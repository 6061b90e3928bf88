//! Counters of what somebody did in a window of time: under any number of parallel requests never more than the limit. An answer that
//! got lost may count twice.

use super::access::{number, text};
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
    pub async fn pass(&self, window: Window, subject: &str, now: Timestamp) -> Result<bool, StoreError> {
        let start = window.start(now);
        let key = keys::window(window.name, subject, start);
        let update = self.client.update_item().table_name(&self.table).set_key(Some(key.into_item()));
        let update = update
            .update_expression("SET #type = :type, #ttl = :ttl ADD passed :one")
            .condition_expression("attribute_not_exists(passed) OR passed < :limit")
            .expression_attribute_names("#type", "type")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":type", text("window"))
            .expression_attribute_values(":ttl", number(start.plus(window.seconds + 86_400).seconds()))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":limit", number(window.limit));
        match update.send().await {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
