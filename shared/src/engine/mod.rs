//! The use cases. Each one takes the caller, its input and the present time, decides by what it
//! reads from the table, and returns a typed outcome.
//!
//! All rules are here. The APIs differ only in credentials, request formats and rendering.

mod acting;
mod attempt;
mod authority;
mod bounded;
mod ends;
mod fault;
mod follow;
mod group;
mod invite;
mod mail;
mod member;
mod present;
mod refusal;
mod tick;
mod tokens;
mod user;

pub use acting::Acting;
pub use fault::{Fault, Mistake, Stop, Unavailable};
pub use group::{FirstOwner, GroupChange, GroupView, InviteStats, NewGroup, Progress, SeenGroup};
pub use invite::{
    Accepted, AccountInvites, Acted, Bulk, Choice, Created, Creation, Invitation, InviteChange,
    InvitedUser, InviteeIds, InviteeRequest, LinkRequest, MOST_AT_ONCE, Making, Many,
    NewInvitation, NewInvite, Notice, OnDuplicate, OwnUnjoinedInvites, PersonRequest, Preview,
    Remaining, Repeatable, ResendRequest, Revealed, UnjoinedInvites,
};
pub use mail::{Outgoing, Reported, SendOutcome};
pub use member::{MemberEdit, OwnGroup, People, Person, PersonId};
pub use present::Present;
pub use refusal::{Conflict, Denied, Forbidden, Limited, NotFound, Refusal, Scope};
pub use tick::Ticked;

use crate::config::{ConfigError, Environment, settings};
use crate::domain::clock::{Clock, Timestamp};
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::invite::{Invite, LONGEST_WAIT, Resolution, Retention, RevokeReason};
use crate::domain::token::{TokenFlaw, TokenKeys, TokenSubject};
use crate::outbound::Outbound;
use crate::store::{Store, Window};

/// The seconds of a day.
const DAY: i64 = 86_400;

/// The most mails with news that one inviter gets in a day.
const MOST_NEWS_MAILS: u32 = 100;

/// The result of a use case: its outcome, or the reason why it stopped.
pub type Outcome<T> = Result<T, Stop>;

/// The engine: the rules over one table and one set of keys. Clones share the connections to the
/// table.
#[derive(Clone)]
pub struct Engine {
    store: Store,
    tokens: TokenKeys,
    invites_per_inviter: Window,
    mails_per_recipient: Window,
    news_per_inviter: Window,
    misses_per_address: Window,
    pending_per_group: u32,
    retention: Retention,
}

/// A reference to the invite that a caller acts on.
#[derive(Clone)]
pub enum InviteRef {
    /// A token. It proves that the caller holds it.
    Token(String),
    /// The group and the id. They prove nothing, so the invite must be addressed to the caller.
    Id(GroupId, InviteId),
}

impl std::fmt::Debug for InviteRef {
    /// Hides the token, because the token gives access to the invite.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Token(_) => f.write_str("Token(…)"),
            Self::Id(group, id) => write!(f, "Id({group}, {id})"),
        }
    }
}

impl Engine {
    /// Reads `TABLE_NAME`, the `TOKEN_KEY…` variables, the `LIMIT_…` and `RETENTION_…` variables and
    /// the AWS variables.
    ///
    /// # Errors
    /// [`ConfigError`], which names the variable that is missing or wrong.
    pub(crate) fn configure(
        environment: &Environment,
        outbound: &Outbound,
        clock: &Clock,
    ) -> Result<Self, ConfigError> {
        environment.required(settings::TOKEN_KEY)?;
        let current = environment.secret(settings::TOKEN_KEY)?.unwrap_or_default();
        let previous = environment.secret(settings::TOKEN_KEY_PREVIOUS)?;
        let version = environment.parsed(settings::TOKEN_KEY_VERSION)?;
        if version == 0 {
            return Err(settings::TOKEN_KEY_VERSION.wrong("must be from 1 to 255"));
        }
        let next = environment.secret(settings::TOKEN_KEY_NEXT)?;
        if version == u8::MAX && next.is_some() {
            return Err(settings::TOKEN_KEY_NEXT.wrong("cannot follow the key number 255"));
        }
        let tokens = TokenKeys::new(version, current, previous).with_next(next);
        let limit = environment.parsed(settings::LIMIT_INVITES_PER_INVITER_HOUR)?;
        let mails = environment.parsed(settings::LIMIT_MAILS_PER_RECIPIENT_DAY)?;
        if mails > 100 {
            return Err(settings::LIMIT_MAILS_PER_RECIPIENT_DAY.wrong("must be from 0 to 100"));
        }
        let misses = environment.parsed(settings::LIMIT_TOKEN_MISSES_PER_10_MINUTES)?;
        Ok(Self {
            store: Store::connect(environment, tokens.clone(), outbound, clock.clone())?,
            tokens,
            invites_per_inviter: Window { name: "invites", limit, seconds: 3600, kept: DAY },
            mails_per_recipient: Window {
                name: "mails",
                limit: mails,
                seconds: DAY,
                // As long as a mail of the day may be tried.
                kept: LONGEST_WAIT + DAY,
            },
            news_per_inviter: Window {
                name: "news",
                limit: MOST_NEWS_MAILS,
                seconds: DAY,
                kept: LONGEST_WAIT + DAY,
            },
            misses_per_address: Window { name: "misses", limit: misses, seconds: 600, kept: DAY },
            pending_per_group: environment.parsed(settings::LIMIT_PENDING_PER_GROUP)?,
            retention: Retention {
                accepted: environment.parsed(settings::RETENTION_DAYS_ACCEPTED)?,
                unaccepted: environment.parsed(settings::RETENTION_DAYS)?,
            },
        })
    }

    /// Opens this many connections to the table, at least one.
    pub async fn connect(&self, connections: usize) {
        self.store.open(connections).await;
    }

    /// Counts a request with an unknown token for the network `address`, and returns the answer.
    ///
    /// After too many unknown tokens, the answer is `Limited::Rate` instead of `NotFound`. A token
    /// in other letter case is no guess, so it is not counted. Every other `stop` is returned
    /// unchanged, so a valid token is never throttled.
    pub async fn count_miss(&self, stop: Stop, address: &str, now: Timestamp) -> Stop {
        let guess = matches!(
            stop,
            Stop::Refused(Refusal::NotFound(
                NotFound::Invite | NotFound::Token(TokenFlaw::Incomplete)
            ))
        );
        if !guess {
            return stop;
        }
        let subject = hex(self.tokens.tag("address", address.as_bytes()));
        match self.store.pass(self.misses_per_address, &subject, now).await {
            Ok(true) => stop,
            Ok(false) => Limited::Rate(self.misses_per_address.remaining(now)).into(),
            Err(error) => {
                tracing::warn!(%error, "Could not count a request with an unknown token");
                stop
            }
        }
    }
}

/// Returns sixteen bytes as hexadecimal text.
fn hex(bytes: [u8; 16]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the invite, if it has the token's generation. Otherwise a newer invite has replaced it.
fn require_generation(invite: Option<Invite>, subject: &TokenSubject) -> Outcome<Invite> {
    let invite = invite.ok_or(NotFound::Invite)?;
    if invite.generation == subject.generation {
        Ok(invite)
    } else {
        Err(Conflict::InviteReplaced.into())
    }
}

/// Checks that the invite is pending at `now`. The refusal carries the invite's state, or says that
/// the inviter is gone if the invite ended for that reason.
fn require_pending(invite: &Invite, now: Timestamp) -> Outcome<()> {
    let reason = invite.resolution.as_ref().and_then(Resolution::revoke_reason);
    if invite.is_pending(now) {
        Ok(())
    } else if reason == Some(RevokeReason::InviterGone) {
        Err(Denied::InviterGone.into())
    } else {
        Err(Conflict::NotPending(invite.state(now)).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_shows_no_token() {
        assert_eq!(format!("{:?}", InviteRef::Token("bkn_secret".into())), "Token(…)");
    }
}
