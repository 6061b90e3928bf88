//! Authority in a group: pure rules over records that the caller of the rule has read.

use super::{Denied, Forbidden, NotFound, Refusal, Scope};
use crate::auth::Caller;
use crate::domain::Invalid;
use crate::domain::group::{Group, Policy};
use crate::domain::invite::{Invite, Inviter};
use crate::domain::member::Member;
use crate::domain::privilege::Privileges;
use crate::domain::role::Roles;
use crate::domain::rule::InviteRule;

/// Returns the group and the caller's membership.
///
/// Every caller is a plain member of the application. In a group without an owner, an app with the
/// scope `groups:write` acts as the owner.
pub(super) fn member_of(
    caller: &Caller,
    group: Option<Group>,
    member: Option<Member>,
) -> Result<(Group, Member), Refusal> {
    let group = group.ok_or(NotFound::Group)?;
    let implied_member = || {
        let roles = if group.is_application() {
            Roles::default()
        } else if group.owner_count == 0 && caller.has_scope(Scope::GroupsWrite.as_str()) {
            Roles::owner()
        } else {
            return None;
        };
        Some(Member {
            group: group.id.clone(),
            user: caller.user.clone(),
            roles,
            privileges: Privileges::default(),
            name: caller.name.clone(),
            joined_at: group.created_at,
            invite: None,
            came_as: Vec::new(),
        })
    };
    match member.or_else(implied_member) {
        Some(member) => Ok((group, member)),
        None => Err(Denied::NotMember(group.kind).into()),
    }
}

/// Checks that the member may invite by this rule.
pub(super) fn may_invite(rule: InviteRule, group: &Group, member: &Member) -> Result<(), Refusal> {
    if rule.allows(group, member) { Ok(()) } else { Err(Forbidden::MayNotInvite.into()) }
}

/// Checks that the group's invites and memberships are not frozen.
pub(super) fn not_frozen(group: &Group) -> Result<(), Refusal> {
    if group.policy.frozen { Err(Forbidden::Frozen.into()) } else { Ok(()) }
}

/// Checks that the roles do not rank above the granter's own. So only owners grant `owner`.
pub(super) fn may_grant(granter: &Member, roles: &Roles) -> Result<(), Refusal> {
    if roles.rank() <= granter.roles.rank() { Ok(()) } else { Err(Denied::RoleAboveOwn.into()) }
}

/// Returns the roles of a new member.
///
/// The first member of a group also becomes an owner (docs/contracts/rownd.md#the-first-member).
pub(super) fn first_roles(group: &Group, roles: &Roles) -> Result<Roles, Refusal> {
    if group.owner_count > 0 || group.is_application() {
        return Ok(roles.clone());
    }
    roles.with_owner().map_err(|invalid| Refusal::Invalid("/roles", invalid))
}

/// Seconds that must pass between a group's last removal or role change and the creation of an
/// invite whose stored rank is trusted.
///
/// No request runs this long, so the reads of such an invite saw that change (ADR 0007).
const AUTHORITY_MARGIN: i64 = 60;

/// Returns whether the invite and the group alone prove that the inviter may still invite (ADR
/// 0007).
pub(super) fn right_is_proven(group: &Group, invite: &Invite) -> bool {
    let Inviter { rank, .. } = &invite.created_by;
    let nobody_lost_rights =
        group.authority_changed_at.is_none_or(|at| at.plus(AUTHORITY_MARGIN) < invite.created_at);
    nobody_lost_rights
        && invite.terms.rule.still_allows(group, *rank)
        && invite.terms.roles.rank() <= *rank
}

/// Checks that the inviter is still a member, may still invite, and may still grant these roles.
pub(super) fn inviter_still_may(
    group: &Group,
    inviter: Option<&Member>,
    invite: &Invite,
) -> Result<(), Refusal> {
    let may = match invite.terms.rule {
        // These inviters need no membership, so the group cannot take their right away.
        InviteRule::Service | InviteRule::Anyone => true,
        rule => inviter.is_some_and(|member| {
            rule.allows(group, member) && may_grant(member, &invite.terms.roles).is_ok()
        }),
    };
    if may { Ok(()) } else { Err(Denied::InviterGone.into()) }
}

/// Checks that the caller is the invitee.
pub(super) fn is_invited(caller: &Caller, invite: &Invite) -> Result<(), Refusal> {
    if caller.is(&invite.invitee) {
        return Ok(());
    }
    let unverified =
        caller.unverified_email.as_ref().is_some_and(|own| invite.invitee.address() == Some(own));
    Err(if unverified { Denied::EmailNotVerified } else { Denied::IdentityMismatch }.into())
}

/// Checks that the group's policy allows the caller's address, for a caller whom the invite does
/// not name.
///
/// A caller without a verified address passes only if the policy has no `allowed_domains`.
pub(super) fn check_domain(caller: &Caller, group: &Group) -> Result<(), Refusal> {
    let policy = &group.policy;
    let fits = caller
        .email
        .as_ref()
        .map_or(policy.allowed_domains.0.is_empty(), |email| policy.allows(email));
    if fits { Ok(()) } else { Err(Denied::DomainNotAllowed.into()) }
}

/// Checks that the policy leaves at least one seat.
pub(super) fn check_seats(policy: &Policy) -> Result<(), Refusal> {
    if policy.max_members != Some(0) {
        return Ok(());
    }
    let rule = Invalid::new("invalid_max_members", "Give at least 1; null means no limit.");
    Err(Refusal::Invalid("/policy/max_members", rule))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::group::GroupType;
    use crate::domain::group::tests::group;
    use crate::domain::identity::Accounts;
    use crate::domain::ids::UserId;
    use crate::domain::role::RoleName;
    use crate::domain::text::Name;

    const NAMES: [&str; 6] = ["member", "billing", "editor", "admin", "owner", "zebra"];

    fn roles(names: &[&str]) -> Roles {
        Roles::new(names.iter().map(|name| RoleName::parse(name).unwrap()).collect()).unwrap()
    }

    fn caller(scopes: &[&str]) -> Caller {
        Caller {
            user: UserId::parse("1").unwrap(),
            name: None,
            email: None,
            unverified_email: None,
            phone: None,
            accounts: Accounts::default(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        }
    }

    fn member(names: &[&str]) -> Member {
        let empty = Group { owner_count: 0, ..group() };
        let (_, member) = member_of(&caller(&["groups:write"]), Some(empty), None).unwrap();
        Member { roles: roles(names), ..member }
    }

    /// Tries every pair of sets of one or two roles.
    #[test]
    fn a_member_grants_no_role_above_their_own_rank() {
        let sets: Vec<Vec<&str>> = NAMES
            .iter()
            .flat_map(|a| {
                NAMES.iter().filter(move |b| a < *b).map(move |b| vec![*a, *b]).chain([vec![*a]])
            })
            .collect();
        for own in &sets {
            for granted in &sets {
                let allowed = roles(granted).rank() <= roles(own).rank();
                assert_eq!(
                    may_grant(&member(own), &roles(granted)).is_ok(),
                    allowed,
                    "{own:?} grants {granted:?}"
                );
                if granted.contains(&"owner") {
                    assert_eq!(allowed, own.contains(&"owner"));
                }
            }
        }
    }

    #[test]
    fn an_outsider_is_not_a_member_and_an_unknown_group_is_not_found() {
        assert!(matches!(
            member_of(&caller(&[]), Some(group()), None),
            Err(Refusal::Denied(Denied::NotMember(GroupType::Private)))
        ));
        assert!(matches!(
            member_of(&caller(&[]), None, Some(member(&["owner"]))),
            Err(Refusal::NotFound(NotFound::Group))
        ));
    }

    #[test]
    fn an_app_acts_as_owner_of_a_group_until_it_has_an_owner() {
        let empty = Group { owner_count: 0, ..group() };
        assert!(
            member_of(&caller(&["groups:write"]), Some(empty.clone()), None)
                .is_ok_and(|(_, member)| member.roles.is_owner())
        );
        assert!(member_of(&caller(&["users:write"]), Some(empty), None).is_err());
        assert!(member_of(&caller(&["groups:write"]), Some(group()), None).is_err());
    }

    #[test]
    fn every_caller_is_a_plain_member_of_the_application() {
        let system = Group::application(Name::parse("Beckon").unwrap());
        let (system, member) = member_of(&caller(&[]), Some(system), None).unwrap();
        assert!(may_invite(InviteRule::Anyone, &system, &member).is_ok());
        assert!(may_invite(InviteRule::Policy, &system, &member).is_err());
        assert!(may_invite(InviteRule::Anyone, &group(), &member).is_err());
    }
}
