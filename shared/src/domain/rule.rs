//! By which rule somebody may invite: each API has its own, and an invite keeps the one that it was
//! made under.

use serde::{Deserialize, Serialize};

use super::group::Group;
use super::member::Member;
use super::privilege::Privilege;
use super::role::Rank;

/// Who may make an invite, and handle those of the group. Asked when it is made, and of its inviter
/// again when it is taken up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InviteRule {
    /// Whoever the group's policy names (docs/contracts/native.md#groups).
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
    /// Everybody who is signed in: for the system itself, never for a group of somebody's.
    Anyone,
    /// The app's own credential, for a group that has no member yet
    /// (docs/contracts/rownd.md#the-first-member).
    Service,
}

impl InviteRule {
    /// Whether the member may invite into the group.
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
            Self::Anyone => group.is_system(),
            Self::Service => false,
        }
    }

    /// Whether somebody who was let in by this rule with `rank`, and has lost no right since, still
    /// is.
    pub fn still_allows(self, group: &Group, rank: Rank) -> bool {
        match self {
            Self::Policy => group.policy.who_may_invite.includes(rank),
            Self::Owners | Self::Admins | Self::Editors | Self::Privilege => true,
            Self::Anyone => group.is_system(),
            Self::Service => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::Timestamp;
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
        }
    }

    /// Rule by role, and nobody else.
    #[test]
    fn each_rule_lets_in_whom_its_contract_names() {
        let who = |rule: InviteRule| {
            let allowed = |role: &&str| rule.allows(&group(), &member(role, Privileges::default()));
            ["member", "editor", "admin", "owner"]
                .into_iter()
                .filter(|role| allowed(role))
                .collect::<Vec<_>>()
        };
        assert_eq!(who(InviteRule::Policy), ["admin", "owner"]);
        assert_eq!(who(InviteRule::Owners), ["owner"]);
        assert_eq!(who(InviteRule::Admins), ["admin", "owner"]);
        assert_eq!(who(InviteRule::Editors), ["editor", "admin", "owner"]);
        assert_eq!(who(InviteRule::Privilege), ["admin", "owner"]);
        assert_eq!(who(InviteRule::Anyone), [""; 0]);
        assert_eq!(who(InviteRule::Service), [""; 0]);
        let granted = member("member", [Privilege::GroupInviteUser].into_iter().collect());
        assert!(InviteRule::Privilege.allows(&group(), &granted));
        assert!(!InviteRule::Policy.allows(&group(), &granted));
    }
}
