//! Privileges: rights that a member has beyond those of their roles.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::deserialize_trimmed;

/// A privilege, under its name in the API (docs/contracts/onezone.md#privileges).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", remote = "Self")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Privilege {
    /// The member may create invite tokens for the group. Owners and admins may without it.
    GroupInviteUser,
}

deserialize_trimmed!(Privilege);

impl Privilege {
    /// Returns the privilege's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GroupInviteUser => "group_invite_user",
        }
    }
}

/// A member's set of privileges.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Privileges(BTreeSet<Privilege>);

impl Privileges {
    /// Returns whether the set contains `privilege`.
    pub fn has(&self, privilege: Privilege) -> bool {
        self.0.contains(&privilege)
    }

    /// Returns whether the set contains all of `others`.
    pub fn include(&self, others: &Self) -> bool {
        self.0.is_superset(&others.0)
    }

    /// Returns the names, in order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|privilege| privilege.as_str())
    }
}

impl FromIterator<Privilege> for Privileges {
    fn from_iter<I: IntoIterator<Item = Privilege>>(privileges: I) -> Self {
        Self(privileges.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn privileges_are_stored_by_name_without_repeats() {
        let twice: Privileges =
            serde_json::from_str(r#"["group_invite_user","group_invite_user"]"#).unwrap();
        assert_eq!(serde_json::to_string(&twice).unwrap(), r#"["group_invite_user"]"#);
        assert!(twice.has(Privilege::GroupInviteUser) && twice.include(&Privileges::default()));
        assert!(serde_json::from_str::<Privileges>(r#"["root"]"#).is_err());
    }
}
