//! Several invites in one write, all or none.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};

use super::access::{self, Transaction, number};
use super::invites::incomplete;
use super::items::{self, PointerItem};
use super::{Store, StoreError, keys};
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::invite::Invite;
use crate::domain::user::User;

/// What became of the one write that makes several invites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutInvitesOutcome {
    /// All are made.
    Written,
    /// None is: something else stands under an id by now.
    Changed,
    /// None is: the pending user exists by now; read again, and put the invites without it.
    UserTaken,
}

/// How many keys one read takes.
const BATCH: usize = 100;

impl Store {
    /// Makes all the invites or none: each as [`Store::put_invite`] does. `pending_user` is made
    /// with them.
    pub async fn put_invites(
        &self,
        invites: &[Invite],
        pending_user: Option<&User>,
    ) -> Result<PutInvitesOutcome, StoreError> {
        let puts = invites
            .iter()
            .map(|invite| Ok(TransactWriteItem::builder().put(self.vacant_put(invite)?).build()));
        let mut writes: Vec<TransactWriteItem> = puts.collect::<Result<_, StoreError>>()?;
        if let Some(user) = pending_user {
            writes.push(self.put_if_absent(items::from_user(user)?)?);
            for identity in user.profile.identities() {
                let pointer = PointerItem::new(keys::pointer(&identity), &user.id);
                writes.push(self.put_if_absent(access::write(&pointer, "pointer")?)?);
            }
        }
        Ok(match self.transact(writes).await? {
            Transaction::Committed => PutInvitesOutcome::Written,
            Transaction::Refused(failed)
                if failed.iter().take(invites.len()).any(|failed| *failed) =>
            {
                PutInvitesOutcome::Changed
            }
            Transaction::Refused(_) => PutInvitesOutcome::UserTaken,
        })
    }

    /// Writes all the invites anew, each over the version before its own, or none; says whether it
    /// did.
    pub async fn rewrite_invites(&self, invites: &[Invite]) -> Result<bool, StoreError> {
        let puts = invites.iter().map(|invite| {
            let put =
                Put::builder().table_name(&self.table).set_item(Some(items::from_invite(invite)?));
            let put = put
                .condition_expression("version = :before")
                .expression_attribute_values(":before", number(invite.version - 1));
            Ok(TransactWriteItem::builder().put(put.build().map_err(incomplete)?).build())
        });
        let writes = puts.collect::<Result<_, StoreError>>()?;
        Ok(matches!(self.transact(writes).await?, Transaction::Committed))
    }

    /// The invites of this id in any of the groups, as last written.
    pub async fn invites_of_id(
        &self,
        groups: &[GroupId],
        id: InviteId,
    ) -> Result<Vec<Invite>, StoreError> {
        let mut invites = Vec::new();
        for groups in groups.chunks(BATCH) {
            let found =
                self.get_many(groups.iter().map(|group| keys::invite(group, id)).collect()).await?;
            invites
                .extend(found.into_values().map(items::to_invite).collect::<Result<Vec<_>, _>>()?);
        }
        Ok(invites)
    }
}
