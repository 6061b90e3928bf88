//! The rule that decides who may invite. Each API has its own (ADR 0013).

use serde::{Deserialize, Serialize};

use super::group::Group;
use super::member::Member;
use super::privilege::Privilege;
use super::role::Rank;

/// The members who may create and manage a group's invites. The rule is stored on the invite and
/// applied to the inviter again on acceptance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InviteRule {
    /// The members that the group's policy names (docs/contracts/native.md#groups).
    #[default]
    Policy,
    /// Owners (docs/contracts/evanta.md#order-of-checks, docs/contracts/rownd.md#who-may-invite).
    Owners,
    /// Owners and admins (docs/contracts/bungie.md#who-may-invite).
    Admins,
    /// Owners, admins and editors (docs/contracts/chembiohub.md#who-may-invite).
    Editors,
    /// Owners, admins, and members with the privilege `group_invite_user`
    /// (docs/contracts/onezone.md#privileges).
    Privilege,
    /// Every signed-in user, but only for invites of the application.
    Anyone,
    /// The app's own credential, for a group that has no members yet
    /// (docs/contracts/rownd.md#the-first-member).
    Service,
}

impl InviteRule {
    /// Returns whether the member may invite to the group.
    pub fn allows(self, group: &Group, member: &Member) -> bool {
        let rank = member.roles.rank();
        match self {
            Self::Policy => group.policy.who_may_invite.includes(rank),
            Self::Owners => rank >= Rank::Owner,
            Self::Admins => rank >= Rank::Admin,
            Self::Editors => rank >= Rank::Editor,
            Self::Privilege => {
                rank >= Rank::Admin || member.privileges.has(Privilege::GroupInviteUser)
            }
            Self::Anyone => group.is_application(),
            Self::Service => false,
        }
    }

    /// Returns whether an inviter by this rule is a member of the group. An app is none, and neither is
    /// a user who invites to the application.
    pub fn is_of_members(self) -> bool {
        match self {
            Self::Policy | Self::Owners | Self::Admins | Self::Editors | Self::Privilege => true,
            Self::Anyone | Self::Service => false,
        }
    }

    /// Returns whether the rule still allows an inviter whom it allowed before with `rank`, if the
    /// inviter has lost no right since then (ADR 0007).
    pub fn still_allows(self, group: &Group, rank: Rank) -> bool {
        match self {
            Self::Policy => group.policy.who_may_invite.includes(rank),
            Self::Owners | Self::Admins | Self::Editors | Self::Privilege => true,
            Self::Anyone => group.is_application(),
            Self::Service => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::Timestamp;
    use crate::domain::counters::Version;
    use crate::domain::group::tests::group;
    use crate::domain::ids::{GroupId, UserId};
    use crate::domain::privilege::Privileges;
    use crate::domain::role::{RoleName, Roles};

    fn member(role: &str, privileges: Privileges) -> Member {
        Member {
            group: GroupId::parse("3773").unwrap(),
            user: UserId::parse("1").unwrap(),
            roles: Roles::new(vec![RoleName::parse(role).unwrap()]).unwrap(),
            privileges,
            name: None,
            joined_at: Timestamp::from_seconds(0),
            invite: None,
            came_as: vec![],
            expires_at: None,
            added_by: None,
            version: Version::FIRST,
        }
    }

    #[test]
    fn an_app_and_those_who_invite_to_the_application_are_no_members() {
        assert!(!InviteRule::Service.is_of_members() && !InviteRule::Anyone.is_of_members());
        assert!(InviteRule::Policy.is_of_members() && InviteRule::Privilege.is_of_members());
    }

    #[test]
    fn each_rule_allows_the_roles_that_its_contract_names() {
        let allowed_roles = |rule: InviteRule| {
            let allowed = |role: &&str| rule.allows(&group(), &member(role, Privileges::default()));
            ["member", "editor", "admin", "owner"]
                .into_iter()
                .filter(|role| allowed(role))
                .collect::<Vec<_>>()
        };
        assert_eq!(allowed_roles(InviteRule::Policy), ["admin", "owner"]);
        assert_eq!(allowed_roles(InviteRule::Owners), ["owner"]);
        assert_eq!(allowed_roles(InviteRule::Admins), ["admin", "owner"]);
        assert_eq!(allowed_roles(InviteRule::Editors), ["editor", "admin", "owner"]);
        assert_eq!(allowed_roles(InviteRule::Privilege), ["admin", "owner"]);
        assert_eq!(allowed_roles(InviteRule::Anyone), [""; 0]);
        assert_eq!(allowed_roles(InviteRule::Service), [""; 0]);
        let granted = member("member", [Privilege::GroupInviteUser].into_iter().collect());
        assert!(InviteRule::Privilege.allows(&group(), &granted));
        assert!(!InviteRule::Policy.allows(&group(), &granted));
    }
}
