//! The check that an actor still has the right on which an administrative write was decided.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::ConditionCheck;
use aws_sdk_dynamodb::types::builders::ConditionCheckBuilder;

use super::access::{Item, number, text};
use super::{Store, StoreError, items, keys};
use crate::domain::ids::GroupId;
use crate::domain::member::Member;

/// The record that gives an actor the right to an administrative write, as read.
#[derive(Clone, Copy, Debug)]
pub enum Right<'a> {
    /// The actor's membership.
    Member(&'a Member),
    /// An app acts for this group because the group has no owner.
    App(&'a GroupId),
    /// The write needs no check: it is about the actor's own record, or no group gives the right.
    Own,
}

/// Holds if it is still the membership that was read, with the same roles and privileges.
pub(super) const UNCHANGED: &str = "#joined_at = :joined_at AND #roles = :roles \
     AND (#privileges = :privileges OR attribute_not_exists(#privileges))";

/// The names and values that [`UNCHANGED`] uses.
pub(super) struct Unchanged {
    pub(super) names: HashMap<String, String>,
    pub(super) values: Item,
}

impl Unchanged {
    pub(super) fn of(member: &Member) -> Result<Self, StoreError> {
        let before = items::from_member(member)?;
        let as_read = |name: &str| before.get(name).cloned().unwrap_or_else(|| text(""));
        let fields = ["joined_at", "roles", "privileges"];
        Ok(Self {
            names: fields.map(|name| (format!("#{name}"), name.to_owned())).into(),
            values: fields.map(|name| (format!(":{name}"), as_read(name))).into(),
        })
    }
}

impl Store {
    /// Returns the check that the actor still has this right. `None` if there is nothing to check.
    ///
    /// # Errors
    /// `Corrupt`.
    pub(super) fn check(
        &self,
        right: Right<'_>,
    ) -> Result<Option<ConditionCheckBuilder>, StoreError> {
        match right {
            Right::Member(member) => {
                let as_read = Unchanged::of(member)?;
                let key = keys::member(&member.group, &member.user);
                let check = ConditionCheck::builder().condition_expression(UNCHANGED);
                let check = check.set_expression_attribute_names(Some(as_read.names));
                let check = check.set_expression_attribute_values(Some(as_read.values));
                Ok(Some(check.table_name(&self.table).set_key(Some(key.into_item()))))
            }
            Right::App(group) => {
                let check = ConditionCheck::builder().condition_expression("owner_count = :none");
                let check = check.expression_attribute_values(":none", number(0));
                let key = keys::group(group).into_item();
                Ok(Some(check.table_name(&self.table).set_key(Some(key))))
            }
            Right::Own => Ok(None),
        }
    }
}
