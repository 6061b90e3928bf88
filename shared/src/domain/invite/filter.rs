//! The filter of a list of invites.

use super::{DeliveryState, Invite, State};
use crate::domain::clock::Timestamp;
use crate::domain::email::EmailAddress;
use crate::domain::identity::Identity;
use crate::domain::ids::UserId;
use crate::domain::invitee::InviteeKind;
use crate::domain::role::RoleName;

/// The invites that a list selects: those that have one of the values of each field. An empty field
/// selects every invite.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InviteFilter {
    /// The states.
    pub states: Vec<State>,
    /// The kinds of invitees.
    pub kinds: Vec<InviteeKind>,
    /// The address that the invitee was invited by.
    pub email: Option<EmailAddress>,
    /// A role that the invite grants.
    pub role: Option<RoleName>,
    /// The inviter.
    pub created_by: Option<UserId>,
    /// The states of the last mail.
    pub delivery: Vec<DeliveryState>,
    /// The earliest creation.
    pub created_after: Option<Timestamp>,
    /// The first instant after the latest creation.
    pub created_before: Option<Timestamp>,
}

impl InviteFilter {
    /// Selects the invites in one of these states.
    pub fn of_states(states: Vec<State>) -> Self {
        Self { states, ..Self::default() }
    }

    /// Returns whether the filter selects the invite at `now`.
    pub fn selects(&self, invite: &Invite, now: Timestamp) -> bool {
        let Self { states, kinds, email, role, created_by, delivery, .. } = self;
        is_one_of(states, &invite.state(now))
            && is_one_of(kinds, &invite.invitee.kind())
            && is_one_of(delivery, &invite.delivery_state(now).0)
            && email.as_ref().is_none_or(|email| is_for(invite, email))
            && role.as_ref().is_none_or(|role| invite.terms.roles.has(role))
            && created_by.as_ref().is_none_or(|user| *user == invite.created_by.id)
            && self.created_after.is_none_or(|from| invite.created_at >= from)
            && self.created_before.is_none_or(|to| invite.created_at < to)
    }

    /// Returns whether keys of an index alone tell which invites the filter selects. Otherwise a
    /// list must read invites that it leaves out.
    pub fn is_by_key(&self) -> bool {
        let Self { kinds, email, role, created_by, delivery, .. } = self;
        kinds.is_empty()
            && delivery.is_empty()
            && email.is_none()
            && role.is_none()
            && created_by.is_none()
    }
}

fn is_one_of<T: PartialEq>(values: &[T], value: &T) -> bool {
    values.is_empty() || values.contains(value)
}

fn is_for(invite: &Invite, email: &EmailAddress) -> bool {
    invite.invitee.identity().is_some_and(|own| own.key() == Identity::Email(email.clone()).key())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::invite::tests::pending;
    use crate::domain::invitee::Invitee;

    fn address(text: &str) -> EmailAddress {
        EmailAddress::parse(text).unwrap()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    /// A pending invite to an address, by 29842, made at 1000 with the role `member`.
    fn invite() -> Invite {
        pending(Invitee::Email(address("Ada@Example.com")), Some(2_000))
    }

    fn selects(filter: &InviteFilter) -> bool {
        filter.selects(&invite(), at(1_500))
    }

    #[test]
    fn an_empty_filter_selects_every_invite() {
        assert!(selects(&InviteFilter::default()) && InviteFilter::default().is_by_key());
    }

    #[test]
    fn each_field_selects_by_its_values() {
        let none = InviteFilter::default;
        let role = |name: &str| InviteFilter { role: RoleName::parse(name).ok(), ..none() };
        let by = |user: &str| InviteFilter { created_by: UserId::parse(user).ok(), ..none() };
        let email = |text: &str| InviteFilter { email: Some(address(text)), ..none() };
        let kinds = |kinds: &[InviteeKind]| InviteFilter { kinds: kinds.to_vec(), ..none() };
        let mail = |state| InviteFilter { delivery: vec![state], ..none() };
        for (filter, selected) in [
            (role("member"), true),
            (role("admin"), false),
            (by("29842"), true),
            (by("29843"), false),
            (email("ada@example.com"), true),
            (email("bob@example.com"), false),
            (kinds(&[InviteeKind::Link, InviteeKind::Email]), true),
            (kinds(&[InviteeKind::Person]), false),
            (mail(DeliveryState::NotRequested), true),
            (mail(DeliveryState::Sent), false),
        ] {
            assert_eq!(selects(&filter), selected, "{filter:?}");
            assert!(!filter.is_by_key());
        }
    }

    #[test]
    fn an_invite_must_have_a_value_of_every_field() {
        let both = |role: &str| InviteFilter {
            kinds: vec![InviteeKind::Email],
            role: RoleName::parse(role).ok(),
            ..InviteFilter::default()
        };
        assert!(selects(&both("member")) && !selects(&both("admin")));
    }

    #[test]
    fn the_state_is_that_of_the_present() {
        let selected =
            |state, now| InviteFilter::of_states(vec![state]).selects(&invite(), at(now));
        assert!(selected(State::Pending, 1_999) && !selected(State::Pending, 2_000));
        assert!(selected(State::Expired, 2_000) && !selected(State::Expired, 1_999));
    }

    #[test]
    fn a_time_span_has_its_first_second_and_not_its_last() {
        let span = |from, to| InviteFilter {
            created_after: Some(at(from)),
            created_before: Some(at(to)),
            ..InviteFilter::default()
        };
        assert!(selects(&span(1_000, 1_001)) && span(1_000, 1_001).is_by_key());
        assert!(!selects(&span(999, 1_000)) && !selects(&span(1_001, 1_002)));
    }
}
