//! How long the personal data of ended invites are kept, and what is left after that (ADR 0041).

use super::{End, Invite, Resolution, Transition};
use crate::domain::clock::Timestamp;
use crate::domain::email::EmailAddress;
use crate::domain::identity::PhoneNumber;
use crate::domain::invitee::{Invitee, Person};
use crate::domain::mailing::{Mailing, Sender};
use crate::domain::text::{ApiData, Metadata};

/// The ends of invites whose data are kept for different times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Retained {
    /// The invite was accepted.
    Accepted,
    /// The invite ended in another way.
    Unaccepted,
}

impl Retained {
    /// Every kind of end.
    pub const ALL: [Self; 2] = [Self::Accepted, Self::Unaccepted];
}

/// How long the personal data of ended invites are kept, in days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Those of accepted invites.
    pub accepted: u32,
    /// Those of all others.
    pub unaccepted: u32,
}

impl Retention {
    /// Returns the last time of an end whose data are no longer kept at `now`.
    pub fn until(self, end: Retained, now: Timestamp) -> Timestamp {
        let days = match end {
            Retained::Accepted => self.accepted,
            Retained::Unaccepted => self.unaccepted,
        };
        now.plus(-i64::from(days) * 86_400)
    }
}

impl Invite {
    /// Returns how the invite ended, and since when nobody can accept it. `None` if somebody can, and
    /// if its personal data are removed.
    pub fn retained_since(&self) -> Option<(Retained, Timestamp)> {
        let resolution = self.resolution.as_ref().filter(|_| self.anonymized_at.is_none())?;
        let end = match resolution.end {
            End::Accepted => Retained::Accepted,
            End::Declined { .. } | End::Revoked { .. } | End::Expired | End::Exhausted => {
                Retained::Unaccepted
            }
        };
        // The invitee can take a decline without a sign-in back until the expiry.
        let last = self.terms.expires_at.filter(|_| resolution.is_decline_without_sign_in());
        Some((end, last.map_or(resolution.at, |last| last.max(resolution.at))))
    }

    /// Removes the personal data of an invite that has ended: addresses, numbers, names, texts and the
    /// data of its inviter. Its state, times and ids stay, and so does the log of its events. `None` if
    /// the invitee can still accept, and if the data are removed already.
    ///
    /// The invite cannot be resent any more. Inviting the same person again uses its id.
    pub fn anonymize(&self, now: Timestamp) -> Option<Transition> {
        self.retained_since().filter(|_| !self.awaits_invitee(now))?;
        let mut anonymous = Self {
            invitee: self.anonymous_invitee(),
            anonymized_at: Some(now),
            resolution: self.resolution.as_ref().map(Resolution::without_personal_data),
            ..self.clone()
        };
        let Self { terms, mailing, delivery, created_by, .. } = &mut anonymous;
        terms.message = None;
        terms.metadata = Metadata::default();
        terms.api_data = ApiData::default();
        terms.redirect_url = None;
        let nameless = |sender: Sender| Sender { name: None, ..sender };
        *mailing = Mailing { sender: mailing.sender.take().map(nameless), ..mailing.clone() };
        delivery.message_id = None;
        created_by.name = None;
        Some(self.changed(anonymous, now))
    }

    /// Returns the invitee without an address, a number or a name. Ids of users, accounts and links
    /// stay. The address is one that cannot exist, so nobody can prove it.
    fn anonymous_invitee(&self) -> Invitee {
        let address = || EmailAddress::anonymous(self.id);
        match &self.invitee {
            Invitee::Email(_) => Invitee::Email(address()),
            Invitee::Person(person) => Invitee::Person(Person {
                email: address(),
                first_name: None,
                last_name: None,
                pending_user: person.pending_user.clone(),
            }),
            Invitee::Phone(_) => Invitee::Phone(PhoneNumber::anonymous()),
            other @ (Invitee::User(_) | Invitee::Account(_) | Invitee::Link(_)) => other.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::pending;
    use super::super::{NotResent, Resending, RevokeReason, State, TokenChoice};
    use super::*;
    use crate::domain::counters::RequestId;
    use crate::domain::ids::UserId;
    use crate::domain::rule::InviteRule;
    use crate::domain::text::{Message, Name};

    const END: i64 = 2_000;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn invite() -> Invite {
        let person = Person {
            email: EmailAddress::parse("ada@example.com").unwrap(),
            first_name: Name::parse("Ada").ok(),
            last_name: Name::parse("Lovelace").ok(),
            pending_user: None,
        };
        let mut invite = pending(Invitee::Person(person), Some(END));
        invite.terms.message = Message::parse("Dear Ada").ok();
        invite.terms.metadata =
            serde_json::from_value(serde_json::json!({"of": "Lovelace"})).unwrap();
        invite.created_by.name = Some("Grace Hopper".into());
        invite.mailing.sender =
            Some(Sender { id: invite.created_by.id.clone(), name: Some("Grace Hopper".into()) });
        invite
    }

    #[test]
    fn an_anonymous_invite_has_its_state_times_and_ids_and_no_personal_data() {
        let ada = UserId::parse("ada").unwrap();
        let accepted = invite().accept(&ada, at(1_500)).unwrap().named(Some("Ada Lovelace")).invite;
        let anonymous = accepted.anonymize(at(9_000)).unwrap().invite;
        let text = format!("{anonymous:?}");
        for personal in ["ada@", "Lovelace", "Dear", "Grace"] {
            assert!(!text.contains(personal), "{personal} in {text}");
        }
        assert_eq!((anonymous.id, anonymous.stored_state()), (accepted.id, State::Accepted));
        assert_eq!(anonymous.accepted_by(), Some(&ada));
        assert_eq!(anonymous.resolved_at(at(9_000)), Some(at(1_500)));
        assert_eq!(anonymous.version, accepted.version.next());
        assert_eq!(anonymous.invitee.kind(), accepted.invitee.kind());
        // A second time there is nothing to do.
        assert_eq!((anonymous.retained_since(), anonymous.anonymize(at(9_001))), (None, None));
    }

    #[test]
    fn every_end_is_retained_since_nobody_can_accept() {
        let ada = UserId::parse("ada").unwrap();
        let invite = invite();
        let unaccepted = |at| Some((Retained::Unaccepted, at));
        let declined = |by| invite.decline(by, None, at(1_500)).unwrap().invite;
        for (ended, since) in [
            (invite.accept(&ada, at(1_500)).unwrap().invite, Some((Retained::Accepted, at(1_500)))),
            (declined(Some(&ada)), unaccepted(at(1_500))),
            (declined(None), unaccepted(at(END))),
            (
                invite.revoke(RevokeReason::RevokedByMember, None, at(1_500)).unwrap().invite,
                unaccepted(at(1_500)),
            ),
            (invite.expire(at(2_500)).unwrap().invite, unaccepted(at(END))),
            (invite.clone(), None),
        ] {
            assert_eq!(ended.retained_since(), since, "{:?}", ended.resolution);
        }
        assert_eq!(declined(None).anonymize(at(END - 1)), None, "Ada can still accept");
        assert!(declined(None).anonymize(at(END)).is_some());
        assert_eq!(invite.anonymize(at(END)), None, "the end is not stored yet");
    }

    #[test]
    fn nobody_resends_an_anonymous_invite_or_asks_for_a_new_one() {
        let expired = invite().expire(at(END)).unwrap().invite;
        let resending = Resending {
            granted_by: expired.granted_by.clone(),
            rule: InviteRule::Policy,
            token: TokenChoice::Rotate,
            request: RequestId::from_entropy([2; 16]),
        };
        assert!(expired.resend(&resending, at(9_000)).is_ok());
        assert!(expired.request_renewal(at(9_000)).is_ok());
        let anonymous = expired.anonymize(at(9_000)).unwrap().invite;
        assert_eq!(anonymous.resend(&resending, at(9_000)), Err(NotResent::Ended(State::Expired)));
        assert_eq!(anonymous.request_renewal(at(9_000)), Err(State::Expired));
    }

    #[test]
    fn data_are_kept_for_some_days_by_the_kind_of_the_end() {
        let retention = Retention { accepted: 3, unaccepted: 1 };
        let now = at(10 * 86_400);
        assert_eq!(retention.until(Retained::Accepted, now), at(7 * 86_400));
        assert_eq!(retention.until(Retained::Unaccepted, now), at(9 * 86_400));
    }
}
