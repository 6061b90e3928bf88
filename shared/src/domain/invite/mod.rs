//! Invites: the one record of every API, and its states.
//!
//! ```text
//! pending ──accept──▶ accepted
//!    │ ├────decline─▶ declined
//!    │ ├────revoke──▶ revoked
//!    │ ├────(time)──▶ expired
//!    │ └────(uses)──▶ exhausted, for a counted link
//! ```
//!
//! Every state except pending is final for its generation. A new invite of the same invitee has the
//! same id and the next generation. A link stays pending while people join by it.

mod delivery;
mod resolution;
mod state;
mod terms;
mod transition;

pub use delivery::{Delivery, DeliveryState};
pub use resolution::{End, Resolution};
pub use state::State;
pub use terms::{IdentityPolicy, Terms};
pub use transition::Transition;

use super::clock::Timestamp;
use super::counters::{Generation, RequestId, Version};
use super::ids::{GroupId, InviteId, UserId};
use super::invitee::Invitee;
use super::mailing::Mailing;
use super::role::Rank;

/// The inviter, as of the moment of inviting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inviter {
    /// The inviter's user id.
    pub id: UserId,
    /// The name to show.
    pub name: Option<String>,
    /// The inviter's rank in the group.
    pub rank: Rank,
}

/// An invite: its invitee, its terms, its mail and its end.
#[derive(Clone, Debug, PartialEq)]
pub struct Invite {
    /// The invite's id, unique within the group.
    pub id: InviteId,
    /// The group that the invitee joins by accepting.
    pub group: GroupId,
    /// The group's name when the invite was created.
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
    /// When this generation was created.
    pub created_at: Timestamp,
    /// The inviter.
    pub created_by: Inviter,
    /// The request that created the invite or renewed it last.
    pub request: RequestId,
    /// When the invite last changed.
    pub updated_at: Timestamp,
    /// How the invite ended. `None` while it is stored as pending.
    pub resolution: Option<Resolution>,
}

impl Invite {
    /// Returns the stored state. [`Invite::state`] also considers the time.
    pub fn stored_state(&self) -> State {
        self.resolution.as_ref().map_or(State::Pending, Resolution::state)
    }

    /// Returns the state at `now`. A pending invite is expired once its time has passed, and
    /// exhausted once its uses are taken, even if that is not stored yet.
    pub fn state(&self, now: Timestamp) -> State {
        match self.stored_state() {
            State::Pending if self.is_past(now) => State::Expired,
            State::Pending if self.invitee.link().is_some_and(|link| link.is_used_up()) => {
                State::Exhausted
            }
            stored => stored,
        }
    }

    /// Returns whether the invite is pending at `now`.
    pub fn is_pending(&self, now: Timestamp) -> bool {
        self.state(now) == State::Pending
    }

    /// Returns the user who accepted this generation.
    pub fn accepted_by(&self) -> Option<&UserId> {
        let resolution = self.resolution.as_ref()?;
        match resolution.end {
            End::Accepted => resolution.by.as_ref(),
            End::Declined { .. } | End::Revoked | End::Expired | End::Exhausted => None,
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
    use super::super::rule::InviteRule;
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
            },
            mailing: Mailing::default(),
            delivery: Delivery::NOT_REQUESTED,
            created_at: at,
            created_by: Inviter {
                id: UserId::parse("29842").unwrap(),
                name: None,
                rank: Rank::Owner,
            },
            request: RequestId::default(),
            updated_at: at,
            resolution: None,
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
    fn a_counted_link_is_exhausted_when_its_uses_are_taken() {
        let link = |uses| {
            Invitee::Link(Link {
                key: "0".repeat(32),
                max_uses: Some(2),
                uses,
                allowed_domains: vec![],
            })
        };
        let now = Timestamp::from_seconds(1_500);
        assert_eq!(pending(link(1), None).state(now), State::Pending);
        assert_eq!(pending(link(2), None).state(now), State::Exhausted);
    }

    proptest! {
        /// A final state never changes with time, and a pending invite expires only by time.
        #[test]
        fn final_states_do_not_change_with_time(ended in 0usize..6, end in 0i64..10_000, now in 0i64..10_000) {
            let ends =
                [End::Accepted, End::Declined { reason: None }, End::Revoked, End::Expired, End::Exhausted];
            let mut invite = pending(email(), Some(end));
            let at = invite.created_at;
            invite.resolution =
                ends.get(ended).map(|end| Resolution { end: end.clone(), at, by: None });
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
