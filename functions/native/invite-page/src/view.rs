//! The views of an invitation link, and their texts.

use shared::domain::clock::Timestamp;
use shared::domain::invite::State;

/// A view of an invitation link.
#[derive(Clone, Copy)]
pub enum View<'a> {
    /// An invitation that can be accepted.
    Acceptable(Invitation<'a>),
    /// A link that can't be used.
    Dead(Dead),
    /// The address without its token ([`crate::page::TOKEN_REMOVED`]). Nothing was read.
    TokenRemoved,
    /// An invitation that can't be read now, because a service is down.
    Unavailable,
    /// An invitation that can't be read because of a bug in Beckon.
    Failed,
}

/// The data of an invitation that the page shows, which are those of a preview.
#[derive(Clone, Copy)]
pub struct Invitation<'a> {
    /// The group's name as stored.
    pub group_name: &'a str,
    /// The names of other groups that the same link joins.
    pub further_groups: &'a [String],
    /// The inviter's name as stored; `None` if unknown.
    pub inviter_name: Option<&'a str>,
    /// The granted roles.
    pub roles: &'a [String],
    /// The expiry time; `None` for links that never expire.
    pub expires_at: Option<Timestamp>,
    /// The invited address or number, masked: `a•••@example.com`.
    pub invitee: Option<&'a str>,
    /// Whether the accepting account must prove the invited identity.
    pub strict: bool,
    /// Whether this is a shared link, which can't be declined.
    pub is_link: bool,
    /// The address to which the member goes after joining.
    pub redirect_url: Option<&'a str>,
}

/// The reason why a link can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dead {
    /// The token is malformed, forged or unknown. The page does not tell which.
    Unknown,
    /// The invite has expired.
    Expired,
    /// The invite was revoked.
    Revoked,
    /// A newer generation has a newer link.
    Replaced,
    /// The link has no uses left.
    UsedUp,
    /// A person, perhaps this one, accepted the invite.
    Accepted,
    /// A person, perhaps this one, declined the invite.
    Declined,
    /// The inviter may no longer invite.
    InviterGone,
    /// The group was deleted.
    GroupGone,
}

impl View<'_> {
    /// Returns the HTTP status of the page.
    pub fn status(&self) -> u16 {
        match self {
            Self::Acceptable(_) | Self::TokenRemoved => 200,
            Self::Dead(Dead::Unknown) => 404,
            Self::Dead(_) => 410,
            Self::Unavailable => 503,
            Self::Failed => 500,
        }
    }
}

impl Invitation<'_> {
    /// Returns a sentence that says which people can accept.
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

/// The heading and the text of a notice.
pub(crate) type Words = (&'static str, &'static str);

pub(crate) const TOKEN_REMOVED_WORDS: Words = (
    "Open the link again",
    "This page no longer knows its link. Go back to the mail or message with the link, and open it again.",
);
pub(crate) const UNAVAILABLE_WORDS: Words = (
    "The invitation cannot be shown just now",
    "The invitation has not changed. Please try again in a moment.",
);

impl Dead {
    /// Returns the reason why a link to an invite in this state can't be used. `None` for a pending
    /// invite.
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
