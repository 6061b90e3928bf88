//! The one record behind every way of inviting, and its states.
//!
//! ```text
//! pending ──accept──▶ accepted        declined, revoked, expired and accepted are final for a generation;
//!    │ ├────decline─▶ declined        a new invite of the same invitee revives the record as the next generation.
//!    │ ├────revoke──▶ revoked         A link stays pending while people join, and is exhausted when its uses are taken.
//!    │ └────(time)──▶ expired
//! ```

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::ids::{GroupId, InviteId, UserId};
use super::invitee::Invitee;
use super::mailing::Mailing;
use super::redirect::RedirectUrl;
use super::role::{Rank, Roles};
use super::rule::InviteRule;
use super::text::{ApiData, Message, Metadata};

/// Where an invite stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It can be taken up.
    Pending,
    /// The invitee joined.
    Accepted,
    /// The invitee said no.
    Declined,
    /// The group took it back.
    Revoked,
    /// Its time ran out.
    Expired,
    /// A link whose uses are taken.
    Exhausted,
}

impl State {
    /// Every state, in the order in which lists show them.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Accepted,
        Self::Declined,
        Self::Revoked,
        Self::Expired,
        Self::Exhausted,
    ];

    /// The word for the state, in the API and in keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Exhausted => "exhausted",
        }
    }

    /// The state of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// Whether the accepting account must prove the invited identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IdentityPolicy {
    /// It must.
    Strict,
    /// Whoever holds the link may accept. Links are always so.
    Bearer,
}

/// What became of the mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// No mail is due.
    NotRequested,
    /// A mail is due.
    Queued,
    /// SES took it.
    Sent,
    /// It arrived.
    Delivered,
    /// It came back.
    Bounced,
    /// The recipient complained.
    Complained,
    /// SES refused it for good.
    Failed,
    /// The recipient has had enough mail, or wants none.
    Suppressed,
}

/// The mail's story so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Where it stands.
    pub state: DeliveryState,
    /// How often SES was asked to send it.
    pub attempts: u32,
    /// When the state last changed; none while nothing is requested.
    pub updated_at: Option<Timestamp>,
    /// Why it failed, in a word.
    pub reason: Option<String>,
}

/// Who made an invite, and what they could do at that moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inviter {
    /// The user's id.
    pub id: UserId,
    /// The name to show.
    pub name: Option<String>,
    /// The rank that the inviter held in the group.
    pub rank: Rank,
}

/// One invite: whom it is for, what it grants, where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Invite {
    /// Its id, unique within the group.
    pub id: InviteId,
    /// The group that it leads into.
    pub group: GroupId,
    /// The group's name when it was made.
    pub group_name: String,
    /// Counts the lives of this id from 1; a token carries it, and an older one is dead.
    pub generation: u32,
    /// Counts the writes to the record; what an `ETag` shows.
    pub version: u64,
    /// Whom it is for.
    pub invitee: Invitee,
    /// What it grants.
    pub roles: Roles,
    /// The state as stored; ask [`Invite::state`] for the one that holds.
    pub stored_state: State,
    /// Whether the invitee must prove who they are.
    pub identity_policy: IdentityPolicy,
    /// A personal message.
    pub message: Option<Message>,
    /// The caller's own data.
    pub metadata: Metadata,
    /// What the API that made it keeps for its own answers.
    pub api_data: ApiData,
    /// The rule that it was made under.
    pub rule: InviteRule,
    /// Where to go after accepting.
    pub redirect_url: Option<RedirectUrl>,
    /// The mail that it asks for.
    pub mailing: Mailing,
    /// The mail's story.
    pub delivery: Delivery,
    /// When this generation was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: Inviter,
    /// Tells the request that made it from every other, so that a repeated write finds its own
    /// work.
    pub request: String,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it ends; none for an endless link.
    pub expires_at: Option<Timestamp>,
    /// When it reached a final state.
    pub resolved_at: Option<Timestamp>,
    /// Who brought it there; none where nobody signed in did.
    pub resolved_by: Option<UserId>,
    /// The invitee's reason for declining.
    pub decline_reason: Option<Message>,
    /// How many mails were asked for.
    pub send_count: u32,
    /// When SES last took one.
    pub last_sent_at: Option<Timestamp>,
}

/// A generation's number: the life of an invite that a token belongs to.
pub type Generation = u32;

impl Invite {
    /// The state that holds at `now`: a pending invite whose time has passed is expired, whatever
    /// any sweep has done.
    pub fn state(&self, now: Timestamp) -> State {
        match self.stored_state {
            State::Pending if self.is_past(now) => State::Expired,
            State::Pending if self.invitee.link().is_some_and(|link| link.is_used_up()) => {
                State::Exhausted
            }
            stored => stored,
        }
    }

    /// Whether it can be taken up at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.state(now) == State::Pending
    }

    /// Whether its end has come: from that second on.
    fn is_past(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::super::email::EmailAddress;
    use super::super::invitee::Link;
    use super::*;

    pub(crate) fn pending(invitee: Invitee, expires_at: Option<i64>) -> Invite {
        let group = GroupId::parse("3773").unwrap();
        let at = Timestamp::from_seconds(1_000);
        Invite {
            id: InviteId::of(&group, &invitee.key(), 0),
            group,
            group_name: "Private Group".into(),
            generation: 1,
            version: 1,
            invitee,
            roles: Roles::default(),
            stored_state: State::Pending,
            identity_policy: IdentityPolicy::Strict,
            message: None,
            metadata: Metadata::default(),
            api_data: ApiData::default(),
            rule: InviteRule::Policy,
            redirect_url: None,
            mailing: Mailing::default(),
            delivery: Delivery {
                state: DeliveryState::NotRequested,
                attempts: 0,
                updated_at: None,
                reason: None,
            },
            created_at: at,
            created_by: Inviter {
                id: UserId::parse("29842").unwrap(),
                name: None,
                rank: Rank::Owner,
            },
            request: String::new(),
            updated_at: at,
            expires_at: expires_at.map(Timestamp::from_seconds),
            resolved_at: None,
            resolved_by: None,
            decline_reason: None,
            send_count: 0,
            last_sent_at: None,
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
        /// Time never brings a final state back to life, and only time makes a pending invite
        /// expired.
        #[test]
        fn final_states_stay(state_at in 0usize..6, end in 0i64..10_000, now in 0i64..10_000) {
            let mut invite = pending(email(), Some(end));
            invite.stored_state = State::ALL[state_at];
            let state = invite.state(Timestamp::from_seconds(now));
            if invite.stored_state == State::Pending {
                prop_assert_eq!(state == State::Expired, end <= now);
            } else {
                prop_assert_eq!(state, invite.stored_state);
            }
        }

        #[test]
        fn state_words_round_trip(word in "[a-z]{0,12}") {
            if let Some(state) = State::parse(&word) { prop_assert_eq!(state.as_str(), word); }
        }
    }
}
