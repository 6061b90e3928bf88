//! The allowance of a group: places under its cap on pending invites that a count has found free
//! (ADR 0049).

use aws_sdk_dynamodb::types::ReturnValue;

use super::access::{Item, number, text};
use super::{Store, StoreError, keys};
use crate::domain::clock::Timestamp;
use crate::domain::ids::GroupId;

/// How long an allowance is used after its count, in seconds.
const USED_FOR: i64 = 3_600;

/// Free places of a group, as a count under this cap has found them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// The number of free places.
    pub places: u32,
    /// The cap under which they are free.
    pub cap: u32,
}

impl Store {
    /// Takes this many places from the group's allowance. Returns whether it had them. An allowance
    /// under another cap, or of an older count than an hour, has none.
    ///
    /// A retry after a lost response may take the places twice. The group is then counted earlier.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn take_places(
        &self,
        group: &GroupId,
        wanted: Allowance,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let update = self
            .update(keys::allowance(group))
            .update_expression("SET places = places - :wanted")
            .condition_expression("cap = :cap AND places >= :wanted AND #ttl > :now")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":wanted", number(wanted.places))
            .expression_attribute_values(":cap", number(wanted.cap))
            .expression_attribute_values(":now", number(now.seconds()));
        Ok(self.update_alone(update, ReturnValue::None).await?.is_some())
    }

    /// Writes the allowance of a group whose pending invites were counted at `now`. It replaces an
    /// earlier one.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn put_allowance(
        &self,
        group: &GroupId,
        allowance: Allowance,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let item = from_allowance(group, allowance, now);
        self.put_alone(self.put(item)).await.map(|_| ())
    }
}

/// Converts an allowance into an item.
fn from_allowance(group: &GroupId, Allowance { places, cap }: Allowance, now: Timestamp) -> Item {
    let mut item = keys::allowance(group).into_item();
    item.insert("type".into(), text("allowance"));
    item.insert("places".into(), number(places));
    item.insert("cap".into(), number(cap));
    item.insert("ttl".into(), number(now.plus(USED_FOR).seconds()));
    item
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_item_of_an_allowance_is_used_for_an_hour() {
        let group = GroupId::parse("3773").unwrap();
        let now = Timestamp::from_seconds(1_700_000_000);
        let item = from_allowance(&group, Allowance { places: 375, cap: 500 }, now);
        let read = |name: &str| item[name].as_s().or_else(|_| item[name].as_n()).unwrap().clone();
        assert_eq!([read("pk"), read("sk"), read("type")], ["G#3773", "A", "allowance"]);
        assert_eq!([read("places"), read("cap"), read("ttl")], ["375", "500", "1700003600"]);
        assert_eq!(item.len(), 6);
    }
}
