//! Invites: the one record of every API, and its states.
//!
//! ```text
//! pending ──accept──▶ accepted
//!    │ ├────decline─▶ declined ──accept──▶ accepted, by the invitee, if nobody signed in to decline
//!    │ ├────revoke──▶ revoked
//!    │ ├────(time)──▶ expired
//!    │ └────(uses)──▶ exhausted, for a counted link
//! ```
//!
//! Every state except pending is final for its generation, and so is a decline only by somebody who
//! signed in: a mail scanner can click. A new invite of the same invitee has the same id and the
//! next generation. A link stays pending while people join by it.

mod act;
mod change;
mod delivery;
mod delivery_state;
mod feedback;
mod filter;
mod reminding;
mod resolution;
mod retention;
mod state;
mod terms;
mod timed;
mod transition;

pub use act::BulkAct;
pub use change::{COOL_DOWN, NotResent, Renewal, Resending, Revision, TokenChoice};
pub use delivery::{
    Delivery, LONGEST_WAIT, MOST_UNKNOWN_TRIES, NO_LONGER_PENDING, Outbox, Tries, Wait,
};
pub use delivery_state::DeliveryState;
pub use feedback::{Feedback, MailEvent, Suppression, SuppressionReason};
pub use filter::InviteFilter;
pub use resolution::{End, Resolution, RevokeReason};
pub use retention::{Retained, Retention};
pub use state::State;
pub use terms::{IdentityPolicy, Terms};
pub use timed::{REMINDERS_OFF, Timed, TimedMail};
pub use transition::Transition;

use super::author::Author;
use super::clock::Timestamp;
use super::counters::{Generation, RequestId, Version};
use super::ids::{GroupId, InviteId, UserId};
use super::invitee::Invitee;
use super::mailing::Mailing;
use super::role::Rank;
use super::rule::InviteRule;

/// The inviter, as of the moment of inviting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inviter {
    /// The inviter's user id.
    pub id: UserId,
    /// The inviter's name when the invite was created. Shown only if neither the directory nor the
    /// membership has a name.
    pub name: Option<String>,
}

/// The person whose right to invite is asked at acceptance: the inviter, or the last person who
/// renewed the invite or changed its roles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granter {
    /// The person's user id.
    pub id: UserId,
    /// The person's rank in the group at that time.
    pub rank: Rank,
    /// When the person granted the invite.
    pub at: Timestamp,
    /// When the person's membership ends. `None` if it does not end.
    pub until: Option<Timestamp>,
}

impl Granter {
    /// Returns the granter as the author of the grant by this rule. An app grants by a rule of its
    /// own.
    pub fn author(&self, rule: InviteRule) -> Author {
        match rule {
            InviteRule::Service => Author::App(self.id.clone()),
            InviteRule::Policy
            | InviteRule::Owners
            | InviteRule::Admins
            | InviteRule::Editors
            | InviteRule::Privilege
            | InviteRule::Anyone => Author::User(self.id.clone()),
        }
    }
}

/// An invite: its invitee, its terms, its mail and its end.
#[derive(Clone, Debug, PartialEq)]
pub struct Invite {
    /// The invite's id, unique within the group.
    pub id: InviteId,
    /// The group that the invitee joins by accepting.
    pub group: GroupId,
    /// The group's name when the invite was created. Shown only if the group is gone.
    pub group_name: String,
    /// The number of the invite among those with the same id.
    pub generation: Generation,
    /// The number of writes to the record. The `ETag` shows it.
    pub version: Version,
    /// The invitee.
    pub invitee: Invitee,
    /// The terms: what the invite grants, and under which conditions.
    pub terms: Terms,
    /// The mail that delivers the invite's link.
    pub mailing: Mailing,
    /// The state of that mail.
    pub delivery: Delivery,
    /// When the invite was created. A resend keeps it.
    pub created_at: Timestamp,
    /// The inviter.
    pub created_by: Inviter,
    /// The person whose right is asked at acceptance.
    pub granted_by: Granter,
    /// The request that created the invite or reminded of it last.
    pub request: RequestId,
    /// When the invite was last created, resent or reminded of. The cool-down counts from here.
    pub requested_at: Timestamp,
    /// The number of resends, over all generations.
    pub resends: u32,
    /// The request to invite that resent this generation, by which a repeat recognizes it. `None` if
    /// none did.
    pub resent_by: Option<RequestId>,
    /// When the invitee last asked for a new invite. `None` after a resend.
    pub renewal_requested_at: Option<Timestamp>,
    /// When the invite last changed.
    pub updated_at: Timestamp,
    /// The author of the last write that was about more than the mail or a use of the link. `None` if
    /// nobody signed in for it.
    pub revised_by: Option<Author>,
    /// How the invite ended. `None` while it is stored as pending.
    pub resolution: Option<Resolution>,
    /// When the personal data were removed, some time after the end. `None` before that.
    pub anonymized_at: Option<Timestamp>,
}

impl Invite {
    /// Returns the stored state. [`Invite::state`] also considers the time.
    pub fn stored_state(&self) -> State {
        self.resolution.as_ref().map_or(State::Pending, Resolution::state)
    }

    /// Returns the state at `now`. A pending invite is exhausted once its uses are taken, and
    /// otherwise expired once its time has passed, even if that is not stored yet.
    pub fn state(&self, now: Timestamp) -> State {
        match self.stored_state() {
            State::Pending if self.invitee.link().is_some_and(|link| link.is_used_up()) => {
                State::Exhausted
            }
            State::Pending if self.is_past(now) => State::Expired,
            stored => stored,
        }
    }

    /// Returns whether the invite is pending at `now`.
    pub fn is_pending(&self, now: Timestamp) -> bool {
        self.state(now) == State::Pending
    }

    /// Returns whether the invitee can still accept at `now`: the invite is pending, or was declined
    /// without a sign-in, and its time has not passed.
    pub fn awaits_invitee(&self, now: Timestamp) -> bool {
        self.is_pending(now) || (self.was_declined_without_sign_in() && !self.is_past(now))
    }

    /// Returns whether the invite was declined by its link alone.
    pub fn was_declined_without_sign_in(&self) -> bool {
        self.resolution.as_ref().is_some_and(Resolution::is_decline_without_sign_in)
    }

    /// Returns when the invite ended, as of `now`. `None` if it has not ended. An expiry counts from
    /// its second, even if it is not stored yet.
    pub fn resolved_at(&self, now: Timestamp) -> Option<Timestamp> {
        let stored = self.resolution.as_ref().map(|resolution| resolution.at);
        stored.or_else(|| self.terms.expires_at.filter(|_| self.state(now) == State::Expired))
    }

    /// Returns the user who accepted this generation.
    pub fn accepted_by(&self) -> Option<&UserId> {
        let resolution = self.resolution.as_ref()?;
        match resolution.end {
            End::Accepted => resolution.by.as_ref(),
            End::Declined { .. } | End::Revoked { .. } | End::Expired | End::Exhausted => None,
        }
    }

    /// Returns the state of the last mail at `now`, and the reason for it. A mail that waits when the
    /// invite ends is suppressed, even if that is not stored.
    pub fn delivery_state(&self, now: Timestamp) -> (DeliveryState, Option<&str>) {
        match self.delivery.outbox() {
            Some(Outbox::Waiting) if !self.is_pending(now) => {
                (DeliveryState::Suppressed, Some(NO_LONGER_PENDING))
            }
            _ => (self.delivery.state, self.delivery.reason.as_deref()),
        }
    }

    /// Returns whether the invite's time has passed, from the second of `expires_at` on.
    fn is_past(&self, now: Timestamp) -> bool {
        self.terms.expires_at.is_some_and(|end| end <= now)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::super::email::EmailAddress;
    use super::super::invitee::Link;
    use super::super::role::Roles;
    use super::super::text::{ApiData, Metadata};
    use super::*;

    pub(crate) fn pending(invitee: Invitee, expires_at: Option<i64>) -> Invite {
        let group = GroupId::parse("3773").unwrap();
        let at = Timestamp::from_seconds(1_000);
        Invite {
            id: InviteId::of(&group, &invitee.key(), 0),
            group,
            group_name: "Private Group".into(),
            generation: Generation::FIRST,
            version: Version::FIRST,
            invitee,
            terms: Terms {
                roles: Roles::default(),
                identity_policy: IdentityPolicy::Strict,
                message: None,
                metadata: Metadata::default(),
                api_data: ApiData::default(),
                rule: InviteRule::Policy,
                redirect_url: None,
                expires_at: expires_at.map(Timestamp::from_seconds),
                locale: None,
                membership_expires_in: None,
            },
            mailing: Mailing::default(),
            delivery: Delivery::NOT_REQUESTED,
            created_at: at,
            created_by: Inviter { id: UserId::parse("29842").unwrap(), name: None },
            granted_by: Granter {
                id: UserId::parse("29842").unwrap(),
                rank: Rank::Owner,
                at,
                until: None,
            },
            request: RequestId::default(),
            requested_at: at,
            resends: 0,
            resent_by: None,
            renewal_requested_at: None,
            updated_at: at,
            revised_by: None,
            resolution: None,
            anonymized_at: None,
        }
    }

    fn email() -> Invitee {
        Invitee::Email(EmailAddress::parse("ada@example.com").unwrap())
    }

    #[test]
    fn an_invite_expires_in_the_second_that_it_names() {
        let invite = pending(email(), Some(2_000));
        assert_eq!(invite.state(Timestamp::from_seconds(1_999)), State::Pending);
        assert_eq!(invite.state(Timestamp::from_seconds(2_000)), State::Expired);
    }

    #[test]
    fn a_mail_that_waits_is_suppressed_when_the_invite_ends() {
        let mut invite = pending(email(), Some(2_000));
        invite.delivery = invite.delivery.requested_again(Timestamp::from_seconds(1_900));
        let state = |invite: &Invite, now| invite.delivery_state(Timestamp::from_seconds(now)).0;
        assert_eq!(state(&invite, 2_000), DeliveryState::Queued);
        invite.delivery = invite.delivery.put_off(Wait::Throttled, Timestamp::from_seconds(1_901));
        assert_eq!(state(&invite, 1_999), DeliveryState::Queued);
        assert_eq!(state(&invite, 2_000), DeliveryState::Suppressed);
    }

    #[test]
    fn a_counted_link_is_exhausted_when_its_uses_are_taken() {
        let link = |uses| {
            Invitee::Link(Link {
                key: "0".repeat(32),
                max_uses: Some(2),
                uses,
                allowed_domains: vec![],
                paused: false,
            })
        };
        let now = Timestamp::from_seconds(1_500);
        assert_eq!(pending(link(1), None).state(now), State::Pending);
        assert_eq!(pending(link(2), None).state(now), State::Exhausted);
        // It does not expire any more, also if its end could not be stored.
        let used_up = pending(link(2), Some(1_200));
        assert_eq!((used_up.state(now), used_up.resolved_at(now)), (State::Exhausted, None));
        assert_eq!(used_up.expire(now), Err(State::Exhausted));
        assert_eq!(used_up.exhaust(now).map(|ended| ended.to()), Ok(State::Exhausted));
    }

    proptest! {
        /// A final state never changes with time, and a pending invite expires only by time.
        #[test]
        fn final_states_do_not_change_with_time(ended in 0usize..6, end in 0i64..10_000, now in 0i64..10_000) {
            let revoked = End::Revoked { reason: RevokeReason::RevokedByMember };
            let ends =
                [End::Accepted, End::Declined { reason: None }, revoked, End::Expired, End::Exhausted];
            let mut invite = pending(email(), Some(end));
            let at = invite.created_at;
            invite.resolution =
                ends.get(ended).map(|end| Resolution {
                    end: end.clone(),
                    at,
                    by: None,
                    by_name: None,
                });
            let state = invite.state(Timestamp::from_seconds(now));
            if invite.stored_state() == State::Pending {
                prop_assert_eq!(state == State::Expired, end <= now);
            } else {
                prop_assert_eq!(state, invite.stored_state());
            }
        }

        #[test]
        fn state_words_round_trip(word in "[a-z]{0,12}") {
            if let Some(state) = State::parse(&word) { prop_assert_eq!(state.as_str(), word); }
        }
    }
}
