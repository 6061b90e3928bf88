//! Roles and their ranks.

use serde::Serialize;

use super::invisible::trim;
use super::{Invalid, deserialize_by_parse};

/// The rank of a role: `owner` > `admin` > `editor` > `member`. Every other name ranks with
/// `member` (docs/contracts/native.md#roles).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Rank {
    /// `member`, and every name without a rank of its own.
    Member,
    /// `editor`.
    Editor,
    /// `admin`.
    Admin,
    /// `owner`.
    Owner,
}

/// A role's name: 1 to 32 of `a–z 0–9 _ -`. It is never split or put in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct RoleName(String);

impl RoleName {
    /// Parses a role's name.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = trim(text);
        let fits = (1..=32).contains(&text.len());
        if fits
            && text.bytes().all(|byte| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-'
            })
        {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new(
                "invalid_role",
                "A role is 1 to 32 lower-case letters, digits, '_' or '-'.",
            )
            .or_hidden(text))
        }
    }

    /// Returns the name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the role's rank.
    pub fn rank(&self) -> Rank {
        match self.0.as_str() {
            "owner" => Rank::Owner,
            "admin" => Rank::Admin,
            "editor" => Rank::Editor,
            _ => Rank::Member,
        }
    }
}

deserialize_by_parse!(RoleName);

/// 1 to 16 different roles, in the order given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Roles(Vec<RoleName>);

impl Roles {
    /// Creates the list, or refuses an empty one, more than 16 names, or a repeated name.
    pub fn new(names: Vec<RoleName>) -> Result<Self, Invalid> {
        let repeated = names.iter().enumerate().any(|(at, name)| names[..at].contains(name));
        if names.is_empty() || names.len() > 16 || repeated {
            Err(Invalid::new("invalid_roles", "Give 1 to 16 different roles."))
        } else {
            Ok(Self(names))
        }
    }

    /// Returns `["owner"]`, the roles of the user who creates a group.
    pub fn owner() -> Self {
        Self(vec![RoleName("owner".into())])
    }

    /// Returns `["viewer"]`, the roles of a person who is invited to read
    /// (docs/contracts/chembiohub.md#request). It ranks with `member`.
    pub fn viewer() -> Self {
        Self(vec![RoleName("viewer".into())])
    }

    /// Returns these roles with `owner` added, or refuses if they are then more than 16.
    pub fn with_owner(&self) -> Result<Self, Invalid> {
        if self.is_owner() {
            return Ok(self.clone());
        }
        Self::new(self.0.iter().cloned().chain(Self::owner().0).collect())
    }

    /// Returns the highest rank among the roles.
    pub fn rank(&self) -> Rank {
        self.0.iter().map(RoleName::rank).max().unwrap_or(Rank::Member)
    }

    /// Returns whether one of the roles is `owner`.
    pub fn is_owner(&self) -> bool {
        self.rank() == Rank::Owner
    }

    /// Returns whether this is one of the roles.
    pub fn has(&self, name: &RoleName) -> bool {
        self.0.contains(name)
    }

    /// Returns the names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(RoleName::as_str)
    }
}

impl Default for Roles {
    /// Returns `["member"]`.
    fn default() -> Self {
        Self(vec![RoleName("member".into())])
    }
}

impl<'de> serde::Deserialize<'de> for Roles {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(Vec::deserialize(deserializer)?).map_err(Invalid::into_serde)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_follow_the_contract_and_unknown_names_rank_with_member() {
        let rank = |name: &str| RoleName::parse(name).unwrap().rank();
        assert!(
            rank("owner") > rank("admin")
                && rank("admin") > rank("editor")
                && rank("editor") > rank("member")
        );
        assert_eq!(rank("billing-team"), rank("member"));
    }

    #[test]
    fn role_names_are_trimmed_and_never_normalized() {
        assert_eq!(RoleName::parse("\u{a0}owner\u{200b}\r\n").unwrap().as_str(), "owner");
        for name in ["", "Owner", "ow ner", "owner,editor", "оwner", "owner\0", &"a".repeat(33)] {
            assert!(RoleName::parse(name).is_err(), "{name:?}");
        }
        assert_eq!(RoleName::parse("ow\u{200b}ner").unwrap_err().character, Some('\u{200b}'));
    }

    #[test]
    fn a_list_of_roles_has_1_to_16_names_without_repeats() {
        let roles = |names: &[&str]| {
            Roles::new(names.iter().map(|name| RoleName::parse(name).unwrap()).collect())
        };
        assert!(roles(&[]).is_err());
        assert!(roles(&["editor", "editor"]).is_err());
        assert_eq!(roles(&["member", "admin"]).unwrap().rank(), Rank::Admin);
        let many: Vec<String> = (0..17).map(|n| format!("r{n}")).collect();
        assert!(roles(&many.iter().map(String::as_str).collect::<Vec<_>>()).is_err());
    }
}
