//! The one write that makes planned invites.

use super::plan::Draft;
use crate::domain::invite::Invite;
use crate::domain::user::User;
use crate::engine::{Engine, Outcome};
use crate::store::PutInvitesOutcome;

impl Engine {
    /// Writes all drafts or none: one, or several of one person.
    ///
    /// # Errors
    /// The table's own.
    pub(super) async fn commit(&self, drafts: &[Draft]) -> Outcome<PutInvitesOutcome> {
        let invites: Vec<Invite> = drafts.iter().map(|draft| draft.invite.clone()).collect();
        // The same address makes the same pending user everywhere.
        let user: Option<&User> = drafts.iter().find_map(|draft| draft.pending_user.as_ref());
        Ok(self.store.put_invites(&invites, user).await?)
    }
}
