//! Who may do what in a group: pure rules over what was read.

use super::{Outcome, Refusal};
use crate::auth::Caller;
use crate::domain::group::Group;
use crate::domain::invite::{Invite, Inviter};
use crate::domain::member::Member;
use crate::domain::role::Roles;

/// The group and the caller's place in it. Outsiders learn nothing: for them there is no such group.
pub(super) fn member_of(group: Option<Group>, member: Option<Member>) -> Outcome<(Group, Member)> {
    group.zip(member).ok_or(Refusal::GroupNotFound)
}

/// Refuses a member who may not invite.
pub(super) fn may_invite(group: &Group, member: &Member) -> Outcome<()> {
    if group.policy.who_may_invite.includes(member.roles.rank()) {
        Ok(())
    } else {
        Err(Refusal::Forbidden("This group's policy does not let you handle its invites; ask one of its owners."))
    }
}

/// Refuses roles that rank above the granter's own. So `owner` is granted by owners only.
pub(super) fn may_grant(granter: &Member, roles: &Roles) -> Outcome<()> {
    if roles.rank() <= granter.roles.rank() { Ok(()) } else { Err(Refusal::RoleAboveOwn) }
}

/// How much later than the last removal or role change in its group an invite must have been made, in seconds, for the rank that was read
/// then to be trusted: no request runs so long, so its reads saw that change (ADR 0007).
const AUTHORITY_MARGIN: i64 = 60;

/// What the invite itself and the group's record prove about the inviter's right, without reading the membership (ADR 0007).
pub(super) fn right_is_proven(group: &Group, invite: &Invite) -> bool {
    let Inviter { rank, .. } = &invite.created_by;
    let nobody_lost_rights = group.authority_changed_at.is_none_or(|at| at.plus(AUTHORITY_MARGIN) < invite.created_at);
    nobody_lost_rights && group.policy.who_may_invite.includes(*rank) && invite.roles.rank() <= *rank
}

/// Refuses where the inviter has left, may no longer invite, or no longer grant these roles.
pub(super) fn inviter_still_may(group: &Group, inviter: Option<&Member>, invite: &Invite) -> Outcome<()> {
    let may = |member: &Member| may_invite(group, member).is_ok() && may_grant(member, &invite.roles).is_ok();
    if inviter.is_some_and(may) { Ok(()) } else { Err(Refusal::InviterGone) }
}

/// Refuses a caller who is not the person invited.
pub(super) fn is_invited(caller: &Caller, invite: &Invite) -> Outcome<()> {
    if caller.is(&invite.invitee) {
        return Ok(());
    }
    let unverified = caller.unverified_email.as_ref().is_some_and(|own| invite.invitee.address() == Some(own));
    Err(if unverified { Refusal::EmailNotVerified } else { Refusal::IdentityMismatch })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::Timestamp;
    use crate::domain::group::{GroupType, Policy, WhoMayInvite};
    use crate::domain::ids::{GroupId, UserId};
    use crate::domain::role::RoleName;
    use crate::domain::text::{Metadata, Name};

    const NAMES: [&str; 6] = ["member", "billing", "editor", "admin", "owner", "zebra"];

    fn roles(names: &[&str]) -> Roles {
        Roles::new(names.iter().map(|name| RoleName::parse(name).unwrap()).collect()).unwrap()
    }

    fn member(names: &[&str]) -> Member {
        let group = GroupId::parse("3773").unwrap();
        Member {
            group,
            user: UserId::parse("1").unwrap(),
            roles: roles(names),
            name: None,
            joined_at: Timestamp::from_seconds(0),
            invite: None,
            came_as: vec![],
        }
    }

    fn group(who_may_invite: WhoMayInvite) -> Group {
        Group {
            id: GroupId::parse("3773").unwrap(),
            name: Name::parse("Private Group").unwrap(),
            description: None,
            kind: GroupType::Private,
            owner: UserId::parse("1").unwrap(),
            policy: Policy { who_may_invite, ..Policy::default() },
            metadata: Metadata::default(),
            created_at: Timestamp::from_seconds(0),
            updated_at: Timestamp::from_seconds(0),
            version: 1,
            authority_changed_at: None,
            seats_taken: None,
        }
    }

    /// RELIABILITY B1: every pair of sets of one or two roles.
    #[test]
    fn nobody_grants_above_their_own_rank() {
        let sets: Vec<Vec<&str>> =
            NAMES.iter().flat_map(|a| NAMES.iter().filter(move |b| a < *b).map(move |b| vec![*a, *b]).chain([vec![*a]])).collect();
        for own in &sets {
            for granted in &sets {
                let allowed = roles(granted).rank() <= roles(own).rank();
                assert_eq!(may_grant(&member(own), &roles(granted)).is_ok(), allowed, "{own:?} grants {granted:?}");
                if granted.contains(&"owner") {
                    assert_eq!(allowed, own.contains(&"owner"));
                }
            }
        }
    }

    #[test]
    fn the_policy_decides_who_handles_invites() {
        assert!(may_invite(&group(WhoMayInvite::Admins), &member(&["admin"])).is_ok());
        assert!(may_invite(&group(WhoMayInvite::Admins), &member(&["editor"])).is_err());
        assert!(may_invite(&group(WhoMayInvite::Members), &member(&["zebra"])).is_ok());
    }

    #[test]
    fn outsiders_find_no_group() {
        assert!(matches!(member_of(Some(group(WhoMayInvite::Admins)), None), Err(Refusal::GroupNotFound)));
        assert!(matches!(member_of(None, Some(member(&["owner"]))), Err(Refusal::GroupNotFound)));
    }
}
