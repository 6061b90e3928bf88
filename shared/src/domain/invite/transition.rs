//! The changes that end an invite. Each method returns the changed invite, or the state that forbids
//! the change.

use super::{Delivery, End, Invite, Resolution, RevokeReason, State};
use crate::domain::author::Author;
use crate::domain::clock::Timestamp;
use crate::domain::ids::UserId;
use crate::domain::mailing::{MailKind, Mailing};
use crate::domain::text::Message;

/// A change of an invite that its state allows.
///
/// The store writes it on the condition that the stored invite has not changed since it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Transition {
    /// The stored state before the change.
    pub from: State,
    /// The invite after the change.
    pub invite: Invite,
}

impl Transition {
    /// Returns the state after the change.
    pub fn to(&self) -> State {
        self.invite.stored_state()
    }

    /// Keeps `name` as the name of the user who ends the invite.
    #[must_use]
    pub fn named(mut self, name: Option<&str>) -> Self {
        if let Some(resolution) = &mut self.invite.resolution {
            resolution.by_name = name.map(str::to_owned);
        }
        self
    }

    /// Names the author of the change. Only the ends of invites name theirs by themselves.
    #[must_use]
    pub fn by(mut self, author: Option<Author>) -> Self {
        self.invite.revised_by = author;
        self
    }

    /// Returns how the change ends the invite. `None` if the invite stays pending.
    pub fn resolution(&self) -> Option<&Resolution> {
        self.invite.resolution.as_ref()
    }
}

impl Invite {
    /// Accepts the invite for the user `by`.
    ///
    /// A link is not accepted, because it stays pending; joining counts a use instead.
    ///
    /// # Errors
    /// The current state, if it is not `Pending`.
    pub fn accept(&self, by: &UserId, now: Timestamp) -> Result<Transition, State> {
        self.require_pending(now)?;
        Ok(self.ended(End::Accepted, Some(by), now))
    }

    /// Accepts the invite for its invitee, who signed in as `by`. This also takes back a decline
    /// without a sign-in.
    ///
    /// # Errors
    /// The current state, if the invitee can no longer accept.
    pub fn accept_as_invitee(&self, by: &UserId, now: Timestamp) -> Result<Transition, State> {
        self.require_awaiting(now)?;
        Ok(self.ended(End::Accepted, Some(by), now))
    }

    /// Declines the invite. `by` is `None` if the caller used a token without signing in. A decline
    /// with a sign-in makes an earlier one without it final, and keeps its reason if it gives none.
    ///
    /// # Errors
    /// The current state, if it does not allow this.
    pub fn decline(
        &self,
        by: Option<&UserId>,
        reason: Option<&Message>,
        now: Timestamp,
    ) -> Result<Transition, State> {
        match by {
            Some(_) => self.require_awaiting(now)?,
            None => self.require_pending(now)?,
        }
        let earlier = self.resolution.as_ref().and_then(Resolution::decline_reason);
        Ok(self.ended(End::Declined { reason: reason.or(earlier).cloned() }, by, now))
    }

    /// Revokes the invite, also after a decline without a sign-in. `by` is the person who did it.
    ///
    /// # Errors
    /// The current state, if nobody can accept the invite any more.
    pub fn revoke(
        &self,
        reason: RevokeReason,
        by: Option<&UserId>,
        now: Timestamp,
    ) -> Result<Transition, State> {
        self.require_awaiting(now)?;
        Ok(self.ended(End::Revoked { reason }, by, now))
    }

    /// Revokes the invite as [`Invite::revoke`] does, in the name of any author, such as an app.
    ///
    /// # Errors
    /// The current state, if nobody can accept the invite any more.
    pub fn revoke_as(
        &self,
        author: &Author,
        reason: RevokeReason,
        now: Timestamp,
    ) -> Result<Transition, State> {
        let revoked = self.revoke(reason, author.id(), now)?;
        Ok(revoked.by(Some(author.clone())))
    }

    /// Stores that the invite's time has passed. It ended when it passed, not when that is stored.
    ///
    /// # Errors
    /// The current state, if it is not `Expired` or is stored already.
    pub fn expire(&self, now: Timestamp) -> Result<Transition, State> {
        match (self.state(now), self.terms.expires_at) {
            (State::Expired, Some(at)) if self.resolution.is_none() => {
                let resolution =
                    Some(Resolution { end: End::Expired, at, by: None, by_name: None });
                let expired = self.changed(Self { resolution, ..self.clone() }, now);
                Ok(expired.by(Some(Author::System)))
            }
            (other, _) => Err(other),
        }
    }

    /// Stores that all uses of a counted link are taken.
    ///
    /// # Errors
    /// The current state, if it is not `Exhausted` or is stored already.
    pub fn exhaust(&self, now: Timestamp) -> Result<Transition, State> {
        match self.state(now) {
            State::Exhausted if self.resolution.is_none() => {
                Ok(self.ended(End::Exhausted, None, now))
            }
            other => Err(other),
        }
    }

    pub(super) fn require_pending(&self, now: Timestamp) -> Result<(), State> {
        match self.state(now) {
            State::Pending => Ok(()),
            other => Err(other),
        }
    }

    fn require_awaiting(&self, now: Timestamp) -> Result<(), State> {
        if self.awaits_invitee(now) { Ok(()) } else { Err(self.state(now)) }
    }

    fn ended(&self, end: End, by: Option<&UserId>, now: Timestamp) -> Transition {
        let author = author_of(&end, by);
        let resolution = Some(Resolution { end, at: now, by: by.cloned(), by_name: None });
        self.changed(Self { resolution, ..self.clone() }, now).by(author)
    }

    pub(super) fn changed(&self, invite: Self, now: Timestamp) -> Transition {
        Transition {
            from: self.stored_state(),
            invite: Self {
                version: self.version.next(),
                // A request that began before the last write must not turn the time back, because the
                // audit trail is in the order of time.
                updated_at: now.max(self.updated_at),
                revised_by: None,
                ..invite
            },
        }
    }
}

/// Returns the author of an invite's end by this person. `None` for a decline without a sign-in.
fn author_of(end: &End, by: Option<&UserId>) -> Option<Author> {
    match (end, by.cloned()) {
        (_, Some(user)) => Some(Author::User(user)),
        (End::Declined { .. }, None) => None,
        (End::Accepted | End::Revoked { .. } | End::Expired | End::Exhausted, None) => {
            Some(Author::System)
        }
    }
}

impl Transition {
    /// Adds a mail that tells the invitee about the change.
    #[must_use]
    pub fn mailed(mut self, mailing: Mailing) -> Self {
        let delivery = self.invite.delivery.requested_again(self.invite.updated_at);
        let reminders = delivery.reminders + u32::from(mailing.kind == MailKind::Reminder);
        self.invite.delivery = Delivery { reminders, ..delivery };
        self.invite.mailing = mailing;
        self
    }
}

#[cfg(test)]
#[path = "transition_tests.rs"]
mod tests;
