//! The consequences of a change that its own write could not include: what an index did not show
//! yet, what was written beside the change, and what is too much for one transaction.
//!
//! The table's stream delivers each change at least once, and later than the write. So every use
//! case here decides by what is stored now, and doing it again changes nothing. Each kind of change
//! has a file of its own.

mod group;
mod invite;
mod member;
mod notify;
mod user;

use crate::domain::change::Change;
use crate::domain::clock::Timestamp;
use crate::domain::event::Event;
use crate::engine::{Engine, Fault, Progress};

/// The number of writes after which a call leaves the rest to the next.
const MOST_AT_ONCE: usize = 1_000;

impl Engine {
    /// Writes these events into the audit trails of their groups. Writing one again changes nothing.
    ///
    /// # Errors
    /// `Fault`. Some events may be written then.
    pub async fn record_events(&self, events: &[Event]) -> Result<(), Fault> {
        Ok(self.store.write_events(events).await?)
    }

    /// Returns for each of these changes whether it certainly has no consequences. It reads once for
    /// all. A change that is not settled may have consequences: [`Engine::follow`] finds out.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn are_settled(
        &self,
        changes: &[Option<&Change>],
        now: Timestamp,
    ) -> Result<Vec<bool>, Fault> {
        let subjects = changes.iter().map(|change| match change {
            Some(Change::InvitePending(subject)) => Some(subject),
            _ => None,
        });
        let grounded = self.are_grounded(&subjects.collect::<Vec<_>>(), now).await?;
        let settled = changes.iter().zip(grounded);
        Ok(settled.map(|(change, is_grounded)| change.is_none() || is_grounded).collect())
    }

    /// Makes the consequences of the change. A call makes at most about a thousand writes; after
    /// `Progress::More`, calling it again continues.
    ///
    /// # Errors
    /// `Fault`. Calling it again continues.
    pub async fn follow(&self, change: &Change, now: Timestamp) -> Result<Progress, Fault> {
        match change {
            Change::InvitePending(subject) => self.follow_invite(subject, now).await,
            Change::Joined(member) => self.follow_joining(member, now).await,
            Change::MemberChanged { before, after } if before.exceeds(after) => {
                self.follow_loss(after, now).await
            }
            Change::MemberChanged { .. } => Ok(Progress::Done),
            Change::OptedOut(user) => self.follow_opting_out(user, now).await,
            Change::MemberRemoved(member) => self.follow_loss(member, now).await,
            Change::GroupDeleted { group, by } => {
                self.follow_deletion(group, by.as_ref(), now).await
            }
        }
    }
}
