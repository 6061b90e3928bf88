//! The changes that leave an invite pending, or make it pending again.

use serde::{Deserialize, Serialize};

use super::{Granter, Invite, State, Terms, Transition};
use crate::domain::author::Author;
use crate::domain::clock::Timestamp;
use crate::domain::counters::RequestId;
use crate::domain::deserialize_trimmed;
use crate::domain::invitee::{Invitee, Lifetime, Link};
use crate::domain::rule::InviteRule;

/// Minimum number of seconds between two requests for the same invite: its creation, a resend or a
/// reminder.
pub const COOL_DOWN: i64 = 60;

/// Maximum number of resends of an invite, over all generations.
const MOST_RESENDS: u32 = 10;

/// Minimum number of seconds between two requests for a new invite.
const RENEWAL_INTERVAL: i64 = 86_400;

/// The token of a resent invite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", remote = "Self")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum TokenChoice {
    /// A new token. The link of earlier mails no longer works.
    #[default]
    Rotate,
    /// The same token. The link of earlier mails still works.
    Keep,
}

deserialize_trimmed!(TokenChoice);

/// A reminder: the request that reminds of an invite, and the right by which it does.
#[derive(Clone, Debug)]
pub struct Renewal {
    /// The request. The invite records it as the last one.
    pub request: RequestId,
    /// The person who reminds of the invite.
    pub granted_by: Granter,
    /// The rule that allows this person to invite.
    pub rule: InviteRule,
    /// The new expiry, if it is later than the old one. `None` means never.
    pub expires_at: Option<Timestamp>,
}

/// A resend: the right by which an invite is resent, and the token that it gets.
#[derive(Clone, Debug)]
pub struct Resending {
    /// The person who resends the invite.
    pub granted_by: Granter,
    /// The rule that allows this person to invite.
    pub rule: InviteRule,
    /// The token.
    pub token: TokenChoice,
    /// The request that resends.
    pub request: RequestId,
}

/// The new terms of a pending invite.
#[derive(Clone, Debug)]
pub struct Revision {
    /// The terms.
    pub terms: Terms,
    /// The person who grants them.
    pub granted_by: Granter,
    /// Whether a link is paused. Ignored for invites of one person.
    pub paused: bool,
    /// The author of the change.
    pub by: Author,
}

/// The reason why an invite cannot be resent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotResent {
    /// The invite ended for good, in this state.
    Ended(State),
    /// The last request was less than [`COOL_DOWN`] seconds ago. This many are left.
    TooSoon(i64),
    /// The invite was resent as often as it can be.
    Limit,
}

impl Invite {
    /// Replaces the terms, and pauses or resumes a link. The token stays valid.
    ///
    /// # Errors
    /// The current state, if it is not `Pending`.
    pub fn update(&self, revision: &Revision, now: Timestamp) -> Result<Transition, State> {
        self.require_pending(now)?;
        let Revision { terms, granted_by, paused, by } = revision.clone();
        let invitee = match self.invitee.clone() {
            Invitee::Link(link) => Invitee::Link(Link { paused, ..link }),
            person => person,
        };
        let changed = self.changed(Self { invitee, terms, granted_by, ..self.clone() }, now);
        Ok(changed.by(Some(by)))
    }

    /// Renews the invite for a reminder. The token stays valid.
    ///
    /// # Errors
    /// The current state, if it is not `Pending`.
    pub fn renew(&self, renewal: &Renewal, now: Timestamp) -> Result<Transition, State> {
        self.require_pending(now)?;
        let Renewal { request, granted_by, rule, expires_at } = renewal.clone();
        let author = granted_by.author(rule);
        let mut renewed = Self { request, requested_at: now, granted_by, ..self.clone() };
        renewed.terms.rule = rule;
        renewed.terms.expires_at = match (self.terms.expires_at, expires_at) {
            (Some(own), Some(other)) => Some(own.max(other)),
            (None, _) | (_, None) => None,
        };
        Ok(self.changed(renewed, now).by(Some(author)))
    }

    /// Resends the invite, also after it expired or was declined without a sign-in. Its lifetime
    /// starts again: the time from the last request to the expiry. A mail that is still due stays so
    /// only if the token stays ([`Transition::mailed`] asks for another).
    ///
    /// # Errors
    /// `Ended`, `Limit`, `TooSoon`.
    pub fn resend(&self, resending: &Resending, now: Timestamp) -> Result<Transition, NotResent> {
        self.require_resendable(now)?;
        let Resending { granted_by, rule, token, request } = resending.clone();
        let (generation, delivery) = match token {
            TokenChoice::Rotate => (self.generation.next(), self.delivery.without_dead_link(now)),
            TokenChoice::Keep => (self.generation, self.delivery.clone()),
        };
        let author = granted_by.author(rule);
        let mut resent = Self {
            granted_by,
            requested_at: now,
            resends: self.resends + 1,
            resent_by: Some(request),
            renewal_requested_at: None,
            resolution: None,
            generation,
            delivery,
            ..self.clone()
        };
        resent.terms.rule = rule;
        resent.terms.expires_at = self.terms.expires_at.map(|end| {
            let lifetime = (end.seconds() - self.requested_at.seconds()).min(Lifetime::LONGEST);
            end.max(now.plus(lifetime))
        });
        Ok(self.changed(resent, now).by(Some(author)))
    }

    /// Records that the invitee asks for a new invite, after this one expired or was declined
    /// without a sign-in. `None` if that was recorded less than a day ago.
    ///
    /// # Errors
    /// The current state, if it is another, or if the invite's personal data are removed.
    pub fn request_renewal(&self, now: Timestamp) -> Result<Option<Transition>, State> {
        match self.state(now) {
            state if self.anonymized_at.is_some() => return Err(state),
            State::Expired => {}
            State::Declined if self.was_declined_without_sign_in() => {}
            other => return Err(other),
        }
        let recent = |at: Timestamp| now < at.plus(RENEWAL_INTERVAL);
        if self.renewal_requested_at.is_some_and(recent) {
            return Ok(None);
        }
        let requested = Self { renewal_requested_at: Some(now), ..self.clone() };
        Ok(Some(self.changed(requested, now)))
    }

    /// Returns how many seconds of the cool-down are left. `None` if it has passed.
    pub fn cool_down_left(&self, now: Timestamp) -> Option<i64> {
        let left = self.requested_at.plus(COOL_DOWN).seconds() - now.seconds();
        (left > 0).then_some(left)
    }

    /// Returns whether [`Invite::resend`] succeeds at `now`.
    pub fn is_resendable(&self, now: Timestamp) -> bool {
        self.require_resendable(now).is_ok()
    }

    fn require_resendable(&self, now: Timestamp) -> Result<(), NotResent> {
        let state = self.state(now);
        let is_used_up = self.invitee.link().is_some_and(Link::is_used_up);
        let can_be_pending = match state {
            State::Pending | State::Expired => !is_used_up,
            State::Declined => self.was_declined_without_sign_in(),
            State::Accepted | State::Revoked | State::Exhausted => false,
        };
        if !can_be_pending || self.anonymized_at.is_some() {
            let state = if is_used_up { State::Exhausted } else { state };
            return Err(NotResent::Ended(state));
        }
        if self.resends >= MOST_RESENDS {
            return Err(NotResent::Limit);
        }
        self.cool_down_left(now).map_or(Ok(()), |left| Err(NotResent::TooSoon(left)))
    }
}

#[cfg(test)]
#[path = "change_tests.rs"]
mod tests;
