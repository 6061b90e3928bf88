//! The writes that change an invite. Each is conditional on the state that was read.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::ReturnValue;
use aws_sdk_dynamodb::types::builders::UpdateBuilder;

use crate::domain::invite::{End, Invite, Resolution, State, Transition};
use crate::domain::invitee::Link;
use crate::store::access::{self, Item, number, text};
use crate::store::{Store, StoreError, items, keys};

/// Holds if the invite still grants the roles that were read. They can change while the invite is
/// pending.
pub(in crate::store) const SAME_ROLES: &str = "#roles = :roles";

/// Holds if the invite is pending, of the expected generation, and not expired.
pub(in crate::store) const IS_PENDING: &str = "#state = :pending AND generation = :generation \
     AND (attribute_not_exists(expires_at) OR expires_at > :now)";

impl Store {
    /// Ends the invite as the transition says, if the invite is still pending, not expired and of
    /// the same generation. Returns the written invite, or `None` if the condition fails.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn end_invite(&self, transition: &Transition) -> Result<Option<Invite>, StoreError> {
        let write = self.ending(transition)?;
        let Some(answer) = self.update_alone(write, ReturnValue::AllNew).await? else {
            return Ok(None);
        };
        let item = answer
            .attributes
            .ok_or_else(|| StoreError::Refused("the response has no attributes".into()))?;
        items::to_invite(item).map(Some)
    }

    /// Writes the terms of a pending invite, if the stored version is the one before. Returns
    /// whether it was written.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn update_invite(&self, transition: &Transition) -> Result<bool, StoreError> {
        let invite = &transition.invite;
        let whole = items::from_invite(invite)?;
        let mut values = pending_values(invite);
        values.insert(":before".into(), number(invite.version.before()));
        let mut names = HashMap::from([("#state".to_owned(), "state".to_owned())]);
        let fields = &["roles", "redirect_url", "door", "updated_at", "version"];
        let expression = access::write_fields(&whole, fields, &mut names, &mut values);
        let update = self
            .update(keys::invite(&invite.group, invite.id))
            .update_expression(expression)
            .condition_expression(format!("{IS_PENDING} AND version = :before"))
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values));
        Ok(self.update_alone(update, ReturnValue::None).await?.is_some())
    }

    /// Replaces all the invites or none, each if its stored version is the one before. Returns
    /// whether they were written.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
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

    /// Returns the write that ends the invite. Its condition is [`IS_PENDING`]. An acceptance also
    /// requires that the roles are unchanged, and an exhaustion that all uses are taken.
    ///
    /// # Errors
    /// `Refused` if the transition does not end the invite, or `Corrupt`.
    pub(in crate::store) fn ending(
        &self,
        transition: &Transition,
    ) -> Result<UpdateBuilder, StoreError> {
        let invite = &transition.invite;
        let resolution = transition
            .resolution()
            .ok_or_else(|| StoreError::Refused("the transition does not end the invite".into()))?;
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

/// Returns the values that [`IS_PENDING`] uses. The time of the transition is the invite's
/// `updated_at`.
fn pending_values(invite: &Invite) -> Item {
    Item::from([
        (":pending".into(), text(State::Pending.as_str())),
        (":generation".into(), number(invite.generation)),
        (":now".into(), number(invite.updated_at.seconds())),
    ])
}
