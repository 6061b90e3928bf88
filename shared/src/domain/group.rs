//! Groups and their policies.

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::counters::Version;
use super::email::{EmailAddress, parse_domain};
use super::ids::{GroupId, UserId};
use super::role::Rank;
use super::text::{Description, Metadata, Name};
use super::{Invalid, from_object};

/// The visibility of a group. The four visibility flags of the evanta API follow from it
/// (docs/contracts/evanta.md#group-types).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GroupType {
    /// Everyone can see the group and join it.
    Open,
    /// Everyone can see the group. Joining needs an invite.
    #[default]
    Private,
    /// Only members can see the group. Joining needs an invite.
    Secret,
}

/// The members who may invite to a group.
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
    /// Returns whether a member of this rank may invite.
    pub fn includes(self, rank: Rank) -> bool {
        rank >= match self {
            Self::Owners => Rank::Owner,
            Self::Admins => Rank::Admin,
            Self::Members => Rank::Member,
        }
    }
}

/// A group's rules about inviting and joining.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// The members who may invite.
    pub who_may_invite: WhoMayInvite,
    /// The mail domains that may be invited. An empty list allows every domain.
    pub allowed_domains: Domains,
    /// The mail domains that may not be invited.
    pub blocked_domains: Domains,
    /// The most members that the group may have, or `None` for no limit. Concurrent joins cannot
    /// exceed it.
    pub max_members: Option<u32>,
    /// The most invites that may be pending at once. The count lags by seconds, so concurrent
    /// creates can exceed it (ADR 0012).
    pub max_pending: MaxPending,
    /// Whether links may be created and used.
    pub links: bool,
    /// Whether inviting and joining are suspended.
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

/// A change of a policy. Fields that are `None` keep their value.
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
    /// Returns `policy` with this change applied.
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

/// Deserializes a field that is present. `null` is a value like any other, so only a `T` that
/// accepts it does.
pub fn given<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Deserializes an object that is present and refuses `null`.
pub fn given_object<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    from_object(deserializer).map(Some)
}

impl Policy {
    /// Returns whether the policy allows inviting this address.
    pub fn allows(&self, address: &EmailAddress) -> bool {
        let Domains(allowed) = &self.allowed_domains;
        let Domains(blocked) = &self.blocked_domains;
        let among = |domains: &[String]| domains.iter().any(|domain| domain == address.domain());
        (allowed.is_empty() || among(allowed)) && !among(blocked)
    }
}

/// The most pending invites of a group, from 0 to 10,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct MaxPending(u32);

impl MaxPending {
    /// Creates the cap, or refuses a number above 10,000.
    pub fn new(number: u32) -> Result<Self, Invalid> {
        if number <= 10_000 {
            Ok(Self(number))
        } else {
            Err(Invalid::new("invalid_max_pending", "Give 0 to 10000."))
        }
    }

    /// Returns the number.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl Default for MaxPending {
    /// Returns 500 (docs/contracts/native.md#limits).
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
    /// Parses at most 100 domains.
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
    /// The group's id.
    pub id: GroupId,
    /// The group's name.
    pub name: Name,
    /// The group's purpose.
    pub description: Option<Description>,
    /// The group's visibility.
    pub kind: GroupType,
    /// The user who created the group. `None` if an app created it for others.
    pub owner: Option<UserId>,
    /// The number of members who are owners. It is 0 only while the group has no members.
    pub owner_count: u32,
    /// The group's rules about inviting and joining.
    pub policy: Policy,
    /// Free data of the API's client.
    pub metadata: Metadata,
    /// When the group was created.
    pub created_at: Timestamp,
    /// When the group last changed.
    pub updated_at: Timestamp,
    /// The number of writes to the group's own fields. The `ETag` shows it.
    pub version: Version,
    /// When a member was last removed or had their roles changed. No member has lost a right since
    /// then (ADR 0007).
    pub authority_changed_at: Option<Timestamp>,
    /// The number of members. `None` until a policy with `max_members` starts the count.
    pub seats_taken: Option<u32>,
}

impl Group {
    /// Returns the application, the group of the invites that lead to no group. Its id is
    /// [`GroupId::application`]. It is never stored and has no owner. `name` is the deployment's name.
    pub fn application(name: Name) -> Self {
        let at = Timestamp::from_seconds(0);
        Self {
            id: GroupId::application(),
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

    /// Returns whether this is the application.
    pub fn is_application(&self) -> bool {
        self.id == GroupId::application()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Returns a private group that user 1 created at the epoch.
    pub(crate) fn group() -> Group {
        let (id, owner) = (GroupId::parse("3773").unwrap(), UserId::parse("1").unwrap());
        let name = Name::parse("Private Group").unwrap();
        Group {
            id,
            kind: GroupType::Private,
            owner: Some(owner),
            owner_count: 1,
            ..Group::application(name)
        }
    }

    #[test]
    fn the_policy_names_the_ranks_that_may_invite() {
        assert!(WhoMayInvite::Members.includes(Rank::Member));
        assert!(!WhoMayInvite::Admins.includes(Rank::Editor));
        assert!(WhoMayInvite::Admins.includes(Rank::Admin));
        assert!(!WhoMayInvite::Owners.includes(Rank::Admin));
        assert!(WhoMayInvite::Owners.includes(Rank::Owner));
    }

    #[test]
    fn domains_match_exactly_and_a_block_wins() {
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
