//! Who may invite whom: pure rules over what was read.

use super::request::{Ask, InviteeRequest};
use crate::domain::group::Group;
use crate::domain::member::Member;
use crate::domain::user::UserState;
use crate::engine::authority::{first_roles, may_grant, may_invite, member_of};
use crate::engine::refusal::{Conflict, Denied, Forbidden, NotFound, Refusal};
use crate::store::CreateReads;

/// The group, and the membership by which the caller may invite into it.
#[derive(Clone, Debug)]
pub(super) struct Admitted {
    pub(super) group: Group,
    pub(super) inviter: Member,
}

/// Admits the request by the rules of the group and of roles. Authority comes before the directory:
/// a caller who may not invite learns nothing about the invitee.
///
/// # Errors
/// `NotFound::Group`, `Denied`, `Invalid`, `Conflict::Yourself`, `NotFound::User`.
pub(super) fn admit(ask: &Ask<'_>, found: &CreateReads) -> Result<Admitted, Refusal> {
    let new = &ask.new;
    let (group, inviter) = member_of(ask.caller(), found.group.clone(), found.inviter.clone())?;
    may_invite(new.rule, &group, &inviter)?;
    may_grant(&inviter, &new.roles)?;
    first_roles(&group, &new.roles)?;
    if group.policy.frozen {
        return Err(Forbidden::Frozen.into());
    }
    if matches!(new.invitee, InviteeRequest::Link(_)) {
        return if group.policy.links {
            Ok(Admitted { group, inviter })
        } else {
            Err(Forbidden::LinksOff.into())
        };
    }
    // By the token, or by what the directory says of the caller.
    if ask.caller().is(&ask.invitee) || found.holder.as_ref() == Some(&ask.caller().user) {
        return Err(Conflict::Yourself.into());
    }
    // A pending user can't sign in: the person is invited by address.
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

/// Whether the invite's id belongs to another invitee: two of them may share 53 bits of hash, and
/// the later one takes the next id.
pub(super) fn id_is_taken(ask: &Ask<'_>, found: &CreateReads) -> bool {
    found.existing.as_ref().is_some_and(|other| other.invitee.key() != ask.invitee.key())
}

/// Returns how many pending invites the group may have, where the deployment allows `most`.
///
/// `None` for invites that lead to no group: they belong to nobody in particular, and each
/// inviter's own window bounds them.
pub(super) fn cap(group: &Group, most: u32) -> Option<u32> {
    (!group.is_system()).then(|| group.policy.max_pending.get().min(most))
}
