//! Asking for a new invite after one expired, or was declined by mistake.

use crate::domain::clock::Timestamp;
use crate::domain::invite::State;
use crate::engine::attempt::ATTEMPTS;
use crate::engine::{Conflict, Engine, Outcome, Unavailable, require_generation};
use crate::store::Right;

impl Engine {
    /// Records that the holder of the token asks for a new invite. A second request within a day
    /// writes nothing. A token that expired before its invite does not ask.
    ///
    /// # Errors
    /// `NotFound::Invite`, `NotFound::Token`, `Denied::CaveatNotMet`, `Conflict::InviteReplaced`,
    /// `Conflict::AlreadyPending` for an invite that is still pending, `Conflict::NotPending` for
    /// one that ended for good and for an expired token, `Fault`.
    pub async fn request_renewal(&self, token: &str, now: Timestamp) -> Outcome<()> {
        let (subject, caveats) = self.verify_token(token, None)?;
        for _ in 0..ATTEMPTS {
            let found = self.store.invite(&subject.group, subject.invite).await?;
            let invite = require_generation(found, &subject)?;
            if caveats.over_before(invite.terms.expires_at, now) {
                return Err(Conflict::NotPending(State::Expired).into());
            }
            let requested = match invite.request_renewal(now) {
                Ok(Some(requested)) => requested,
                Ok(None) => return Ok(()),
                Err(State::Pending) => return Err(Conflict::AlreadyPending(invite.id).into()),
                Err(ended) => return Err(Conflict::NotPending(ended).into()),
            };
            if self.store.rewrite_invite(&requested, Right::Own).await? {
                return Ok(());
            }
        }
        Err(Unavailable::Conflicts("the invite").into())
    }
}
