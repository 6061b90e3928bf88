//! The outcomes of the items of a request, as they are kept under its idempotency key.

use super::creation::{Created, Creation};
use crate::domain::Invalid;
use crate::domain::ids::InviteId;
use crate::engine::Outcome;
use crate::engine::fault::Stop;
use crate::engine::refusal::{Conflict, Denied, Forbidden, Limited, NotFound, Refusal};
use crate::store::{KeptRefusal, KeptResult};

/// Returns whether no item failed on our side.
pub(super) fn is_final(results: &[KeptResult]) -> bool {
    !results.contains(&KeptResult::Failed)
}

/// Returns what to keep of the outcome of an item.
pub(super) fn kept_result(outcome: &Outcome<Creation>) -> KeptResult {
    match outcome {
        Ok(Creation::Made(Created { invite, .. })) => {
            KeptResult::Made { invite: invite.id.number(), generation: invite.generation }
        }
        Ok(Creation::Resent(Created { invite, .. })) => {
            KeptResult::Resent { invite: invite.id.number(), generation: invite.generation }
        }
        Ok(Creation::Found(invite, _) | Creation::Planned(invite, _)) => {
            KeptResult::Found { invite: invite.id.number() }
        }
        Err(Stop::Refused(refusal)) => KeptResult::Refused { reason: reason(refusal) },
        Err(Stop::Failed(_)) => KeptResult::Failed,
    }
}

fn reason(refusal: &Refusal) -> KeptRefusal {
    match refusal {
        Refusal::Denied(Denied::RoleAboveOwn) => KeptRefusal::RoleAboveOwn,
        Refusal::Denied(Denied::DomainNotAllowed) => KeptRefusal::DomainNotAllowed,
        Refusal::Denied(Denied::InvitesRefused) => KeptRefusal::InvitesRefused,
        Refusal::Denied(Denied::Forbidden(Forbidden::LinksOff)) => KeptRefusal::LinksOff,
        Refusal::Denied(Denied::Forbidden(Forbidden::MayNotInvite)) => KeptRefusal::MayNotInvite,
        Refusal::Denied(Denied::Forbidden(Forbidden::Frozen)) => KeptRefusal::Frozen,
        Refusal::Conflict(Conflict::Yourself) => KeptRefusal::Yourself,
        Refusal::Conflict(Conflict::AlreadyMember) => KeptRefusal::AlreadyMember,
        Refusal::Conflict(Conflict::AlreadyPending(id)) => KeptRefusal::AlreadyPending(id.number()),
        Refusal::Conflict(Conflict::NotReplaceable(state)) => KeptRefusal::NotReplaceable(*state),
        Refusal::NotFound(NotFound::User) => KeptRefusal::NoUser,
        Refusal::NotFound(NotFound::Invite) => KeptRefusal::NoInvite,
        Refusal::Limited(Limited::Rate(seconds)) => KeptRefusal::Rate(*seconds),
        Refusal::Limited(Limited::Pending) => KeptRefusal::Pending,
        Refusal::Limited(Limited::ResendTooSoon(seconds)) => KeptRefusal::ResendTooSoon(*seconds),
        Refusal::Limited(Limited::Resends) => KeptRefusal::Resends,
        Refusal::Invalid(..) => KeptRefusal::Invalid,
        // An item alone is hardly refused for another reason.
        Refusal::Denied(_) | Refusal::Conflict(_) | Refusal::NotFound(_) => KeptRefusal::Other,
        Refusal::InvalidCursor => KeptRefusal::Other,
    }
}

/// Returns the refusal that was kept.
pub(super) fn stop(reason: &KeptRefusal) -> Stop {
    let rule = Invalid::new(
        "invalid_before",
        "The first request with this key found the item not valid. Send it with a new key to see why.",
    );
    match reason {
        KeptRefusal::RoleAboveOwn => Denied::RoleAboveOwn.into(),
        KeptRefusal::DomainNotAllowed => Denied::DomainNotAllowed.into(),
        KeptRefusal::InvitesRefused => Denied::InvitesRefused.into(),
        KeptRefusal::LinksOff => Forbidden::LinksOff.into(),
        KeptRefusal::MayNotInvite => Forbidden::MayNotInvite.into(),
        KeptRefusal::Frozen => Forbidden::Frozen.into(),
        KeptRefusal::Yourself => Conflict::Yourself.into(),
        KeptRefusal::AlreadyMember => Conflict::AlreadyMember.into(),
        KeptRefusal::AlreadyPending(id) => match InviteId::from_number(*id) {
            Ok(id) => Conflict::AlreadyPending(id).into(),
            Err(_) => Refusal::Invalid("", rule).into(),
        },
        KeptRefusal::NotReplaceable(state) => Conflict::NotReplaceable(*state).into(),
        KeptRefusal::NoUser => NotFound::User.into(),
        KeptRefusal::NoInvite => NotFound::Invite.into(),
        KeptRefusal::Rate(seconds) => Limited::Rate(*seconds).into(),
        KeptRefusal::Pending => Limited::Pending.into(),
        KeptRefusal::ResendTooSoon(seconds) => Limited::ResendTooSoon(*seconds).into(),
        KeptRefusal::Resends => Limited::Resends.into(),
        KeptRefusal::Invalid | KeptRefusal::Other => Refusal::Invalid("", rule).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::invite::State;
    use crate::engine::fault::Unavailable;

    #[test]
    fn the_reasons_of_items_are_told_again() {
        let id = InviteId::parse("506").unwrap();
        let reasons: Vec<Stop> = vec![
            Denied::RoleAboveOwn.into(),
            Denied::DomainNotAllowed.into(),
            Denied::InvitesRefused.into(),
            Forbidden::LinksOff.into(),
            Forbidden::MayNotInvite.into(),
            Forbidden::Frozen.into(),
            Conflict::Yourself.into(),
            Conflict::AlreadyMember.into(),
            Conflict::AlreadyPending(id).into(),
            Conflict::NotReplaceable(State::Revoked).into(),
            NotFound::User.into(),
            NotFound::Invite.into(),
            Limited::Rate(7).into(),
            Limited::Pending.into(),
            Limited::ResendTooSoon(7).into(),
            Limited::Resends.into(),
        ];
        for told in reasons {
            let kept = kept_result(&Err(told.clone()));
            let KeptResult::Refused { reason } = kept else { panic!("{kept:?}") };
            assert_eq!(stop(&reason), told);
        }
    }

    #[test]
    fn an_item_that_failed_on_our_side_is_left_to_a_repeat() {
        let failed = kept_result(&Err(Unavailable::Late.into()));
        let refused = kept_result(&Err(Limited::Pending.into()));
        assert_eq!(failed, KeptResult::Failed);
        assert!(!is_final(&[refused.clone(), failed]));
        assert!(is_final(&[refused]));
    }
}
