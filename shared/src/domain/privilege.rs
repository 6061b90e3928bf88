//! What a member may do beyond their roles, each granted by itself.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// A privilege, by the name that it has in the API (docs/contracts/onezone.md#privileges).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Privilege {
    /// May make invite tokens for the group. Owners and admins may anyway.
    GroupInviteUser,
}

impl Privilege {
    /// The privilege's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GroupInviteUser => "group_invite_user",
        }
    }
}

/// A member's privileges, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Privileges(BTreeSet<Privilege>);

impl Privileges {
    /// Whether this one is among them.
    pub fn has(&self, privilege: Privilege) -> bool {
        self.0.contains(&privilege)
    }

    /// Whether all of `others` are among them.
    pub fn include(&self, others: &Self) -> bool {
        self.0.is_superset(&others.0)
    }

    /// The names, in order.
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
    fn a_privilege_is_read_and_written_by_its_name_and_counts_once() {
        let twice: Privileges =
            serde_json::from_str(r#"["group_invite_user","group_invite_user"]"#).unwrap();
        assert_eq!(serde_json::to_string(&twice).unwrap(), r#"["group_invite_user"]"#);
        assert!(twice.has(Privilege::GroupInviteUser) && twice.include(&Privileges::default()));
        assert!(serde_json::from_str::<Privileges>(r#"["root"]"#).is_err());
    }
}
