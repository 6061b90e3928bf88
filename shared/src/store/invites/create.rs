//! The write that creates invites, and ends those that they replace. Its condition is that each new
//! invite's id is vacant.

use aws_sdk_dynamodb::types::builders::PutBuilder;

use crate::domain::counters::Generation;
use crate::domain::invite::{Invite, Transition};
use crate::domain::user::User;
use crate::store::access::{self, Item, number, text};
use crate::store::items::{self, PointerItem};
use crate::store::{KeptRequest, Right, Store, StoreError, keys};

/// The writes that create invites. No item may occur twice among them.
#[derive(Clone, Copy, Debug)]
pub struct NewInvites<'a> {
    /// The invites.
    pub invites: &'a [Invite],
    /// The pending users of new persons.
    pub pending_users: &'a [User],
    /// Pending invites that end.
    pub ended: &'a [Transition],
    /// The request with its results, if it has an idempotency key.
    pub kept: Option<&'a KeptRequest>,
    /// The inviter's right, if the writes end pending invites of others.
    pub right: Option<Right<'a>>,
}

/// The outcome of creating invites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutInvitesOutcome {
    /// All invites were created.
    Written,
    /// No invite was created, because an id is no longer vacant, an invite to end has changed, or the
    /// inviter's right has. The caller should read again.
    Changed,
    /// No invite was created, because another request has taken over the idempotency key.
    KeyTaken,
    /// No invite was created, because the pending user exists by now. The caller should read again,
    /// and put the invites without that user.
    UserTaken,
}

/// The purpose of a write in the transaction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Invite,
    User,
    Key,
    Right,
}

impl Store {
    /// Makes all the writes or none. An id is vacant if it has no item, or still holds the version
    /// of the previous generation that was read: the caller has decided that it ended, can never be
    /// accepted again, or is replaced.
    ///
    /// A single invite without other writes is a single put.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn put_invites(&self, new: NewInvites<'_>) -> Result<PutInvitesOutcome, StoreError> {
        let NewInvites { invites, pending_users, ended, kept, right } = new;
        let check = right.map(|right| self.check(right)).transpose()?.flatten();
        if let ([invite], [], [], None, None) = (invites, pending_users, ended, kept, &check) {
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
        for ended in ended {
            transaction.add(Part::Invite, self.ending(ended)?)?;
        }
        if let Some(kept) = kept {
            transaction.add(Part::Key, self.keep(kept)?)?;
        }
        transaction.add_check(Part::Right, check)?;
        for user in pending_users {
            transaction.add(Part::User, self.put_if_absent(items::from_user(user)?))?;
            for identity in user.profile.identities() {
                let pointer = PointerItem::new(keys::pointer(&identity), user);
                let item = access::write(&pointer, "pointer")?;
                transaction.add(Part::User, self.put_if_absent(item))?;
            }
        }
        Ok(match transaction.commit().await? {
            Ok(()) => PutInvitesOutcome::Written,
            Err(refused) if refused.has(Part::Key) => PutInvitesOutcome::KeyTaken,
            Err(refused) if refused.has(Part::Invite) || refused.has(Part::Right) => {
                PutInvitesOutcome::Changed
            }
            Err(_) => PutInvitesOutcome::UserTaken,
        })
    }

    fn vacant_put(&self, invite: &Invite) -> Result<PutBuilder, StoreError> {
        let item = items::from_invite(invite)?;
        if invite.generation == Generation::FIRST {
            return Ok(self.put_if_absent(item));
        }
        let values = Item::from([
            (":key".into(), text(keys::invitee_partition(&invite.invitee.key()))),
            (":before".into(), number(invite.version.before())),
        ]);
        Ok(self
            .put(item)
            .condition_expression(
                "(by_invitee_pk = :key OR attribute_exists(anonymized_at)) AND version = :before",
            )
            .set_expression_attribute_values(Some(values)))
    }
}
