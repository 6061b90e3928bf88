//! The ids of events.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::clock::Timestamp;
use crate::domain::counters::Version;
use crate::domain::ids::{GroupId, InviteId, UserId};

/// The record that an event is about, within its group.
#[derive(Clone, Copy, Debug)]
pub(super) enum Subject<'a> {
    Invite(InviteId),
    Member(&'a UserId),
    Group,
}

/// The id of an event, unique in its group: 32 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventId(String);

impl EventId {
    /// Creates an id from random bytes, for an event that is written together with its act.
    pub fn from_entropy(entropy: [u8; 16]) -> Self {
        Self(hex(&entropy))
    }

    /// Returns the id of the event of one write of a record. The same write always gives the same
    /// id. `mark` tells writes apart whose version and time are the same.
    pub(super) fn of_write(
        group: &GroupId,
        subject: Subject<'_>,
        (version, at): (Version, Timestamp),
        mark: &str,
    ) -> Self {
        let (kind, id) = match subject {
            Subject::Invite(id) => ("invite", id.to_string()),
            Subject::Member(user) => ("member", user.to_string()),
            Subject::Group => ("group", String::new()),
        };
        let mut digest = Sha256::new();
        for part in [group.as_str(), kind, &id, mark] {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        digest.update(version.number().to_be_bytes());
        digest.update(at.seconds().to_be_bytes());
        Self(hex(&digest.finalize()[..16]))
    }

    /// Returns the id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_write_has_the_same_id_and_every_other_another() {
        let at = Timestamp::from_seconds;
        let (invite, user) = (InviteId::from_number(1).unwrap(), UserId::parse("1").unwrap());
        let invited = Subject::Invite(invite);
        let id = |of: &str, subject: Subject<'_>, version: u64, time, mark: &str| {
            EventId::of_write(
                &GroupId::parse(of).unwrap(),
                subject,
                (Version::from_number(version), at(time)),
                mark,
            )
        };
        let first = id("3773", invited, 1, 100, "");
        assert_eq!(first, id("3773", invited, 1, 100, ""));
        assert_eq!(first.as_str().len(), 32);
        let others = [
            id("3774", invited, 1, 100, ""),
            id("3773", Subject::Member(&user), 1, 100, ""),
            id("3773", Subject::Group, 1, 100, ""),
            id("3773", invited, 2, 100, ""),
            id("3773", invited, 1, 101, ""),
            id("3773", invited, 1, 100, "7"),
        ];
        for (place, other) in others.iter().enumerate() {
            assert!(*other != first && !others[..place].contains(other), "{place}");
        }
    }
}
