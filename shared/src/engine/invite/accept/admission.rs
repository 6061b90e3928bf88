//! An acceptance before its write: what the caller is offered, and what the write needs.

use super::accepted::Accepted;
use super::person::Newcomer;
use crate::domain::group::Group;
use crate::domain::invite::Invite;
use crate::domain::macaroon::Caveats;
use crate::domain::member::Member;
use crate::engine::acting::Acting;
use crate::engine::attempt::Attempt;
use crate::engine::refusal::NotFound;
use crate::engine::{Engine, Outcome};

/// An invite that the caller may use, as it was read.
#[derive(Debug)]
pub(in crate::engine::invite) struct Offer {
    /// The invite.
    pub(in crate::engine::invite) invite: Invite,
    /// Its group, unless it was deleted.
    pub(in crate::engine::invite) group: Option<Group>,
    /// The caveats of its token.
    pub(in crate::engine::invite) caveats: Caveats,
}

/// An invite that the caller can accept, with the records that the write needs.
#[derive(Debug)]
pub(in crate::engine::invite) struct Admission {
    pub(super) invite: Invite,
    pub(super) group: Group,
    /// The granter's membership, if it was read.
    pub(super) granter: Option<Member>,
    pub(super) newcomer: Newcomer,
}

/// The result of the reads before the write.
#[derive(Debug)]
pub(in crate::engine::invite) enum Prepared {
    /// The caller had accepted before. Nothing is written.
    Done(Box<Accepted>),
    /// The caller can accept.
    Admitted(Box<Admission>),
}

impl Engine {
    /// Checks everything about the acceptance, and makes the reads that its write needs.
    ///
    /// # Errors
    /// Those of [`Engine::accept_invite`].
    pub(in crate::engine::invite) async fn prepare(
        &self,
        acting: Acting<'_>,
        offer: Offer,
    ) -> Outcome<Prepared> {
        let Acting { caller, now } = acting;
        let Offer { invite, group, caveats } = offer;
        let invite = self.record_if_exhausted(invite, now).await;
        if invite.accepted_by() == Some(&caller.user)
            && let Some(accepted) = self.joined_by(caller, &invite).await?
        {
            return Ok(Prepared::Done(Box::new(accepted.in_group(group.as_ref()))));
        }
        // Check the group before the invite's state, because deleting a group revokes its
        // invites.
        let group = group.ok_or(NotFound::Group)?;
        match self.check_right(caller, &group, &invite, &caveats, now).await {
            Ok((granter, newcomer)) => {
                let admission = Admission { invite, group, granter, newcomer };
                Ok(Prepared::Admitted(Box::new(admission)))
            }
            Err(refusal) => {
                // A member who joined by a link keeps the membership after the link has ended.
                let before = if invite.invitee.link().is_some() {
                    self.joined_by(caller, &invite).await?
                } else {
                    None
                };
                let before = before.ok_or(refusal)?;
                Ok(Prepared::Done(Box::new(before.in_group(Some(&group)))))
            }
        }
    }

    /// Writes the acceptance, unless the caller had accepted before.
    ///
    /// # Errors
    /// Those of [`Engine::accept_invite`].
    pub(in crate::engine::invite) async fn accept_prepared(
        &self,
        acting: Acting<'_>,
        prepared: Prepared,
    ) -> Outcome<Attempt<Accepted>> {
        let admission = match prepared {
            Prepared::Done(accepted) => return Ok(Attempt::Done(*accepted)),
            Prepared::Admitted(admission) => *admission,
        };
        let joined = self.join(acting, &admission).await?;
        let Admission { group, granter, .. } = admission;
        Ok(joined.map(|accepted| accepted.granted_by(granter.as_ref()).in_group(Some(&group))))
    }
}
