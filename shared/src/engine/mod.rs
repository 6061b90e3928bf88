//! The use cases. Each one takes the caller, its input and the present time, decides by what it
//! reads from the table, and returns a typed outcome.
//!
//! All rules are here. The APIs differ only in credentials, request formats and rendering.

mod acting;
mod attempt;
mod authority;
mod fault;
mod group;
mod invite;
mod mail;
mod member;
mod refusal;
mod tokens;
mod user;

pub use acting::Acting;
pub use fault::{Fault, Mistake, Stop, Unavailable};
pub use group::{FirstOwner, GroupChange, GroupView, NewGroup, SeenGroup};
pub use invite::{
    Accepted, AccountInvites, Created, Invitation, InviteChange, InviteFilter, InvitedUser,
    InviteeIds, InviteeRequest, LinkRequest, NewInvitation, NewInvite, Notice, OwnUnjoinedInvites,
    PersonRequest, Preview, UnjoinedInvites,
};
pub use mail::SendOutcome;
pub use member::{MemberEdit, OwnGroup, People, Person, PersonId, Roster};
pub use refusal::{Conflict, Denied, Forbidden, Limited, NotFound, Refusal, Scope};

use crate::config::{ConfigError, Environment, settings};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::invite::Invite;
use crate::domain::token::{TokenKeys, TokenSubject};
use crate::outbound::Outbound;
use crate::store::{Store, Window};

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
    misses_per_address: Window,
    pending_per_group: u32,
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
    /// Reads `TABLE_NAME`, `TOKEN_KEY`, `TOKEN_KEY_VERSION`, `TOKEN_KEY_PREVIOUS`, the `LIMIT_…`
    /// variables and the AWS variables.
    ///
    /// # Errors
    /// [`ConfigError`], which names the variable that is missing or wrong.
    pub(crate) fn configure(
        environment: &Environment,
        outbound: &Outbound,
    ) -> Result<Self, ConfigError> {
        environment.required(settings::TOKEN_KEY)?;
        let current = environment.secret(settings::TOKEN_KEY)?.unwrap_or_default();
        let previous = environment.secret(settings::TOKEN_KEY_PREVIOUS)?;
        let version = environment.parsed(settings::TOKEN_KEY_VERSION)?;
        if version == 0 {
            return Err(settings::TOKEN_KEY_VERSION.wrong("must be from 1 to 255"));
        }
        let tokens = TokenKeys::new(version, current, previous);
        let limit = environment.parsed(settings::LIMIT_INVITES_PER_INVITER_HOUR)?;
        let mails = environment.parsed(settings::LIMIT_MAILS_PER_RECIPIENT_DAY)?;
        if !(1..=100).contains(&mails) {
            return Err(settings::LIMIT_MAILS_PER_RECIPIENT_DAY.wrong("must be from 1 to 100"));
        }
        let misses = environment.parsed(settings::LIMIT_TOKEN_MISSES_PER_10_MINUTES)?;
        Ok(Self {
            store: Store::connect(environment, tokens.clone(), outbound)?,
            tokens,
            invites_per_inviter: Window { name: "invites", limit, seconds: 3600 },
            mails_per_recipient: Window { name: "mails", limit: mails, seconds: 86_400 },
            misses_per_address: Window { name: "misses", limit: misses, seconds: 600 },
            pending_per_group: environment.parsed(settings::LIMIT_PENDING_PER_GROUP)?,
        })
    }

    /// Opens the connection to the table.
    pub async fn connect(&self) {
        self.store.open().await;
    }

    /// Counts a request with an unknown token for the network `address`, and returns the answer.
    ///
    /// After too many unknown tokens, the answer is `Limited::Rate` instead of `NotFound::Invite`.
    /// Every other `stop` is returned unchanged, so a valid token is never throttled.
    pub async fn count_miss(&self, stop: Stop, address: &str, now: Timestamp) -> Stop {
        if stop != NotFound::Invite.into() {
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

/// Checks that the invite is pending at `now`. The refusal carries the invite's state.
fn require_pending(invite: &Invite, now: Timestamp) -> Outcome<()> {
    if invite.is_pending(now) {
        Ok(())
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
