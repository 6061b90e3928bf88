//! The changes of an invite. Each method returns the changed invite, or the state that forbids the
//! change.

use super::{End, Invite, Resolution, State, Terms};
use crate::domain::clock::Timestamp;
use crate::domain::counters::RequestId;
use crate::domain::ids::UserId;
use crate::domain::mailing::Mailing;
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

    /// Declines the invite. `by` is `None` if the invitee used a token without signing in.
    ///
    /// # Errors
    /// The current state, if it is not `Pending`.
    pub fn decline(
        &self,
        by: Option<&UserId>,
        reason: Option<&Message>,
        now: Timestamp,
    ) -> Result<Transition, State> {
        self.require_pending(now)?;
        Ok(self.ended(End::Declined { reason: reason.cloned() }, by, now))
    }

    /// Revokes the invite.
    ///
    /// # Errors
    /// The current state, if it is not `Pending`.
    pub fn revoke(&self, by: Option<&UserId>, now: Timestamp) -> Result<Transition, State> {
        self.require_pending(now)?;
        Ok(self.ended(End::Revoked, by, now))
    }

    /// Stores that the invite's time has passed.
    ///
    /// # Errors
    /// The current state, if it is not `Expired` or is stored already.
    pub fn expire(&self, now: Timestamp) -> Result<Transition, State> {
        match self.state(now) {
            State::Expired if self.resolution.is_none() => Ok(self.ended(End::Expired, None, now)),
            other => Err(other),
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

    /// Replaces the terms. The token stays valid.
    ///
    /// # Errors
    /// The current state, if it is not `Pending`.
    pub fn update(&self, terms: Terms, now: Timestamp) -> Result<Transition, State> {
        self.require_pending(now)?;
        Ok(self.changed(Self { terms, ..self.clone() }, now))
    }

    /// Moves the expiry to `expires_at` if that is later (`None` means never), and records
    /// `request` as the last one. The token stays valid.
    ///
    /// # Errors
    /// The current state, if it is not `Pending`.
    pub fn renew(
        &self,
        request: &RequestId,
        expires_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Transition, State> {
        self.require_pending(now)?;
        let mut renewed = Self { request: request.clone(), ..self.clone() };
        renewed.terms.expires_at = match (self.terms.expires_at, expires_at) {
            (Some(own), Some(other)) => Some(own.max(other)),
            (None, _) | (_, None) => None,
        };
        Ok(self.changed(renewed, now))
    }

    fn require_pending(&self, now: Timestamp) -> Result<(), State> {
        match self.state(now) {
            State::Pending => Ok(()),
            other => Err(other),
        }
    }

    fn ended(&self, end: End, by: Option<&UserId>, now: Timestamp) -> Transition {
        let resolution = Some(Resolution { end, at: now, by: by.cloned() });
        self.changed(Self { resolution, ..self.clone() }, now)
    }

    fn changed(&self, invite: Self, now: Timestamp) -> Transition {
        Transition {
            from: self.stored_state(),
            invite: Self { version: self.version.next(), updated_at: now, ..invite },
        }
    }
}

impl Transition {
    /// Adds a mail that tells the invitee about the change.
    #[must_use]
    pub fn mailed(mut self, mailing: Mailing) -> Self {
        self.invite.mailing = mailing;
        self.invite.delivery = self.invite.delivery.requested_again(self.invite.updated_at);
        self
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::pending;
    use super::super::{DeliveryState, Invite, State};
    use super::*;
    use crate::domain::email::EmailAddress;
    use crate::domain::invitee::{Invitee, Link};

    const END: i64 = 2_000;

    fn user() -> UserId {
        UserId::parse("29845").unwrap()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn invited() -> Invite {
        pending(Invitee::Email(EmailAddress::parse("ada@example.com").unwrap()), Some(END))
    }

    fn link(uses: u32) -> Invite {
        let key = "0".repeat(32);
        pending(Invitee::Link(Link { key, max_uses: Some(2), uses, allowed_domains: vec![] }), None)
    }

    /// A change that a person or time makes to an invite.
    #[derive(Clone, Copy, Debug)]
    enum Act {
        Accept,
        Decline,
        DeclineWithReason,
        Revoke,
        Expire,
        Exhaust,
        Update,
        Renew,
    }

    const ACTS: [Act; 8] = [
        Act::Accept,
        Act::Decline,
        Act::DeclineWithReason,
        Act::Revoke,
        Act::Expire,
        Act::Exhaust,
        Act::Update,
        Act::Renew,
    ];

    fn act(act: Act, invite: &Invite, now: Timestamp) -> Result<Transition, State> {
        let reason = Message::parse("Not now.").unwrap();
        match act {
            Act::Accept => invite.accept(&user(), now),
            Act::Decline => invite.decline(None, None, now),
            Act::DeclineWithReason => invite.decline(Some(&user()), Some(&reason), now),
            Act::Revoke => invite.revoke(Some(&user()), now),
            Act::Expire => invite.expire(now),
            Act::Exhaust => invite.exhaust(now),
            Act::Update => invite.update(invite.terms.clone(), now),
            Act::Renew => invite.renew(&RequestId::default(), Some(now.plus(600)), now),
        }
    }

    #[test]
    fn a_resolution_has_its_cause_time_and_user() {
        let reason = Message::parse("Not now.").unwrap();
        let declined = invited().decline(Some(&user()), Some(&reason), at(1_500)).unwrap();
        assert_eq!((declined.from, declined.to()), (State::Pending, State::Declined));
        let resolution = declined.resolution().unwrap();
        assert_eq!((resolution.at, resolution.by.as_ref()), (at(1_500), Some(&user())));
        assert_eq!(resolution.decline_reason(), Some(&reason));
        assert_eq!(declined.invite.updated_at, at(1_500));
        let accepted = invited().accept(&user(), at(1_500)).unwrap().invite;
        assert_eq!(accepted.accepted_by(), Some(&user()));
    }

    #[test]
    fn an_expiry_is_stored_only_after_its_time() {
        assert_eq!(invited().expire(at(END - 1)), Err(State::Pending));
        assert_eq!(invited().accept(&user(), at(END)), Err(State::Expired));
        let expired = invited().expire(at(END)).unwrap().invite;
        assert_eq!(expired.stored_state(), State::Expired);
        assert_eq!(expired.expire(at(END)), Err(State::Expired));
    }

    #[test]
    fn a_link_is_exhausted_only_after_its_last_use() {
        assert_eq!(link(1).exhaust(at(1_500)), Err(State::Pending));
        assert_eq!(link(2).exhaust(at(1_500)).unwrap().to(), State::Exhausted);
    }

    #[test]
    fn renewing_never_shortens_an_invite() {
        let request = RequestId::from_entropy([1; 16]);
        let renew = |end| invited().renew(&request, end, at(1_500)).unwrap().invite;
        assert_eq!(renew(Some(at(END + 1))).terms.expires_at, Some(at(END + 1)));
        assert_eq!(renew(Some(at(END - 1))).terms.expires_at, Some(at(END)));
        assert_eq!(renew(None).terms.expires_at, None);
        assert_eq!(renew(None).request, request);
    }

    #[test]
    fn a_change_with_a_mail_requests_one_more_mail() {
        let reminded = invited().renew(&RequestId::default(), None, at(1_500)).unwrap();
        let delivery = reminded.mailed(Mailing::default()).invite.delivery;
        assert_eq!((delivery.state, delivery.requested), (DeliveryState::Queued, 1));
        assert_eq!(delivery.updated_at, Some(at(1_500)));
    }

    proptest! {
        /// An invite ends at most once, each change counts one version, and the resolution fits the
        /// state.
        #[test]
        fn an_invite_ends_at_most_once(
            steps in proptest::collection::vec((0usize..ACTS.len(), 0i64..400), 0..12),
            counted in proptest::option::of(0u32..3),
        ) {
            let mut invite = counted.map_or_else(invited, link);
            let mut now = at(1_000);
            for (index, seconds) in steps {
                now = now.plus(seconds);
                let before = invite.clone();
                match act(ACTS[index], &invite, now) {
                    Ok(transition) => {
                        prop_assert_eq!(transition.from, State::Pending);
                        prop_assert_eq!(before.stored_state(), State::Pending);
                        prop_assert_eq!(transition.invite.version, before.version.next());
                        prop_assert_eq!(transition.invite.generation, before.generation);
                        prop_assert_eq!(&transition.invite.created_by, &before.created_by);
                        invite = transition.invite;
                    }
                    Err(state) => {
                        prop_assert_eq!(state, before.state(now));
                    }
                }
                let resolved = invite.resolution.is_some();
                prop_assert_eq!(resolved, invite.stored_state().is_final());
                let reason = invite.resolution.as_ref().and_then(|end| end.decline_reason());
                prop_assert!(reason.is_none() || invite.stored_state() == State::Declined);
            }
        }
    }
}
