//! The checks before an acceptance: the invitee, the group and the inviter.

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::group::Group;
use crate::domain::invite::{IdentityPolicy, Invite, State};
use crate::domain::invitee::Invitee;
use crate::domain::macaroon::Caveats;
use crate::engine::authority::{
    check_domain, inviter_still_may, is_invited, not_frozen, right_is_proven,
};
use crate::engine::refusal::{Conflict, Denied, Forbidden, NotFound, Refusal};
use crate::engine::{Engine, InviteRef, Outcome, require_generation, require_pending};

impl Engine {
    /// Returns the invite, its group and the token's caveats, if the caller may use the invite.
    pub(super) async fn invited(
        &self,
        caller: &Caller,
        reference: &InviteRef,
    ) -> Outcome<(Invite, Option<Group>, Caveats)> {
        match reference {
            InviteRef::Token(token) => {
                let (subject, caveats) = self.verify_token(token, Some(caller))?;
                let (invite, group) =
                    self.store.invite_and_group(&subject.group, subject.invite).await?;
                let invite = require_generation(invite, &subject)?;
                may_use_token(caller, &invite)?;
                Ok((invite, group, caveats))
            }
            InviteRef::Id(group, id) => {
                let (invite, group) = self.store.invite_and_group(group, *id).await?;
                let addressed = invite.filter(|invite| caller.is(&invite.invitee));
                Ok((addressed.ok_or(NotFound::Invite)?, group, Caveats::default()))
            }
        }
    }

    /// Checks that the invite is pending, the group allows it, and the inviter may still invite.
    pub(super) async fn check_right(
        &self,
        caller: &Caller,
        group: &Group,
        invite: &Invite,
        caveats: &Caveats,
        now: Timestamp,
    ) -> Outcome<()> {
        require_pending(invite, now)?;
        if caveats.over(now) {
            return Err(Conflict::NotPending(State::Expired).into());
        }
        not_frozen(group)?;
        if invite.invitee.link().is_some() && !group.policy.links {
            return Err(Forbidden::LinksOff.into());
        }
        // The invite is a link, or names another person.
        if !caller.is(&invite.invitee) {
            check_domain(caller, group)?;
        }
        if right_is_proven(group, invite) {
            return Ok(());
        }
        let inviter = self.store.member(&group.id, &invite.created_by.id).await?;
        Ok(inviter_still_may(group, inviter.as_ref(), invite)?)
    }
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
