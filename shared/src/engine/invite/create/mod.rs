//! Making invites: read, decide, write. One path for one invite and for several.
//!
//! `reads` gathers what a decision needs, `rules` and `plan` decide without input or output, and
//! `commit` is one conditional write.

mod commit;
mod plan;
mod reads;
mod remind;
mod request;
mod rules;
mod several;

pub use request::{InviteeRequest, LinkRequest, NewInvite, PersonRequest};
pub use several::{Invitation, NewInvitation, Notice};

use plan::{Plan, plan};
use request::Ask;

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::counters::RequestId;
use crate::domain::invite::Invite;
use crate::domain::token::InviteToken;
use crate::engine::acting::Acting;
use crate::engine::attempt::ATTEMPTS;
use crate::engine::fault::Unavailable;
use crate::engine::refusal::Limited;
use crate::engine::{Engine, Outcome};
use crate::store::PutInvitesOutcome;

/// An invite that was made, and its token: given out now and never again.
#[derive(Debug)]
pub struct Created {
    /// The invite.
    pub invite: Invite,
    /// Its token.
    pub token: InviteToken,
}

impl Engine {
    /// Makes an invite in the name of the caller, and queues its mail with it. `entropy` tells
    /// this request from every other, and names a link.
    ///
    /// # Errors
    /// `GroupNotFound` and `NotMember` for outsiders, `Forbidden`, `RoleAboveOwn`, `Yourself`,
    /// `DomainNotAllowed`, `UserNotFound`, `AlreadyMember`, `AlreadyPending`, `InvitesRefused`,
    /// `RateLimited`, `PendingLimit`, `Invalid`, and the table's own.
    pub async fn create_invite(
        &self,
        caller: &Caller,
        new: &NewInvite,
        entropy: [u8; 16],
        now: Timestamp,
    ) -> Outcome<Created> {
        let acting = Acting { caller, now };
        let mut ask = Ask::of(acting, new.clone(), RequestId::from_entropy(entropy))?;
        let (passed, found, begun) = futures::join!(
            self.pass_inviter(acting),
            self.find(&ask, 0),
            self.begin_count(&new.group, now)
        );
        passed?;
        let mut found = found?;
        for _ in 0..ATTEMPTS {
            let reads = self.look(&ask, found, Some(&begun)).await?;
            let draft = match plan(&ask, &reads)? {
                Plan::Made(invite) => return Ok(self.created(*invite)),
                Plan::Write(draft) => *draft,
            };
            match self.commit(std::slice::from_ref(&draft)).await? {
                PutInvitesOutcome::Written => return Ok(self.created(draft.invite)),
                PutInvitesOutcome::Changed => {}
                PutInvitesOutcome::UserTaken => ask.makes_user = false,
            }
            found = self.find(&ask, 0).await?;
        }
        Err(Unavailable::Contended("the invite").into())
    }

    fn created(&self, invite: Invite) -> Created {
        Created { token: self.token(&invite), invite }
    }

    /// Counts one request in the inviter's window.
    ///
    /// # Errors
    /// `RateLimited`, and the table's own.
    pub(in crate::engine) async fn pass_inviter(&self, acting: Acting<'_>) -> Outcome<()> {
        let Acting { caller, now } = acting;
        if self.store.pass(self.invites_per_inviter, caller.user.as_str(), now).await? {
            Ok(())
        } else {
            Err(Limited::Rate(self.invites_per_inviter.remaining(now)).into())
        }
    }
}
