//! The write that creates invites. Its condition is that each invite's id is vacant.

use aws_sdk_dynamodb::types::builders::PutBuilder;

use crate::domain::counters::Generation;
use crate::domain::invite::{Invite, State};
use crate::domain::user::User;
use crate::store::access::{self, Item, number, text};
use crate::store::items::{self, PointerItem};
use crate::store::{Store, StoreError, keys};

/// The outcome of creating invites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutInvitesOutcome {
    /// All invites were created.
    Written,
    /// No invite was created, because an id is no longer vacant. The caller should read again.
    Changed,
    /// No invite was created, because the pending user exists by now. The caller should read again,
    /// and put the invites without that user.
    UserTaken,
}

/// The purpose of a write in the transaction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Invite,
    User,
}

impl Store {
    /// Creates all the invites or none. An id is vacant if it has no item, or holds the previous
    /// generation of an invite for the same invitee that has ended.
    ///
    /// `pending_user` is created in the same transaction. A single invite without a pending user is
    /// a single put.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn put_invites(
        &self,
        invites: &[Invite],
        pending_user: Option<&User>,
    ) -> Result<PutInvitesOutcome, StoreError> {
        if let ([invite], None) = (invites, pending_user) {
            let written = self.put_alone(self.vacant_put(invite)?).await?;
            return Ok(match written {
                true => PutInvitesOutcome::Written,
                false => PutInvitesOutcome::Changed,
            });
        }
        let mut transaction = self.transaction();
        for invite in invites {
            transaction.add(Part::Invite, self.vacant_put(invite)?)?;
        }
        if let Some(user) = pending_user {
            transaction.add(Part::User, self.put_if_absent(items::from_user(user)?))?;
            for identity in user.profile.identities() {
                let pointer = PointerItem::new(keys::pointer(&identity), &user.id);
                let item = access::write(&pointer, "pointer")?;
                transaction.add(Part::User, self.put_if_absent(item))?;
            }
        }
        Ok(match transaction.commit().await? {
            Ok(()) => PutInvitesOutcome::Written,
            Err(refused) if refused.has(Part::Invite) => PutInvitesOutcome::Changed,
            Err(_) => PutInvitesOutcome::UserTaken,
        })
    }

    fn vacant_put(&self, invite: &Invite) -> Result<PutBuilder, StoreError> {
        let item = items::from_invite(invite)?;
        if invite.generation == Generation::FIRST {
            return Ok(self.put_if_absent(item));
        }
        let values = Item::from([
            (":key".into(), text(invite.invitee.key())),
            (":before".into(), number(invite.generation.before())),
            (":pending".into(), text(State::Pending.as_str())),
            (":now".into(), number(invite.created_at.seconds())),
        ]);
        Ok(self
            .put(item)
            .condition_expression(
                "invitee_key = :key AND generation = :before \
                 AND (#state <> :pending OR expires_at <= :now)",
            )
            .expression_attribute_names("#state", "state")
            .set_expression_attribute_values(Some(values)))
    }
}
