//! The use cases: each takes the caller, its input and the present, decides on what the table says,
//! and gives a typed outcome.
//!
//! APIs differ in credentials, forms and rendering only; no rule stands anywhere else.

mod accept_invite;
mod account_invites;
mod add_member;
mod authority;
mod create_invitation;
mod create_invite;
mod decline_invite;
mod find_own_invite;
mod groups;
mod invitations;
mod invitees;
mod join_group;
mod list_invites;
mod members;
mod memberships;
mod preview_invite;
mod refusal;
mod remind;
mod revoke_invite;
mod send_mail;
mod tokens;
mod update_invite;
mod users;

pub use accept_invite::Accepted;
pub use account_invites::AccountInvites;
pub use authority::NO_INVITER;
pub use create_invitation::{Invitation, NewInvitation, Notice};
pub use create_invite::{Created, InviteeRequest, LinkRequest, NewInvite, PersonRequest};
pub use groups::{GroupChange, GroupView, NewGroup};
pub use invitees::InviteeIds;
pub use list_invites::InviteFilter;
pub use members::MemberEdit;
pub use memberships::{OwnGroup, Roster};
pub use preview_invite::Preview;
pub use refusal::{Refusal, Scope};
pub use send_mail::SendOutcome;
pub use update_invite::InviteChange;

use crate::config::{ConfigError, Environment, settings};
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

    /// What to answer a caller at `address` (of the network) for whom `refusal` was found: after
    /// too many tokens that do not exist, no longer that they do not exist. Nothing else is ever
    /// throttled here, a token that does exist least of all.
    pub async fn count_miss(&self, refusal: Refusal, address: &str, now: Timestamp) -> Refusal {
        if !matches!(refusal, Refusal::InviteNotFound) {
            return refusal;
        }
        let subject = hex(self.tokens.tag("address", address.as_bytes()));
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

/// The invite of the token's generation: an older generation was replaced, and its token is dead.
fn of_generation(invite: Option<Invite>, subject: &TokenSubject) -> Outcome<Invite> {
    let invite = invite.ok_or(Refusal::InviteNotFound)?;
    if invite.generation == subject.generation { Ok(invite) } else { Err(Refusal::InviteReplaced) }
}

/// Refuses an invite that can't be taken up at `now`, with the reason.
fn live(invite: &Invite, now: Timestamp) -> Outcome<()> {
    if invite.is_live(now) { Ok(()) } else { Err(Refusal::NotPending(invite.state(now))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_shows_no_token() {
        assert_eq!(format!("{:?}", InviteRef::Token("bkn_secret".into())), "Token(…)");
    }
}
