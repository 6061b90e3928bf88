//! Recording that a person saw the page of an invite.

use crate::domain::clock::Timestamp;
use crate::domain::opening::Opening;
use crate::engine::{Engine, Outcome, require_generation};

impl Engine {
    /// Records that the page of the token's invite was seen. The first opening of a generation is
    /// kept, and its event follows from the record. An invite that ended records nothing.
    ///
    /// # Errors
    /// `NotFound::Invite`, `NotFound::Token`, `Denied::CaveatNotMet`, `Conflict::InviteReplaced`,
    /// `Fault`.
    pub async fn record_opening(&self, token: &str, now: Timestamp) -> Outcome<()> {
        let (subject, caveats) = self.verify_token(token, None)?;
        let found = self.store.invite(&subject.group, subject.invite).await?;
        let invite = require_generation(found, &subject)?;
        let opening = Opening::of(&invite, now).filter(|_| !caveats.over(now));
        if let Some(opening) = opening {
            self.store.record_opening(&opening).await?;
        }
        Ok(())
    }
}
