//! Authority in a group: pure rules over records that the caller of the rule has read.

use super::{Denied, Forbidden, NotFound, Refusal, Scope};
use crate::auth::Caller;
use crate::domain::Invalid;
use crate::domain::author::Author;
use crate::domain::clock::Timestamp;
use crate::domain::counters::Version;
use crate::domain::group::{Group, Policy};
use crate::domain::invite::{Granter, Invite, RevokeReason};
use crate::domain::member::{Member, MembershipPeriod};
use crate::domain::privilege::Privileges;
use crate::domain::role::Roles;
use crate::domain::rule::InviteRule;
use crate::store::Right;

/// The caller in one group: a membership, and the record that gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Actor {
    /// The membership.
    pub(super) member: Member,
    source: Source,
}

/// The record that gives a membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// The stored membership.
    Member,
    /// The group, which has no owner, so that an app acts as the owner.
    App,
    /// No record: every caller is a member of the application.
    Application,
}

impl Actor {
    /// Returns the right that an administrative write has to check.
    pub(super) fn right(&self) -> Right<'_> {
        match self.source {
            Source::Member => Right::Member(&self.member),
            Source::App => Right::App(&self.member.group),
            Source::Application => Right::Own,
        }
    }

    /// Returns the caller as the author of a change, as the audit trail names them.
    pub(super) fn author(&self) -> Author {
        let user = self.member.user.clone();
        match self.source {
            Source::Member | Source::Application => Author::User(user),
            Source::App => Author::App(user),
        }
    }

    /// Returns the reason of a revocation by this actor.
    pub(super) fn revoke_reason(&self) -> RevokeReason {
        match self.source {
            Source::Member | Source::Application => RevokeReason::RevokedByMember,
            Source::App => RevokeReason::RevokedByApp,
        }
    }
}

/// Returns the group and the caller in it.
///
/// The application is no group that a caller can name. In a group without an owner, an app with the
/// scope `groups:write` acts as the owner.
pub(super) fn actor_of(
    caller: &Caller,
    group: Option<Group>,
    member: Option<Member>,
) -> Result<(Group, Actor), Refusal> {
    let group = group.filter(|group| !group.is_application()).ok_or(NotFound::Group)?;
    actor_in(caller, group, member)
}

/// Returns the group and the caller in it, who may invite by `rule`.
///
/// By the rule `Anyone`, every caller invites to the application, as a plain member of it.
pub(super) fn inviter_of(
    caller: &Caller,
    group: Option<Group>,
    member: Option<Member>,
    rule: InviteRule,
) -> Result<(Group, Actor), Refusal> {
    let group = group.ok_or(NotFound::Group)?;
    if group.is_application() && rule != InviteRule::Anyone {
        return Err(NotFound::Group.into());
    }
    let (group, actor) = actor_in(caller, group, member)?;
    may_invite(rule, &group, &actor.member)?;
    Ok((group, actor))
}

/// Returns the group and the caller in it, as [`actor_of`] does. Every caller is a plain member of
/// the application.
pub(super) fn actor_in(
    caller: &Caller,
    group: Group,
    member: Option<Member>,
) -> Result<(Group, Actor), Refusal> {
    if let Some(member) = member {
        return Ok((group, Actor { member, source: Source::Member }));
    }
    let implied_member = || {
        let (roles, source) = if group.is_application() {
            (Roles::default(), Source::Application)
        } else if group.owner_count == 0 && caller.has_scope(Scope::GroupsWrite.as_str()) {
            (Roles::owner(), Source::App)
        } else {
            return None;
        };
        let member = Member {
            group: group.id.clone(),
            user: caller.user.clone(),
            roles,
            privileges: Privileges::default(),
            name: caller.name.clone(),
            joined_at: group.created_at,
            invite: None,
            came_as: Vec::new(),
            expires_at: None,
            added_by: None,
            version: Version::FIRST,
        };
        Some(Actor { member, source })
    };
    match implied_member() {
        Some(actor) => Ok((group, actor)),
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

/// Checks that a membership with these roles may end after `period`. That of an owner does not end.
pub(super) fn may_end(roles: &Roles, period: Option<MembershipPeriod>) -> Result<(), Refusal> {
    if period.is_none() || !roles.is_owner() {
        return Ok(());
    }
    let rule = Invalid::new("owner_does_not_expire", "The membership of an owner cannot expire.");
    Err(Refusal::Invalid("/membership_expires_in", rule))
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

/// Checks that the group's policy admits the address that the caller proves.
pub(super) fn check_domain(caller: &Caller, group: &Group) -> Result<(), Refusal> {
    if group.policy.admits(caller.email.as_ref()) {
        Ok(())
    } else {
        Err(Denied::DomainNotAllowed.into())
    }
}

/// Returns the right by which the member `admitted` grants an invite at `now`: the granter, and the
/// rule to store.
///
/// An app has no stored membership for an acceptance to check, so it grants by the rule `Service`.
pub(super) fn granted(
    rule: InviteRule,
    group: &Group,
    admitted: &Member,
    is_stored: bool,
    now: Timestamp,
) -> (Granter, InviteRule) {
    let granter = Granter {
        id: admitted.user.clone(),
        rank: admitted.roles.rank(),
        at: now,
        until: admitted.expires_at,
    };
    let by_app = !is_stored && !group.is_application();
    (granter, if by_app { InviteRule::Service } else { rule })
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

    fn member_of(
        caller: &Caller,
        group: Option<Group>,
        member: Option<Member>,
    ) -> Result<(Group, Member), Refusal> {
        actor_of(caller, group, member).map(|(group, actor)| (group, actor.member))
    }

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
    fn every_caller_invites_to_the_application_and_nobody_else_can_name_it() {
        let system = || Some(Group::application(Name::parse("Beckon").unwrap()));
        let inviter = |group, rule| inviter_of(&caller(&["groups:write"]), group, None, rule);
        let (_, Actor { member, .. }) = inviter(system(), InviteRule::Anyone).unwrap();
        assert_eq!(member.roles, Roles::default());
        assert!(may_invite(InviteRule::Anyone, &group(), &member).is_err());
        let is_unknown = |refusal| matches!(refusal, Some(Refusal::NotFound(NotFound::Group)));
        for rule in [
            InviteRule::Policy,
            InviteRule::Owners,
            InviteRule::Admins,
            InviteRule::Editors,
            InviteRule::Privilege,
            InviteRule::Service,
        ] {
            assert!(is_unknown(inviter(system(), rule).err()), "{rule:?}");
        }
        assert!(is_unknown(member_of(&caller(&["groups:write"]), system(), None).err()));
        assert!(is_unknown(member_of(&caller(&[]), system(), Some(member)).err()));
    }
}
