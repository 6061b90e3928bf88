//! A group's rules about inviting and joining.

use serde::{Deserialize, Serialize};

use crate::domain::email::{EmailAddress, parse_domain};
use crate::domain::invitee::Lifetime;
use crate::domain::language::LanguageTag;
use crate::domain::role::Rank;
use crate::domain::{Invalid, deserialize_trimmed, from_object};

/// The members who may invite to a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", remote = "Self")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum WhoMayInvite {
    /// Owners.
    Owners,
    /// Owners and admins.
    #[default]
    Admins,
    /// Every member.
    Members,
}

deserialize_trimmed!(WhoMayInvite, Reminders);

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
    /// The lifetime of an invite that is made without one. `None` for seven days.
    pub expires_in: Option<DefaultLifetime>,
    /// Whether invitees are reminded.
    pub reminders: Reminders,
    /// The language of mails about invites that are made without one. `None` for the deployment's.
    pub locale: Option<LanguageTag>,
}

/// Whether the invitees of a group are reminded of their invites.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", remote = "Self")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Reminders {
    /// The deployment's reminders go out.
    #[default]
    Default,
    /// No reminder goes out.
    None,
}

/// The lifetime of invites that are made without one, in seconds: 300 to 31,536,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct DefaultLifetime(i64);

impl DefaultLifetime {
    /// Creates the lifetime, or refuses a number out of range.
    pub fn new(seconds: i64) -> Result<Self, Invalid> {
        if (Lifetime::SHORTEST..=Lifetime::LONGEST).contains(&seconds) {
            Ok(Self(seconds))
        } else {
            Err(Invalid::new("invalid_lifetime", "Give 300 to 31536000 seconds."))
        }
    }

    /// Returns the number of seconds.
    pub fn seconds(self) -> i64 {
        self.0
    }
}

impl<'de> Deserialize<'de> for DefaultLifetime {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(i64::deserialize(deserializer)?).map_err(Invalid::into_serde)
    }
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
            expires_in: None,
            reminders: Reminders::default(),
            locale: None,
        }
    }
}

/// A change of a policy. Fields that are `None` keep their value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PolicyChange {
    /// The members who may invite.
    #[serde(deserialize_with = "given")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    who_may_invite: Option<WhoMayInvite>,
    /// The only mail domains that may be invited; empty for all.
    #[serde(deserialize_with = "given")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    allowed_domains: Option<Domains>,
    /// The mail domains that may not be invited.
    #[serde(deserialize_with = "given")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    blocked_domains: Option<Domains>,
    /// The most members the group may have; `null` for any number.
    #[serde(deserialize_with = "given")]
    max_members: Option<Option<u32>>,
    /// The most pending invites the group may have at once.
    #[serde(deserialize_with = "given")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    max_pending: Option<MaxPending>,
    /// Whether shareable links may be created and used.
    #[serde(deserialize_with = "given")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    links: Option<bool>,
    /// Whether inviting and joining are suspended.
    #[serde(deserialize_with = "given")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    frozen: Option<bool>,
    /// The seconds that an invite lasts without a lifetime of its own; `null` for seven days.
    #[serde(deserialize_with = "given")]
    expires_in: Option<Option<DefaultLifetime>>,
    /// Whether invitees are reminded.
    #[serde(deserialize_with = "given")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    reminders: Option<Reminders>,
    /// The language of invites without one of their own; `null` for none.
    #[serde(deserialize_with = "given")]
    locale: Option<Option<LanguageTag>>,
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
            expires_in: self.expires_in.unwrap_or(policy.expires_in),
            reminders: self.reminders.unwrap_or(policy.reminders),
            locale: self.locale.unwrap_or(policy.locale),
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
    /// Returns the lifetime of an invite that is made without one.
    pub fn lifetime(&self) -> Lifetime {
        self.expires_in.map_or(Lifetime::DEFAULT, |own| Lifetime::Seconds(own.seconds()))
    }

    /// Returns whether the policy allows inviting this address.
    pub fn allows(&self, address: &EmailAddress) -> bool {
        self.allows_domain(address.domain())
    }

    /// Returns whether the policy allows addresses of this domain.
    pub fn allows_domain(&self, domain: &str) -> bool {
        let Domains(allowed) = &self.allowed_domains;
        let Domains(blocked) = &self.blocked_domains;
        let among = |domains: &[String]| domains.iter().any(|other| other == domain);
        (allowed.is_empty() || among(allowed)) && !among(blocked)
    }

    /// Returns whether an account that proves this address may join.
    ///
    /// An account without an address joins only if the policy has no `allowed_domains`.
    pub fn admits(&self, address: Option<&EmailAddress>) -> bool {
        address.map_or(self.allowed_domains.0.is_empty(), |address| self.allows(address))
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

#[cfg(test)]
mod tests {
    use super::*;

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
