//! Roles and what they outrank.

use serde::Serialize;

use super::{Invalid, deserialize_by_parse};

/// How much a role may do: `owner` > `admin` > `editor` > `member`; any other name ranks with
/// `member` (docs/contracts/native.md#roles).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Rank {
    /// `member`, and every name that has no rank of its own.
    Member,
    /// `editor`.
    Editor,
    /// `admin`.
    Admin,
    /// `owner`.
    Owner,
}

/// A role's name: 1 to 32 of `a–z 0–9 _ -`, taken as it stands, never trimmed, split or put in
/// lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct RoleName(String);

impl RoleName {
    /// Reads a role's name.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
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
            ))
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the role outranks.
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

/// 1 to 16 different roles, in the order in which they were given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Roles(Vec<RoleName>);

impl Roles {
    /// Takes the names; refuses none, more than 16, and a name that stands twice.
    pub fn new(names: Vec<RoleName>) -> Result<Self, Invalid> {
        let repeated = names.iter().enumerate().any(|(at, name)| names[..at].contains(name));
        if names.is_empty() || names.len() > 16 || repeated {
            Err(Invalid::new("invalid_roles", "Give 1 to 16 different roles."))
        } else {
            Ok(Self(names))
        }
    }

    /// The one role of somebody who makes a group.
    pub fn owner() -> Self {
        Self(vec![RoleName("owner".into())])
    }

    /// The one role of somebody who is invited to read (docs/contracts/chembiohub.md#request); it
    /// ranks with `member`.
    pub fn viewer() -> Self {
        Self(vec![RoleName("viewer".into())])
    }

    /// These and `owner`; refuses where they are too many together.
    pub fn with_owner(&self) -> Result<Self, Invalid> {
        if self.is_owner() {
            return Ok(self.clone());
        }
        Self::new(self.0.iter().cloned().chain(Self::owner().0).collect())
    }

    /// The highest rank among them.
    pub fn rank(&self) -> Rank {
        self.0.iter().map(RoleName::rank).max().unwrap_or(Rank::Member)
    }

    /// Whether one of them is `owner`.
    pub fn is_owner(&self) -> bool {
        self.rank() == Rank::Owner
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(RoleName::as_str)
    }
}

impl Default for Roles {
    /// `["member"]`.
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
    fn ranks_stand_in_the_contract_s_order_and_unknown_names_rank_with_member() {
        let rank = |name: &str| RoleName::parse(name).unwrap().rank();
        assert!(
            rank("owner") > rank("admin")
                && rank("admin") > rank("editor")
                && rank("editor") > rank("member")
        );
        assert_eq!(rank("billing-team"), rank("member"));
    }

    #[test]
    fn role_names_are_taken_as_they_stand_or_not_at_all() {
        for name in
            ["", "Owner", " owner", "owner ", "owner,editor", "оwner", "owner\0", &"a".repeat(33)]
        {
            assert!(RoleName::parse(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_list_of_roles_is_short_and_without_repeats() {
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
