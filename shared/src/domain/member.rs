//! Memberships: a user's record in a group.

use serde::{Deserialize, Serialize};

use super::Invalid;
use super::author::Author;
use super::clock::Timestamp;
use super::counters::Version;
use super::ids::{GroupId, InviteId, UserId};
use super::privilege::Privileges;
use super::role::Roles;

/// A user's membership in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The group.
    pub group: GroupId,
    /// The user.
    pub user: UserId,
    /// The member's roles.
    pub roles: Roles,
    /// The member's privileges beyond those of the roles.
    pub privileges: Privileges,
    /// The name to show.
    pub name: Option<String>,
    /// When the member joined.
    pub joined_at: Timestamp,
    /// The invite that the member accepted. `None` if the member joined without one.
    pub invite: Option<InviteId>,
    /// The invitee keys of everything that the member proved when joining. Removing the member also
    /// revokes the pending invites to these keys.
    pub came_as: Vec<String>,
    /// When the membership ends. `None` if it does not end.
    pub expires_at: Option<Timestamp>,
    /// The owner or app that added the member. `None` for a person who joined.
    pub added_by: Option<Author>,
    /// The number of writes to the membership.
    pub version: Version,
}

impl Member {
    /// Returns whether the membership has not ended at `now`. It ends in the second of `expires_at`.
    /// A membership that has ended is none in any read.
    pub fn is_current(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }

    /// Returns the membership after a write of these roles and privileges. That of an owner does not
    /// end.
    #[must_use]
    pub fn changed_to(&self, roles: &Roles, privileges: &Privileges) -> Self {
        Self {
            expires_at: self.expires_at.filter(|_| !roles.is_owner()),
            roles: roles.clone(),
            privileges: privileges.clone(),
            version: self.version.next(),
            ..self.clone()
        }
    }

    /// Returns whether this membership has a rank or a privilege that `other` lacks.
    pub fn exceeds(&self, other: &Self) -> bool {
        self.roles.rank() > other.roles.rank() || !other.privileges.include(&self.privileges)
    }
}

/// The number of seconds for which a new membership lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MembershipPeriod(i64);

impl MembershipPeriod {
    /// The shortest period in seconds: an hour.
    pub const SHORTEST: i64 = 3_600;
    /// The longest period in seconds: five years of 365 days.
    pub const LONGEST: i64 = 157_680_000;

    /// Returns the period of this many seconds.
    ///
    /// # Errors
    /// `invalid_membership_period` if it is out of range.
    pub fn parse(seconds: i64) -> Result<Self, Invalid> {
        if (Self::SHORTEST..=Self::LONGEST).contains(&seconds) {
            return Ok(Self(seconds));
        }
        Err(Invalid::new("invalid_membership_period", "Give 3600 to 157680000 seconds."))
    }

    /// Returns when a membership with these roles ends if it begins at `now`. `None` for an owner,
    /// whose membership does not end.
    pub fn end(self, roles: &Roles, now: Timestamp) -> Option<Timestamp> {
        (!roles.is_owner()).then(|| now.plus(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(expires_at: Option<i64>) -> Member {
        Member {
            group: GroupId::parse("3773").unwrap(),
            user: UserId::parse("1").unwrap(),
            roles: Roles::default(),
            privileges: Privileges::default(),
            name: None,
            joined_at: Timestamp::from_seconds(0),
            invite: None,
            came_as: vec![],
            expires_at: expires_at.map(Timestamp::from_seconds),
            added_by: None,
            version: Version::FIRST,
        }
    }

    #[test]
    fn a_membership_ends_in_the_second_that_it_names() {
        let at = Timestamp::from_seconds;
        assert!(member(Some(100)).is_current(at(99)) && !member(Some(100)).is_current(at(100)));
        assert!(member(None).is_current(at(i64::MAX)));
    }

    #[test]
    fn an_owner_s_membership_does_not_end() {
        let (period, now) = (MembershipPeriod::parse(3_600).unwrap(), Timestamp::from_seconds(100));
        assert_eq!(period.end(&Roles::default(), now), Some(now.plus(3_600)));
        assert_eq!(period.end(&Roles::owner(), now), None);
        let privileges = Privileges::default();
        let promoted = member(Some(100)).changed_to(&Roles::owner(), &privileges);
        assert_eq!(promoted.expires_at, None);
        let changed = member(Some(100)).changed_to(&Roles::default(), &privileges);
        assert_eq!(changed.expires_at, Some(Timestamp::from_seconds(100)));
    }

    #[test]
    fn a_period_is_an_hour_to_five_years() {
        for (seconds, fits) in
            [(3_599, false), (3_600, true), (157_680_000, true), (157_680_001, false), (-1, false)]
        {
            assert_eq!(MembershipPeriod::parse(seconds).is_ok(), fits, "{seconds}");
        }
    }
}
