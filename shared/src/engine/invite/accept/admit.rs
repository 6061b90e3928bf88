//! The checks before an acceptance: the invitee, the group and the inviter.

use super::admission::Offer;
use super::person::Newcomer;
use crate::auth::Caller;
use crate::domain::acceptance::{self, Acceptor, NotAcceptable};
use crate::domain::clock::Timestamp;
use crate::domain::group::Group;
use crate::domain::invite::{IdentityPolicy, Invite, State};
use crate::domain::invitee::Invitee;
use crate::domain::macaroon::Caveats;
use crate::domain::member::Member;
use crate::engine::authority::is_invited;
use crate::engine::refusal::{Conflict, Denied, NotFound, Refusal};
use crate::engine::{Engine, InviteRef, Outcome, require_generation, require_pending};

impl Engine {
    /// Returns the invite, its group and the token's caveats, if the caller may use the invite.
    pub(super) async fn invited(&self, caller: &Caller, reference: &InviteRef) -> Outcome<Offer> {
        match reference {
            InviteRef::Token(token) => {
                let (subject, caveats) = self.verify_token(token, Some(caller))?;
                let (invite, group) =
                    self.store.invite_and_group(&subject.group, subject.invite).await?;
                let invite = require_generation(invite, &subject)?;
                may_use_token(caller, &invite)?;
                Ok(Offer { invite, group, caveats })
            }
            InviteRef::Id(group, id) => {
                let (invite, group) = self.store.invite_and_group(group, *id).await?;
                let addressed = invite.filter(|invite| caller.is(&invite.invitee));
                let invite = addressed.ok_or(NotFound::Invite)?;
                Ok(Offer { invite, group, caveats: Caveats::default() })
            }
        }
    }

    /// Checks that the caller can still accept the invite, the group allows it, and the granter may
    /// still grant it. Returns the granter's membership, if it was read, and what a new person
    /// becomes.
    pub(super) async fn check_right(
        &self,
        caller: &Caller,
        group: &Group,
        invite: &Invite,
        caveats: &Caveats,
        now: Timestamp,
    ) -> Outcome<(Option<Member>, Newcomer)> {
        can_accept(caller, invite, now)?;
        if caveats.over(now) {
            return Err(Conflict::NotPending(State::Expired).into());
        }
        let acceptor = Acceptor::Account(caller.email.as_ref());
        let (granter, newcomer) =
            futures::join!(self.granter(group, invite), self.newcomer(caller, invite));
        let granter = granter?;
        match acceptance::check(invite, group, granter.as_ref(), acceptor) {
            // The write decides about the seat, because a member is told that they are one.
            Ok(()) | Err(NotAcceptable::SeatsFull) => Ok((granter, newcomer?)),
            Err(reason) => Err(Refusal::from(reason).into()),
        }
    }
}

/// Checks that the invite is pending, or that the caller is its invitee and takes back a decline
/// without a sign-in. The refusal carries the invite's state.
pub(super) fn can_accept(caller: &Caller, invite: &Invite, now: Timestamp) -> Outcome<()> {
    if caller.is(&invite.invitee) && invite.awaits_invitee(now) {
        return Ok(());
    }
    require_pending(invite, now)
}

/// Checks that the caller may use the token.
///
/// Under the strict policy only the invitee may. A link with domains requires a verified address of
/// one of them.
fn may_use_token(caller: &Caller, invite: &Invite) -> Result<(), Refusal> {
    match (&invite.invitee, invite.terms.identity_policy) {
        (Invitee::Link(link), _) => {
            let proves = caller.email.as_ref().is_some_and(|email| {
                link.allowed_domains.iter().any(|domain| domain == email.domain())
            });
            if link.allowed_domains.is_empty() || proves {
                Ok(())
            } else {
                Err(Denied::DomainNotAllowed.into())
            }
        }
        (_, IdentityPolicy::Strict) => is_invited(caller, invite),
        (_, IdentityPolicy::Bearer) => Ok(()),
    }
}
