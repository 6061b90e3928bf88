//! The acts that one request can do to many invites.

use super::Invite;
use crate::domain::clock::Timestamp;

/// An act on many invites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BulkAct {
    /// Revoking them.
    Revoke,
    /// Resending them.
    Resend,
}

impl BulkAct {
    /// Returns whether the invite itself allows the act at `now`. The group and the caller's right
    /// may still forbid it.
    pub fn is_possible(self, invite: &Invite, now: Timestamp) -> bool {
        match self {
            Self::Revoke => invite.awaits_invitee(now),
            Self::Resend => invite.is_resendable(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::email::EmailAddress;
    use crate::domain::ids::UserId;
    use crate::domain::invite::RevokeReason;
    use crate::domain::invite::tests::pending;
    use crate::domain::invitee::{Invitee, Link};

    /// A pending invite that was made at 1000 and expires at 2000.
    fn invite() -> Invite {
        pending(Invitee::Email(EmailAddress::parse("ada@example.com").unwrap()), Some(2_000))
    }

    /// Returns whether the invite can be revoked, and whether it can be resent.
    fn possible(invite: &Invite, now: i64) -> (bool, bool) {
        let now = Timestamp::from_seconds(now);
        (BulkAct::Revoke.is_possible(invite, now), BulkAct::Resend.is_possible(invite, now))
    }

    #[test]
    fn an_invite_can_be_revoked_until_its_end_and_resent_after_the_cool_down() {
        assert_eq!(possible(&invite(), 1_059), (true, false));
        assert_eq!(possible(&invite(), 1_060), (true, true));
        assert_eq!(possible(&invite(), 1_999), (true, true));
        assert_eq!(possible(&invite(), 2_000), (false, true));
        assert_eq!(possible(&Invite { resends: 10, ..invite() }, 1_500), (true, false));
    }

    #[test]
    fn a_final_state_allows_no_act_and_a_decline_without_a_sign_in_both() {
        let at = Timestamp::from_seconds(1_500);
        let user = UserId::parse("29845").unwrap();
        let scanned = invite().decline(None, None, at).unwrap().invite;
        assert_eq!(possible(&scanned, 1_600), (true, true));
        assert_eq!(possible(&scanned, 2_000), (false, true));
        let link = |uses| Link {
            key: "0".repeat(32),
            max_uses: Some(1),
            uses,
            allowed_domains: vec![],
            paused: false,
        };
        let used_up = pending(Invitee::Link(link(1)), None);
        let revoked = invite().revoke(RevokeReason::RevokedByMember, Some(&user), at).unwrap();
        for ended in [
            invite().decline(Some(&user), None, at).unwrap().invite,
            invite().accept(&user, at).unwrap().invite,
            revoked.invite,
            used_up,
        ] {
            assert_eq!(possible(&ended, 1_600), (false, false), "{ended:?}");
        }
        assert_eq!(possible(&pending(Invitee::Link(link(0)), None), 1_600), (true, true));
    }
}
