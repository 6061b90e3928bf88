//! Groups and their policies.

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::counters::Version;
use super::email::{EmailAddress, parse_domain};
use super::ids::{GroupId, UserId};
use super::role::Rank;
use super::text::{Description, Metadata, Name};
use super::{Invalid, from_object};

/// Who may see and join a group; the four visibility flags of the evanta contract follow from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GroupType {
    /// Anybody may know of it.
    Open,
    /// Anybody may know of it, and joining takes an invite.
    #[default]
    Private,
    /// Members alone may know of it.
    Secret,
}

/// Who in a group may invite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WhoMayInvite {
    /// Owners.
    Owners,
    /// Owners and admins.
    #[default]
    Admins,
    /// Every member.
    Members,
}

impl WhoMayInvite {
    /// Whether somebody of this rank may invite.
    pub fn includes(self, rank: Rank) -> bool {
        rank >= match self {
            Self::Owners => Rank::Owner,
            Self::Admins => Rank::Admin,
            Self::Members => Rank::Member,
        }
    }
}

/// The group's own rules about inviting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// Who may invite.
    pub who_may_invite: WhoMayInvite,
    /// Mail domains that may be invited; none for all.
    pub allowed_domains: Domains,
    /// Mail domains that may not be invited.
    pub blocked_domains: Domains,
    /// How many members the group may have; none for any number. Counted exactly, also under a
    /// race.
    pub max_members: Option<u32>,
    /// How many live invites the group may have at once; it may be passed by what was made in the
    /// last seconds.
    pub max_pending: MaxPending,
    /// Whether shareable links may be made and used.
    pub links: bool,
    /// Whether inviting and joining rest for now.
    pub frozen: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            who_may_invite: WhoMayInvite::default(),
            allowed_domains: Domains::default(),
            blocked_domains: Domains::default(),
            max_members: None,
            max_pending: MaxPending::default(),
            links: true,
            frozen: false,
        }
    }
}

/// A change of a policy: what is given replaces what was, the rest stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct PolicyChange {
    #[serde(deserialize_with = "given")]
    who_may_invite: Option<WhoMayInvite>,
    #[serde(deserialize_with = "given")]
    allowed_domains: Option<Domains>,
    #[serde(deserialize_with = "given")]
    blocked_domains: Option<Domains>,
    #[serde(deserialize_with = "given")]
    max_members: Option<Option<u32>>,
    #[serde(deserialize_with = "given")]
    max_pending: Option<MaxPending>,
    #[serde(deserialize_with = "given")]
    links: Option<bool>,
    #[serde(deserialize_with = "given")]
    frozen: Option<bool>,
}

impl PolicyChange {
    /// The policy after the change.
    pub fn apply(self, policy: Policy) -> Policy {
        Policy {
            who_may_invite: self.who_may_invite.unwrap_or(policy.who_may_invite),
            allowed_domains: self.allowed_domains.unwrap_or(policy.allowed_domains),
            blocked_domains: self.blocked_domains.unwrap_or(policy.blocked_domains),
            max_members: self.max_members.unwrap_or(policy.max_members),
            max_pending: self.max_pending.unwrap_or(policy.max_pending),
            links: self.links.unwrap_or(policy.links),
            frozen: self.frozen.unwrap_or(policy.frozen),
        }
    }
}

/// Reads a field that is there: `null` is a value like any other, and refused where `T` has none.
pub fn given<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Reads an object that is there, `null` refused.
pub fn given_object<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    from_object(deserializer).map(Some)
}

impl Policy {
    /// Whether this address may be invited.
    pub fn allows(&self, address: &EmailAddress) -> bool {
        let Domains(allowed) = &self.allowed_domains;
        let Domains(blocked) = &self.blocked_domains;
        let among = |domains: &[String]| domains.iter().any(|domain| domain == address.domain());
        (allowed.is_empty() || among(allowed)) && !among(blocked)
    }
}

/// A cap on live invites, from 0 to 10,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct MaxPending(u32);

impl MaxPending {
    /// The cap of this number.
    pub fn new(number: u32) -> Result<Self, Invalid> {
        if number <= 10_000 {
            Ok(Self(number))
        } else {
            Err(Invalid::new("invalid_max_pending", "Give 0 to 10000."))
        }
    }

    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl Default for MaxPending {
    /// 500 (contract native, "Limits").
    fn default() -> Self {
        Self(500)
    }
}

impl<'de> Deserialize<'de> for MaxPending {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(u32::deserialize(deserializer)?).map_err(Invalid::into_serde)
    }
}

/// At most 100 mail domains, in lower-case ASCII.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Domains(pub Vec<String>);

impl Domains {
    /// Reads the domains.
    pub fn parse(domains: &[String]) -> Result<Self, Invalid> {
        if domains.len() > 100 {
            return Err(Invalid::new("too_many_domains", "Give at most 100 domains."));
        }
        domains.iter().map(|domain| parse_domain(domain)).collect::<Result<_, _>>().map(Self)
    }
}

impl<'de> Deserialize<'de> for Domains {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&Vec::<String>::deserialize(deserializer)?).map_err(Invalid::into_serde)
    }
}

/// A group of people.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// Its name.
    pub name: Name,
    /// What it is for.
    pub description: Option<Description>,
    /// Who may see and join it.
    pub kind: GroupType,
    /// Who made it; none where an app made it for others.
    pub owner: Option<UserId>,
    /// How many of its members are owners; a group without any has no member yet.
    pub owner_count: u32,
    /// Its rules about inviting.
    pub policy: Policy,
    /// The caller's own data.
    pub metadata: Metadata,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Counts the writes to its fields; what an `ETag` shows.
    pub version: Version,
    /// When a member was last removed or given other roles: nobody has lost a right since (ADR
    /// 0007).
    pub authority_changed_at: Option<Timestamp>,
    /// How many members it has, where `max_members` has it counted.
    pub seats_taken: Option<u32>,
}

impl Group {
    /// The group that stands for the system itself, under [`GroupId::system`]. It is never stored,
    /// nobody owns it, and `name` is the deployment's own.
    pub fn system(name: Name) -> Self {
        let at = Timestamp::from_seconds(0);
        Self {
            id: GroupId::system(),
            name,
            description: None,
            kind: GroupType::Secret,
            owner: None,
            owner_count: 0,
            policy: Policy::default(),
            metadata: Metadata::default(),
            created_at: at,
            updated_at: at,
            version: Version::FIRST,
            authority_changed_at: None,
            seats_taken: None,
        }
    }

    /// Whether it stands for the system itself.
    pub fn is_system(&self) -> bool {
        self.id == GroupId::system()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A private group of user 1, made at the epoch.
    pub(crate) fn group() -> Group {
        let (id, owner) = (GroupId::parse("3773").unwrap(), UserId::parse("1").unwrap());
        let name = Name::parse("Private Group").unwrap();
        Group {
            id,
            kind: GroupType::Private,
            owner: Some(owner),
            owner_count: 1,
            ..Group::system(name)
        }
    }

    #[test]
    fn the_policy_says_who_may_invite() {
        assert!(WhoMayInvite::Members.includes(Rank::Member));
        assert!(!WhoMayInvite::Admins.includes(Rank::Editor));
        assert!(WhoMayInvite::Admins.includes(Rank::Admin));
        assert!(!WhoMayInvite::Owners.includes(Rank::Admin));
        assert!(WhoMayInvite::Owners.includes(Rank::Owner));
    }

    #[test]
    fn domains_are_allowed_and_blocked_whole() {
        let domains = |names: &[&str]| {
            Domains::parse(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
                .unwrap()
        };
        let policy = Policy {
            allowed_domains: domains(&["Example.com", "b.org"]),
            blocked_domains: domains(&["b.org"]),
            ..Policy::default()
        };
        let allows = |text: &str| policy.allows(&EmailAddress::parse(text).unwrap());
        assert!(allows("ada@EXAMPLE.com"));
        assert!(!allows("ada@sub.example.com"));
        assert!(!allows("ada@notexample.com"));
        assert!(!allows("ada@b.org"));
        assert!(Policy::default().allows(&EmailAddress::parse("ada@b.org").unwrap()));
    }
}
