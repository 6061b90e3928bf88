//! Blocks: people choose whose invites they do not want to see.
//!
//! A block stops nobody from inviting, so a blocked sender sees what it always saw. The inbox and the
//! mailer leave the invite out.

use std::collections::HashSet;

use super::directory::Known;
use crate::auth::Caller;
use crate::domain::block::{Block, BlockChoice, Blocked};
use crate::domain::clock::Timestamp;
use crate::domain::identity::Identity;
use crate::domain::ids::GroupId;
use crate::domain::invite::Invite;
use crate::domain::list::Page;
use crate::domain::user::ProfileChange;
use crate::engine::{Conflict, Engine, Outcome, Refusal, Stop};
use crate::store::WantedRecords;

impl Engine {
    /// Blocks a sender for the caller. Blocking again returns the same block.
    ///
    /// # Errors
    /// `NotFound::User` for a pending user, `Fault`.
    pub async fn block(&self, caller: &Caller, of: &Blocked, now: Timestamp) -> Outcome<Block> {
        self.make_findable(caller).await?;
        let block = Block { of: of.clone(), created_at: now };
        if self.store.put_block(&caller.user, &block).await? {
            return Ok(block);
        }
        let earlier = self.store.block(&caller.user, of).await?;
        Ok(earlier.unwrap_or(block))
    }

    /// Blocks the sender of an invite that the caller declined.
    ///
    /// # Errors
    /// `NotFound::User` for a pending user, `Fault`.
    pub async fn block_sender(
        &self,
        caller: &Caller,
        invite: &Invite,
        choice: BlockChoice,
        now: Timestamp,
    ) -> Outcome<()> {
        let of = match choice {
            BlockChoice::Inviter => Blocked::Inviter(invite.created_by.id.clone()),
            BlockChoice::Group => Blocked::Group(invite.group.clone()),
            BlockChoice::All => {
                self.make_findable(caller).await?;
                let refusing =
                    ProfileChange { refuses_invites: Some(true), ..ProfileChange::default() };
                return self.change_me(caller, &refusing).await.map(|_| ());
            }
        };
        self.block(caller, &of, now).await.map(|_| ())
    }

    /// Returns the caller's block of this sender. `None` if there is none.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn get_block(&self, caller: &Caller, of: &Blocked) -> Outcome<Option<Block>> {
        Ok(self.store.block(&caller.user, of).await?)
    }

    /// Ends the caller's block of this sender, if there is one.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn unblock(&self, caller: &Caller, of: &Blocked) -> Outcome<()> {
        Ok(self.store.delete_block(&caller.user, of).await?)
    }

    /// Returns a page of at most `limit` of the caller's blocks.
    ///
    /// # Errors
    /// `InvalidCursor`, `Fault`.
    pub async fn list_blocks(
        &self,
        caller: &Caller,
        limit: i32,
        cursor: Option<&str>,
    ) -> Outcome<Page<Block>> {
        Ok(self.store.list_blocks(&caller.user, limit, cursor).await?)
    }

    /// Returns every sender whom the caller blocks.
    pub(in crate::engine) async fn blocked_by(&self, caller: &Caller) -> Outcome<HashSet<Blocked>> {
        Ok(self.store.all_blocked(&caller.user).await?)
    }

    /// Returns which of these groups the caller blocks.
    pub(in crate::engine) async fn blocked_groups(
        &self,
        caller: &Caller,
        groups: &[GroupId],
    ) -> Outcome<HashSet<Blocked>> {
        let of = groups.iter().cloned().map(Blocked::Group);
        let blocks = of.map(|of| (caller.user.clone(), of)).collect();
        let wanted = WantedRecords { blocks, ..WantedRecords::default() };
        Ok(self.store.records(&wanted).await?.blocked)
    }

    /// Gives the caller's record the address that the token proves, if the record has none. Mails to
    /// that address are then known to be for the caller.
    async fn make_findable(&self, caller: &Caller) -> Outcome<()> {
        let Some(address) = &caller.email else { return Ok(()) };
        let identity = Identity::Email(address.clone());
        let (record, holder) =
            futures::join!(self.store.user(&caller.user), self.store.holder(&identity));
        let record = record?;
        if record.as_ref().is_some_and(|user| user.profile.email.is_some()) {
            return Ok(());
        }
        let change =
            ProfileChange { email: Some(Some(address.clone())), ..ProfileChange::default() };
        let known = Known { record, holder: Some((identity, holder?)) };
        match self.change_known_me(caller, &change, known).await {
            // Another user has the address, so the mails are known to be for that user.
            Ok(_) | Err(Stop::Refused(Refusal::Conflict(Conflict::IdentityTaken))) => Ok(()),
            Err(stop) => Err(stop),
        }
    }
}

/// Returns whether the person wants to see the invite.
pub(in crate::engine) fn is_wanted(invite: &Invite, blocked: &HashSet<Blocked>) -> bool {
    blocked.is_empty() || !Blocked::senders_of(invite).iter().any(|it| blocked.contains(it))
}
