//! The writes that change an invite, each on the condition that it is still what was read.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::ReturnValue;
use aws_sdk_dynamodb::types::builders::UpdateBuilder;

use crate::domain::invite::{End, Invite, Resolution, State, Transition};
use crate::domain::invitee::Link;
use crate::store::access::{self, Item, number, text};
use crate::store::{Store, StoreError, items, keys};

/// True of an invite that still grants the roles that were read: they can be changed while it is
/// pending.
pub(in crate::store) const SAME_ROLES: &str = "#roles = :roles";

/// True of a pending invite of the expected generation whose time has not passed.
pub(in crate::store) const IS_PENDING: &str = "#state = :pending AND generation = :generation \
     AND (attribute_not_exists(expires_at) OR expires_at > :now)";

impl Store {
    /// Ends the invite as the transition says, if it is pending, in time and of its generation.
    /// Returns the invite as the write left it. `None` where it is not so any more.
    ///
    /// # Errors
    /// `Unavailable` and `Refused` where the table does not take the write, `Corrupt` where it
    /// answers with something else than an invite.
    pub async fn end_invite(&self, transition: &Transition) -> Result<Option<Invite>, StoreError> {
        let write = self.ending(transition)?;
        let Some(answer) = self.update_alone(write, ReturnValue::AllNew).await? else {
            return Ok(None);
        };
        let item = answer
            .attributes
            .ok_or_else(|| StoreError::Refused("no attributes in the answer".into()))?;
        items::to_invite(item).map(Some)
    }

    /// Writes the terms of a pending invite, if nothing in it changed since the version before.
    /// Returns whether it was so.
    ///
    /// # Errors
    /// `Unavailable` and `Refused` where the table does not take the write.
    pub async fn update_invite(&self, transition: &Transition) -> Result<bool, StoreError> {
        let invite = &transition.invite;
        let whole = items::from_invite(invite)?;
        let mut values = pending_values(invite);
        values.insert(":before".into(), number(invite.version.before()));
        let mut names = HashMap::from([("#state".to_owned(), "state".to_owned())]);
        let fields = &["roles", "redirect_url", "api_data", "updated_at", "version"];
        let expression = access::write_fields(&whole, fields, &mut names, &mut values);
        let update = self
            .update(keys::invite(&invite.group, invite.id))
            .update_expression(expression)
            .condition_expression(format!("{IS_PENDING} AND version = :before"))
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values));
        Ok(self.update_alone(update, ReturnValue::None).await?.is_some())
    }

    /// Writes all the invites anew, each over the version before its own, or none. Returns whether
    /// it did.
    ///
    /// # Errors
    /// `Unavailable` and `Refused` where the table does not take the write.
    pub async fn rewrite_invites(&self, transitions: &[Transition]) -> Result<bool, StoreError> {
        let mut transaction = self.transaction();
        for Transition { invite, .. } in transitions {
            let put = self
                .put(items::from_invite(invite)?)
                .condition_expression("version = :before")
                .expression_attribute_values(":before", number(invite.version.before()));
            transaction.add((), put)?;
        }
        Ok(transaction.commit().await?.is_ok())
    }

    /// Returns the write that ends the invite. Its condition is that the invite is pending, in time
    /// and of its generation; that it still grants the same roles, where somebody gets them; and
    /// that its uses are taken, where it is exhausted.
    pub(in crate::store) fn ending(
        &self,
        transition: &Transition,
    ) -> Result<UpdateBuilder, StoreError> {
        let invite = &transition.invite;
        let resolution = transition
            .resolution()
            .ok_or_else(|| StoreError::Refused("the invite does not end by this".into()))?;
        let mut set = "SET #state = :to, by_group_sk = :sort, by_invitee_sk = :sort, \
             resolved_at = :now, updated_at = :now, version = version + :one"
            .to_owned();
        let mut condition = IS_PENDING.to_owned();
        let mut names = HashMap::from([("#state".to_owned(), "state".to_owned())]);
        let sort = keys::list_sort(resolution.state(), invite.terms.expires_at, invite.id);
        let mut values = pending_values(invite);
        values.extend([
            (":to".into(), text(resolution.state().as_str())),
            (":sort".into(), text(sort)),
            (":one".into(), number(1)),
        ]);
        let Resolution { end, at: _, by } = resolution;
        if let Some(user) = by {
            set.push_str(", resolved_by = :by");
            values.insert(":by".into(), text(user.as_str()));
        }
        match end {
            End::Accepted => {
                condition.push_str(&format!(" AND {SAME_ROLES}"));
                names.insert("#roles".into(), "roles".into());
                values.insert(":roles".into(), access::roles(&invite.terms.roles)?);
            }
            End::Exhausted => {
                let max = invite.invitee.link().and_then(|Link { max_uses, .. }| *max_uses);
                condition.push_str(" AND uses >= :max");
                values.insert(":max".into(), number(max.unwrap_or(u32::MAX)));
            }
            End::Declined { reason: Some(reason) } => {
                set.push_str(", decline_reason = :reason");
                values.insert(":reason".into(), text(reason.as_str()));
            }
            End::Declined { reason: None } | End::Revoked | End::Expired => {}
        }
        Ok(self
            .update(keys::invite(&invite.group, invite.id))
            .update_expression(set + " REMOVE outbox")
            .condition_expression(condition)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values)))
    }
}

/// Returns the values that [`IS_PENDING`] names. The transition is made at the invite's
/// `updated_at`.
fn pending_values(invite: &Invite) -> Item {
    Item::from([
        (":pending".into(), text(State::Pending.as_str())),
        (":generation".into(), number(invite.generation)),
        (":now".into(), number(invite.updated_at.seconds())),
    ])
}
