//! The one write that creates planned invites.

use super::plan::Draft;
use crate::domain::invite::Invite;
use crate::domain::user::User;
use crate::engine::attempt::Attempt;
use crate::engine::{Engine, Outcome};
use crate::store::PutInvitesOutcome;

impl Engine {
    /// Writes all drafts or none. All drafts are for the same person.
    ///
    /// Sets `makes_user` to `false` if another user took the address meanwhile, so that the retry
    /// writes no pending user.
    ///
    /// # Errors
    /// `Fault`.
    pub(super) async fn commit(
        &self,
        drafts: &[Draft],
        makes_user: &mut bool,
    ) -> Outcome<Attempt<()>> {
        let invites: Vec<Invite> = drafts.iter().map(|draft| draft.invite.clone()).collect();
        // Drafts for the same address share one pending user.
        let user: Option<&User> = drafts.iter().find_map(|draft| draft.pending_user.as_ref());
        Ok(match self.store.put_invites(&invites, user).await? {
            PutInvitesOutcome::Written => Attempt::Done(()),
            PutInvitesOutcome::Changed => Attempt::Retry,
            PutInvitesOutcome::UserTaken => {
                *makes_user = false;
                Attempt::Retry
            }
        })
    }
}
