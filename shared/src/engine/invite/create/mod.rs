//! Creating invites: read, decide, write. One invite and several take the same path.
//!
//! `reads` gathers what a decision needs. `rules` and `plan` decide without input or output.
//! `commit` is one conditional write.

mod commit;
mod plan;
mod reads;
mod remind;
mod request;
mod rules;
mod several;
mod target;

pub use request::{InviteeRequest, LinkRequest, NewInvitation, NewInvite, PersonRequest};
pub use several::{Invitation, Notice};

use plan::{Plan, plan};
use request::Ask;

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::counters::RequestId;
use crate::domain::invite::Invite;
use crate::domain::token::InviteToken;
use crate::engine::acting::Acting;
use crate::engine::attempt::{ATTEMPTS, Attempt};
use crate::engine::fault::Unavailable;
use crate::engine::refusal::Limited;
use crate::engine::{Engine, Outcome};

/// A created invite, and its token.
#[derive(Debug)]
pub struct Created {
    /// The invite.
    pub invite: Invite,
    /// Its token.
    pub token: InviteToken,
}

impl Engine {
    /// Creates an invite in the name of the caller, and queues its mail. `entropy` identifies the
    /// request, and becomes the key of a link.
    ///
    /// # Errors
    /// `NotFound::Group`, `NotFound::User`, `Denied::NotMember`, `Denied::RoleAboveOwn`,
    /// `Denied::DomainNotAllowed`, `Denied::InvitesRefused`, `Forbidden::MayNotInvite`,
    /// `Forbidden::Frozen`, `Forbidden::LinksOff`, `Conflict::Yourself`, `Conflict::AlreadyMember`,
    /// `Conflict::AlreadyPending`, `Limited::Rate`, `Limited::Pending`, `Invalid`, `Fault`.
    pub async fn create_invite(
        &self,
        caller: &Caller,
        new: &NewInvite,
        entropy: [u8; 16],
        now: Timestamp,
    ) -> Outcome<Created> {
        let acting = Acting { caller, now };
        let mut ask = Ask::of(acting, new.clone(), RequestId::from_entropy(entropy))?;
        let (passed, found, started) = futures::join!(
            self.pass_inviter(acting),
            self.read_first(&ask, 0),
            self.begin_count(&new.group, now)
        );
        passed?;
        let mut found = found?;
        for _ in 0..ATTEMPTS {
            let reads = self.read_rest(&ask, found, Some(&started)).await?;
            let draft = match plan(&ask, &reads)? {
                Plan::Made(invite) => return Ok(self.created(*invite)),
                Plan::Write(draft) => *draft,
            };
            match self.commit(std::slice::from_ref(&draft), &mut ask.makes_user).await? {
                Attempt::Done(()) => return Ok(self.created(draft.invite)),
                Attempt::Retry => {}
            }
            found = self.read_first(&ask, 0).await?;
        }
        Err(Unavailable::Conflicts("the invite").into())
    }

    fn created(&self, invite: Invite) -> Created {
        Created { token: self.token(&invite), invite }
    }

    /// Counts one request in the inviter's rate window.
    ///
    /// # Errors
    /// `Limited::Rate`, `Fault`.
    pub(in crate::engine) async fn pass_inviter(&self, acting: Acting<'_>) -> Outcome<()> {
        let Acting { caller, now } = acting;
        if self.store.pass(self.invites_per_inviter, caller.user.as_str(), now).await? {
            Ok(())
        } else {
            Err(Limited::Rate(self.invites_per_inviter.remaining(now)).into())
        }
    }
}
