//! What there is to see behind a link, and its words.

use shared::domain::clock::Timestamp;
use shared::domain::invite::State;

/// What there is to see behind a link.
#[derive(Clone, Copy)]
pub enum View<'a> {
    /// An invitation that can be accepted.
    Open(Invitation<'a>),
    /// A link that leads to nothing any more, or never did.
    Dead(Dead),
    /// The address with the token taken out ([`crate::page::PUT_AWAY`]): nothing was looked up.
    PutAway,
    /// The invitation could not be read just now.
    Unavailable,
    /// The invitation could not be read, by a mistake of ours.
    Failed,
}

/// What the page tells about an invitation: what a preview tells, and nothing more.
#[derive(Clone, Copy)]
pub struct Invitation<'a> {
    /// The group's name as stored.
    pub group_name: &'a str,
    /// The names of other groups that the same link leads into.
    pub further_groups: &'a [String],
    /// The inviter's name as stored, where known.
    pub inviter_name: Option<&'a str>,
    /// The roles that go with the membership.
    pub roles: &'a [String],
    /// When the invitation ends, if it does.
    pub expires_at: Option<Timestamp>,
    /// The invited address, already masked: `a•••@example.com`.
    pub invitee: Option<&'a str>,
    /// Whether the accepting account must prove the invited identity.
    pub strict: bool,
    /// Whether this is a link to share, which nobody in particular can decline.
    pub is_link: bool,
    /// Where the member goes after joining.
    pub redirect_url: Option<&'a str>,
}

/// Why a link leads to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dead {
    /// Malformed, foreign or never made: all the same to whoever asks.
    Unknown,
    /// Its time is over.
    Expired,
    /// It was taken back.
    Revoked,
    /// A later mail carries a newer link.
    Replaced,
    /// As many people as it was made for have joined.
    UsedUp,
    /// Somebody, perhaps this person, has accepted it.
    Accepted,
    /// Somebody, perhaps this person, has declined it.
    Declined,
    /// The inviter may not invite any more.
    InviterGone,
    /// The group was deleted.
    GroupGone,
}

impl View<'_> {
    /// The status of the answer that carries the page.
    pub fn status(&self) -> u16 {
        match self {
            Self::Open(_) | Self::PutAway => 200,
            Self::Dead(Dead::Unknown) => 404,
            Self::Dead(_) => 410,
            Self::Unavailable => 503,
            Self::Failed => 500,
        }
    }
}

impl Invitation<'_> {
    /// Who may accept, in a sentence.
    pub(crate) fn note(&self) -> &'static str {
        match (self.is_link, self.strict, self.invitee) {
            (true, _, _) => {
                "Anyone who has this link can join. If you do not want to, just close this page."
            }
            (false, true, Some(_)) => "Only an account with this address or number can accept.",
            (false, true, None) => "Only the invited account can accept.",
            (false, false, _) => "Anyone who has this link can accept, so do not pass it on.",
        }
    }
}

/// A notice's heading and its text.
pub(crate) type Words = (&'static str, &'static str);

pub(crate) const PUT_AWAY_WORDS: Words = (
    "Open the link again",
    "This page no longer knows its link. Go back to the mail or message with the link, and open it again.",
);
pub(crate) const UNAVAILABLE_WORDS: Words = (
    "The invitation cannot be shown just now",
    "The invitation has not changed. Please try again in a moment.",
);

impl Dead {
    /// Returns why a link to an invite in this state leads to nothing. `None` for a pending one.
    pub fn of(state: State) -> Option<Self> {
        match state {
            State::Pending => None,
            State::Accepted => Some(Self::Accepted),
            State::Declined => Some(Self::Declined),
            State::Revoked => Some(Self::Revoked),
            State::Expired => Some(Self::Expired),
            State::Exhausted => Some(Self::UsedUp),
        }
    }

    pub(crate) fn words(self) -> Words {
        match self {
            Self::Unknown => (
                "This link does not work",
                "The link may be incomplete. Open it from the original mail, or ask for a new invitation.",
            ),
            Self::Expired => {
                ("This invitation has expired", "Ask the person who invited you for a new one.")
            }
            Self::Revoked => (
                "This invitation was withdrawn",
                "If you think that this is a mistake, ask the person who invited you.",
            ),
            Self::Replaced => (
                "A newer invitation has replaced this one",
                "Open the link in your latest invitation mail.",
            ),
            Self::UsedUp => {
                ("This link is used up", "The link has no uses left. Ask for a new one.")
            }
            Self::Accepted => (
                "This invitation was already accepted",
                "If you accepted it, you are a member and do not need to do anything else. If not, tell the person who invited you.",
            ),
            Self::Declined => (
                "This invitation was declined",
                "If you have changed your mind, ask for a new one.",
            ),
            Self::InviterGone => (
                "This invitation is no longer valid",
                "The person who sent it can no longer invite people. Ask another member of the group for a new one.",
            ),
            Self::GroupGone => ("This group no longer exists", "There is nothing left to join."),
        }
    }
}
