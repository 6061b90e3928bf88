//! Authority to invite: pure rules over what was read.

use super::request::{Ask, InviteeRequest};
use crate::domain::group::Group;
use crate::domain::user::UserState;
use crate::engine::authority::{Actor, first_roles, inviter_of, may_end, may_grant, not_frozen};
use crate::engine::refusal::{Conflict, Denied, Forbidden, NotFound, Refusal};
use crate::store::CreateReads;

/// The group, and the caller, who may invite into it.
#[derive(Clone, Debug)]
pub(super) struct Admitted {
    pub(super) group: Group,
    pub(super) inviter: Actor,
}

/// Checks the request against the rules of the group and of roles.
///
/// Authority is checked before the directory, so that a caller without it learns nothing about the
/// invitee.
///
/// # Errors
/// `NotFound::Group`, `NotFound::User`, `Denied::NotMember`, `Denied::RoleAboveOwn`,
/// `Denied::DomainNotAllowed`, `Forbidden::MayNotInvite`, `Forbidden::Frozen`,
/// `Forbidden::LinksOff`, `Conflict::Yourself`, `Invalid`.
pub(super) fn admit(ask: &Ask<'_>, found: &CreateReads) -> Result<Admitted, Refusal> {
    let new = &ask.new;
    let Admitted { group, inviter } = admit_inviter(ask, found)?;
    may_grant(&inviter.member, &new.roles)?;
    may_end(&first_roles(&group, &new.roles)?, new.membership_expires_in)?;
    if matches!(new.invitee, InviteeRequest::Link(_)) {
        return if group.policy.links {
            Ok(Admitted { group, inviter })
        } else {
            Err(Forbidden::LinksOff.into())
        };
    }
    // Either the token or the directory may show that the caller is the invitee.
    if ask.caller().is(&ask.invitee) || found.holder.as_ref() == Some(&ask.caller().user) {
        return Err(Conflict::Yourself.into());
    }
    // A pending user cannot sign in, so the person must be invited by address.
    let active = |state| state == UserState::Active;
    let known = found.invited_user.as_ref().is_some_and(|user| active(user.state));
    if matches!(new.invitee, InviteeRequest::User(_)) && !known {
        return Err(NotFound::User.into());
    }
    match new.email() {
        Some(email) if !group.policy.allows(email) => Err(Denied::DomainNotAllowed.into()),
        _ => Ok(Admitted { group, inviter }),
    }
}

/// Checks that the caller may invite into the group at all.
///
/// # Errors
/// `NotFound::Group`, `Denied::NotMember`, `Forbidden::MayNotInvite`, `Forbidden::Frozen`.
pub(super) fn admit_inviter(ask: &Ask<'_>, found: &CreateReads) -> Result<Admitted, Refusal> {
    let (group, inviter) =
        inviter_of(ask.caller(), found.group.clone(), found.inviter.clone(), ask.new.rule)?;
    not_frozen(&group)?;
    Ok(Admitted { group, inviter })
}

/// Returns whether the id belongs to another invitee's invite. Two invitees may share 53 bits of
/// hash, and the later one takes the next id. An invite whose personal data are removed gives its id
/// to the next.
pub(super) fn id_is_taken(ask: &Ask<'_>, found: &CreateReads) -> bool {
    found.existing.as_ref().is_some_and(|other| {
        other.anonymized_at.is_none() && other.invitee.key() != ask.invitee.key()
    })
}

/// Returns how many pending invites the group may have. `limit` is the deployment's own maximum.
///
/// `None` for the application, where only each inviter's rate window is a limit.
pub(super) fn cap(group: &Group, limit: u32) -> Option<u32> {
    (!group.is_application()).then(|| group.policy.max_pending.get().min(limit))
}
