//! The one write that creates planned invites.

use super::plan::Draft;
use crate::domain::invite::{Invite, Transition};
use crate::domain::user::User;
use crate::engine::attempt::Attempt;
use crate::engine::authority::Actor;
use crate::engine::refusal::Conflict;
use crate::engine::{Engine, Outcome};
use crate::store::{NewInvites, PutInvitesOutcome};

impl Engine {
    /// Writes all drafts or none. No two drafts have the same invitee in the same group.
    ///
    /// Sets `makes_user` to `false` if another user took an address meanwhile, so that the retry
    /// writes no pending user.
    ///
    /// # Errors
    /// `Conflict::KeyInProgress`, `Fault`.
    pub(super) async fn commit(
        &self,
        drafts: &[Draft],
        makes_user: &mut bool,
    ) -> Outcome<Attempt<()>> {
        let invites: Vec<Invite> = drafts.iter().map(|draft| draft.invite.clone()).collect();
        let ended: Vec<Transition> =
            drafts.iter().flat_map(|draft| draft.ended.iter().cloned()).collect();
        // Drafts for the same address in several groups share one pending user.
        let mut users: Vec<User> = Vec::new();
        for user in drafts.iter().filter_map(|draft| draft.pending_user.as_ref()) {
            if users.iter().all(|other| other.id != user.id) {
                users.push(user.clone());
            }
        }
        let kept = drafts.iter().find_map(|draft| draft.kept.as_ref());
        // Drafts with an actor are into one group.
        let right = drafts.iter().find_map(|draft| draft.actor.as_ref()).map(Actor::right);
        let pending_users = &users;
        let new = NewInvites { invites: &invites, pending_users, ended: &ended, kept, right };
        Ok(match self.store.put_invites(new).await? {
            PutInvitesOutcome::Written => Attempt::Done(()),
            PutInvitesOutcome::Changed => Attempt::Retry,
            // A repeat has given this request up, and continues it.
            PutInvitesOutcome::KeyTaken => return Err(Conflict::KeyInProgress.into()),
            PutInvitesOutcome::UserTaken => {
                *makes_user = false;
                Attempt::Retry
            }
        })
    }
}
