//! The writes that change an invite. Each is conditional on the state that was read.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::ReturnValue;
use aws_sdk_dynamodb::types::builders::{PutBuilder, UpdateBuilder};

use crate::domain::invite::{End, Invite, Resolution, State, Terms, Transition};
use crate::domain::invitee::Link;
use crate::store::access::{self, Item, number, text};
use crate::store::keys::{self, Shelf};
use crate::store::{Right, Store, StoreError, items};

/// Holds for a pending invite of the expected generation whose uses are all taken, also after its
/// time has passed.
const IS_USED_UP: &str = "#state = :pending AND generation = :generation AND uses >= :max";

/// Holds for a decline without a sign-in, of the expected generation, whose invite has not expired.
const IS_REOPENABLE: &str = "#state = :declined AND attribute_not_exists(resolved_by) \
     AND generation = :generation AND expires_at > :now";

/// Holds if the invite is pending, of the expected generation, and not expired.
pub(in crate::store) const IS_PENDING: &str = "#state = :pending AND generation = :generation \
     AND (attribute_not_exists(expires_at) OR expires_at > :now)";

/// Holds for a pending invite that was not written since it was read, and whose time has passed.
const IS_OVER: &str = "#state = :pending AND version = :before AND expires_at <= :now";

impl Store {
    /// Ends the invite as the transition says, if the invite is still in the same state, not expired
    /// and of the same generation. An expiry requires the same version and a time that has passed. Returns the written invite, or `None` if the condition fails.
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

    /// Ends the invite as [`Store::end_invite`] does, if the actor also still has this right. Returns
    /// whether it was written.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn end_invite_by_right(
        &self,
        transition: &Transition,
        right: Right<'_>,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.transaction();
        transaction.add((), self.ending(transition)?)?;
        transaction.add_check((), self.check(right)?)?;
        Ok(transaction.commit().await?.is_ok())
    }

    /// Replaces the invite, if the stored version is the one before and the actor still has this
    /// right. Returns whether it was written.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn rewrite_invite(
        &self,
        transition: &Transition,
        right: Right<'_>,
    ) -> Result<bool, StoreError> {
        let put = self.rewriting(&transition.invite)?;
        let Some(check) = self.check(right)? else { return self.put_alone(put).await };
        let mut transaction = self.transaction();
        transaction.add((), put)?;
        transaction.add((), check)?;
        Ok(transaction.commit().await?.is_ok())
    }

    /// Replaces all the invites or none, each if its stored version is the one before. Returns
    /// whether they were written.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn rewrite_invites(&self, transitions: &[Transition]) -> Result<bool, StoreError> {
        let mut transaction = self.transaction();
        for Transition { invite, .. } in transitions {
            transaction.add((), self.rewriting(invite)?)?;
        }
        Ok(transaction.commit().await?.is_ok())
    }

    /// Returns the put of an invite. Its condition is that the stored version is the one before.
    pub(in crate::store) fn rewriting(&self, invite: &Invite) -> Result<PutBuilder, StoreError> {
        Ok(self
            .put(items::from_invite(invite)?)
            .condition_expression("version = :before")
            .expression_attribute_values(":before", number(invite.version.before())))
    }

    /// Returns the write that ends the invite. Its condition is [`IS_PENDING`], or
    /// [`IS_REOPENABLE`] after a decline without a sign-in, [`IS_OVER`] for an expiry, or
    /// [`IS_USED_UP`] for an exhaustion. An acceptance also requires [`SameGrant`].
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
             resolved_at = :resolved, updated_at = :now, version = version + :one"
            .to_owned();
        let mut names = HashMap::from([("#state".to_owned(), "state".to_owned())]);
        let sort = keys::list_sort(Shelf::of(Some(resolution)), invite.created_at, invite.id);
        let mut values = pending_values(invite);
        let mut condition = if transition.from == State::Declined {
            values.remove(":pending");
            values.insert(":declined".into(), text(State::Declined.as_str()));
            IS_REOPENABLE.to_owned()
        } else {
            IS_PENDING.to_owned()
        };
        values.extend([
            (":to".into(), text(resolution.state().as_str())),
            (":sort".into(), text(sort)),
            (":one".into(), number(1)),
            (":resolved".into(), number(resolution.at.seconds())),
        ]);
        // From now on, the index tells since when the invite is retained.
        let (due_pk, due_sk) = items::due_keys(invite)
            .ok_or_else(|| StoreError::Refused("nobody retains the ended invite".into()))?;
        set.push_str(", due_pk = :due_pk, due_sk = :due_sk");
        values.extend([(":due_pk".into(), text(due_pk)), (":due_sk".into(), text(due_sk))]);
        let Resolution { end, at: _, by, by_name } = resolution;
        if let Some(user) = by {
            set.push_str(", resolved_by = :by");
            values.insert(":by".into(), text(user.as_str()));
        }
        if let Some(name) = by_name {
            set.push_str(", resolved_by_name = :by_name");
            values.insert(":by_name".into(), text(name.as_str()));
        }
        let mut remove = vec!["outbox"];
        match &invite.revised_by {
            Some(author) => {
                set.push_str(", revised_by = :author");
                values.insert(":author".into(), access::value(author, "revised_by")?);
            }
            None => remove.push("revised_by"),
        }
        match end {
            End::Accepted => {
                remove.push("decline_reason");
                let same = SameGrant::of(&invite.terms)?;
                condition.push_str(&format!(" AND {}", same.condition));
                names.extend(same.names);
                values.extend(same.values);
            }
            End::Exhausted => {
                let max = invite.invitee.link().and_then(|Link { max_uses, .. }| *max_uses);
                condition = IS_USED_UP.to_owned();
                values.insert(":max".into(), number(max.unwrap_or(u32::MAX)));
            }
            End::Declined { reason: Some(reason) } => {
                set.push_str(", decline_reason = :reason");
                values.insert(":reason".into(), text(reason.as_str()));
            }
            End::Revoked { reason } => {
                set.push_str(", resolution_reason = :reason");
                values.insert(":reason".into(), access::value(reason, "resolution_reason")?);
            }
            End::Expired => {
                condition = IS_OVER.to_owned();
                values.remove(":generation");
                values.insert(":before".into(), number(invite.version.before()));
            }
            End::Declined { reason: None } => {}
        }
        Ok(self
            .update(keys::invite(&invite.group, invite.id))
            .update_expression(format!("{set} REMOVE {}", remove.join(", ")))
            .condition_expression(condition)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values)))
    }
}

/// The condition that an invite still grants what was read: the roles, and the period of the
/// membership. Both can change while the invite is pending.
pub(in crate::store) struct SameGrant {
    pub(in crate::store) condition: &'static str,
    pub(in crate::store) names: [(String, String); 1],
    pub(in crate::store) values: Item,
}

impl SameGrant {
    /// Returns the condition that the invite has the roles and the period of these terms.
    ///
    /// # Errors
    /// `Corrupt`.
    pub(in crate::store) fn of(terms: &Terms) -> Result<Self, StoreError> {
        let mut values = Item::from([(":roles".into(), access::roles(&terms.roles)?)]);
        let condition = match terms.membership_expires_in {
            Some(period) => {
                let period = access::value(&period, "membership_expires_in")?;
                values.insert(":period".into(), period);
                "#roles = :roles AND membership_expires_in = :period"
            }
            None => "#roles = :roles AND attribute_not_exists(membership_expires_in)",
        };
        Ok(Self { condition, names: [("#roles".into(), "roles".into())], values })
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
