//! The use cases: each takes the caller, its input and the present, decides on what the table says,
//! and gives a typed outcome.
//!
//! APIs differ in credentials, forms and rendering only; no rule stands anywhere else.

mod accept_invite;
mod acting;
mod add_member;
mod attempt;
mod authority;
mod create;
mod decline_invite;
mod groups;
mod invitations;
mod invited_accounts;
mod join_group;
mod list_invites;
mod members;
mod own_invites;
mod preview_invite;
mod refusal;
mod revoke_invite;
mod roster;
mod send_mail;
mod tokens;
mod update_invite;
mod users;

pub use accept_invite::Accepted;
pub use acting::Acting;
pub use authority::NO_INVITER;
pub use create::{
    Created, Invitation, InviteeRequest, LinkRequest, NewInvitation, NewInvite, Notice,
    PersonRequest,
};
pub use groups::{GroupChange, GroupView, NewGroup};
pub use invited_accounts::AccountInvites;
pub use list_invites::InviteFilter;
pub use members::MemberEdit;
pub use preview_invite::Preview;
pub use refusal::{Refusal, Scope};
pub use roster::{InvitedUsers, OwnGroup, Roster};
pub use send_mail::SendOutcome;
pub use update_invite::InviteChange;

use crate::config::{ConfigError, Environment};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::invite::Invite;
use crate::domain::token::{TokenKeys, TokenSubject};
use crate::outbound::Outbound;
use crate::store::{Store, Window};

/// What a use case gives: its outcome, or why it was refused.
pub type Outcome<T> = Result<T, Refusal>;

/// The engine: the rules, over one table and one set of keys. Clones share the table's connections.
#[derive(Clone)]
pub struct Engine {
    store: Store,
    tokens: TokenKeys,
    invites_per_inviter: Window,
    mails_per_recipient: Window,
    misses_per_address: Window,
    pending_per_group: u32,
}

/// How a person names the invite that they act on.
#[derive(Clone)]
pub enum InviteRef {
    /// By the link's token, which proves that they hold it.
    Token(String),
    /// By group and id, which prove nothing: it must be addressed to them.
    Id(GroupId, InviteId),
}

impl std::fmt::Debug for InviteRef {
    /// A token opens an invite: it is never shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Token(_) => f.write_str("Token(…)"),
            Self::Id(group, id) => write!(f, "Id({group}, {id})"),
        }
    }
}

impl Engine {
    /// Reads `TABLE_NAME`, `TOKEN_KEY`, `TOKEN_KEY_VERSION`, `TOKEN_KEY_PREVIOUS` and the `LIMIT_…`
    /// variables, and the AWS ones.
    ///
    /// # Errors
    /// Names the variable that is missing or wrong.
    pub(crate) fn configure(
        environment: &Environment,
        outbound: &Outbound,
    ) -> Result<Self, ConfigError> {
        environment.required("TOKEN_KEY")?;
        let current = environment.secret("TOKEN_KEY")?.unwrap_or_default();
        let version = environment.parsed("TOKEN_KEY_VERSION", 1)?;
        if version == 0 {
            return Err(ConfigError {
                variable: "TOKEN_KEY_VERSION",
                problem: "must be from 1 to 255".into(),
            });
        }
        let tokens = TokenKeys::new(version, current, environment.secret("TOKEN_KEY_PREVIOUS")?);
        let limit = environment.parsed("LIMIT_INVITES_PER_INVITER_HOUR", 200)?;
        let mails = environment.parsed("LIMIT_MAILS_PER_RECIPIENT_DAY", 5)?;
        if !(1..=100).contains(&mails) {
            return Err(ConfigError {
                variable: "LIMIT_MAILS_PER_RECIPIENT_DAY",
                problem: "must be from 1 to 100".into(),
            });
        }
        let misses = environment.parsed("LIMIT_TOKEN_MISSES_PER_10_MINUTES", 20)?;
        Ok(Self {
            store: Store::connect(environment, tokens.clone(), outbound)?,
            tokens,
            invites_per_inviter: Window { name: "invites", limit, seconds: 3600 },
            mails_per_recipient: Window { name: "mails", limit: mails, seconds: 86_400 },
            misses_per_address: Window { name: "misses", limit: misses, seconds: 600 },
            pending_per_group: environment.parsed("LIMIT_PENDING_PER_GROUP", 500)?,
        })
    }

    /// Opens the connection to the table.
    pub async fn connect(&self) {
        self.store.open().await;
    }

    /// What to answer a caller at `address` (of the network) for whom `refusal` was found: after
    /// too many tokens that do not exist, no longer that they do not exist. Nothing else is ever
    /// throttled here, a token that does exist least of all.
    pub async fn count_miss(&self, refusal: Refusal, address: &str, now: Timestamp) -> Refusal {
        if !matches!(refusal, Refusal::InviteNotFound) {
            return refusal;
        }
        let subject = hex(self.tokens.seal("address", address.as_bytes()));
        match self.store.pass(self.misses_per_address, &subject, now).await {
            Ok(true) => refusal,
            Ok(false) => Refusal::RateLimited(self.misses_per_address.remaining(now)),
            Err(error) => {
                tracing::warn!(%error, "Could not count a token that does not exist");
                refusal
            }
        }
    }
}

/// Sixteen bytes as text.
fn hex(bytes: [u8; 16]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the invite, if it is of the token's generation: an older one was replaced.
fn of_generation(invite: Option<Invite>, subject: &TokenSubject) -> Outcome<Invite> {
    let invite = invite.ok_or(Refusal::InviteNotFound)?;
    if invite.generation == subject.generation { Ok(invite) } else { Err(Refusal::InviteReplaced) }
}

/// Refuses an invite that is not pending at `now`, with its state.
fn require_pending(invite: &Invite, now: Timestamp) -> Outcome<()> {
    if invite.is_pending(now) { Ok(()) } else { Err(Refusal::NotPending(invite.state(now))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_shows_no_token() {
        assert_eq!(format!("{:?}", InviteRef::Token("bkn_secret".into())), "Token(…)");
    }
}
