//! The views of an invitation link: what the page shows, without its texts.

use shared::domain::acceptance::NotAcceptable;
use shared::domain::clock::Timestamp;
use shared::domain::invite::State;

/// A view of an invitation link.
#[derive(Clone, Copy, Debug)]
pub enum View<'a> {
    /// An invitation that can be accepted.
    Acceptable(Invitation<'a>),
    /// An invitation that can't be accepted now, for this reason.
    NotNow(Invitation<'a>, NotAcceptable),
    /// An invitation that ended, also by being accepted.
    Ended(Invitation<'a>, End<'a>),
    /// A link that can't be used, and tells nothing about an invitation.
    Flawed(Flaw),
    /// The address without its token ([`crate::page::TOKEN_REMOVED`]). Nothing was read.
    TokenRemoved,
    /// The address of all invitations, without a token. Nothing was read.
    Inbox,
    /// An invitation that can't be read now, because a service is down.
    Unavailable,
    /// An invitation that can't be read because of a bug in Beckon.
    Failed,
}

/// The data of an invitation that the page shows: those of a preview, and the message.
#[derive(Clone, Copy, Debug)]
pub struct Invitation<'a> {
    /// The group's name as stored.
    pub group_name: &'a str,
    /// The names of other groups that the same link joins.
    pub further_groups: &'a [String],
    /// The inviter's name as stored; `None` if unknown.
    pub inviter_name: Option<&'a str>,
    /// The inviter's message.
    pub message: Option<&'a str>,
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
    /// Whether somebody declined without signing in. The invitee can still accept.
    pub was_declined: bool,
    /// The address to which the member goes after joining.
    pub target: Option<&'a str>,
}

/// How an invitation ended.
#[derive(Clone, Copy, Debug)]
pub struct End<'a> {
    /// The way in which it ended.
    pub ended: Ended,
    /// When it ended; `None` if that is not stored.
    pub at: Option<Timestamp>,
    /// Whether the holder of the link can ask for a new invitation.
    pub renewal: Renewal,
    /// The address of the app; `None` if the deployment does not name it.
    pub app: Option<&'a str>,
}

/// A way in which an invitation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was accepted. Its link is a way into the group.
    Accepted,
    /// Its time passed.
    Expired,
    /// It was revoked.
    Revoked,
    /// The link has no uses left.
    UsedUp,
    /// A person, perhaps this one, declined.
    Declined,
    /// The inviter may no longer invite.
    InviterGone,
}

/// Whether the holder of the link can ask for a new invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// They can.
    Possible,
    /// They did within the last day.
    Asked,
    /// They can't.
    Impossible,
}

/// The reason why a link can't be used at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// The token is forged or unknown. The page does not tell which.
    Unknown,
    /// The token was changed to capital or small letters.
    LetterCase,
    /// The token is incomplete, or a character was changed.
    Incomplete,
    /// A newer generation has a newer link.
    Replaced,
    /// The group was deleted.
    GroupGone,
}

impl View<'_> {
    /// Returns the HTTP status of the page.
    pub fn status(&self) -> u16 {
        match self {
            Self::Acceptable(_) | Self::TokenRemoved | Self::Inbox => 200,
            Self::NotNow(_, reason) => {
                if reason.lasts() {
                    410
                } else {
                    200
                }
            }
            Self::Flawed(Flaw::Unknown | Flaw::LetterCase | Flaw::Incomplete) => 404,
            Self::Flawed(Flaw::Replaced | Flaw::GroupGone) | Self::Ended(..) => 410,
            Self::Unavailable => 503,
            Self::Failed => 500,
        }
    }
}

impl Ended {
    /// Returns the way in which an invite in this state ended. `None` for a pending one.
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
}
