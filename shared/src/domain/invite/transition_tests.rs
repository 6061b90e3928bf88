//! Tests of every change of an invite.

use proptest::prelude::*;

use super::super::tests::pending;
use super::super::{DeliveryState, Granter, Invite, Renewal, Revision, State};
use super::*;
use crate::domain::counters::RequestId;
use crate::domain::email::EmailAddress;
use crate::domain::invitee::{Invitee, Link};
use crate::domain::role::Rank;
use crate::domain::rule::InviteRule;

const END: i64 = 2_000;

fn user() -> UserId {
    UserId::parse("29845").unwrap()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn invited() -> Invite {
    pending(Invitee::Email(EmailAddress::parse("ada@example.com").unwrap()), Some(END))
}

fn link(uses: u32) -> Invite {
    let key = "0".repeat(32);
    let link = Link { key, max_uses: Some(2), uses, allowed_domains: vec![], paused: false };
    pending(Invitee::Link(link), None)
}

fn granter(at: Timestamp) -> Granter {
    Granter { id: UserId::parse("7").unwrap(), rank: Rank::Admin, at, until: None }
}

fn revision(invite: &Invite, now: Timestamp) -> Revision {
    let by = Author::User(user());
    Revision { terms: invite.terms.clone(), granted_by: granter(now), paused: false, by }
}

fn renewal(expires_at: Option<Timestamp>, now: Timestamp) -> Renewal {
    let request = RequestId::from_entropy([1; 16]);
    Renewal { request, granted_by: granter(now), rule: InviteRule::Admins, expires_at }
}

/// A change that a person or time makes to an invite.
#[derive(Clone, Copy, Debug)]
enum Act {
    Accept,
    AcceptAsInvitee,
    DeclineWithoutSignIn,
    DeclineWithReason,
    Revoke,
    Expire,
    Exhaust,
    Update,
    Renew,
}

const ACTS: [Act; 9] = [
    Act::Accept,
    Act::AcceptAsInvitee,
    Act::DeclineWithoutSignIn,
    Act::DeclineWithReason,
    Act::Revoke,
    Act::Expire,
    Act::Exhaust,
    Act::Update,
    Act::Renew,
];

fn act(act: Act, invite: &Invite, now: Timestamp) -> Result<Transition, State> {
    let reason = Message::parse("Not now.").unwrap();
    match act {
        Act::Accept => invite.accept(&user(), now),
        Act::AcceptAsInvitee => invite.accept_as_invitee(&user(), now),
        Act::DeclineWithoutSignIn => invite.decline(None, None, now),
        Act::DeclineWithReason => invite.decline(Some(&user()), Some(&reason), now),
        Act::Revoke => invite.revoke(RevokeReason::RevokedByMember, Some(&user()), now),
        Act::Expire => invite.expire(now),
        Act::Exhaust => invite.exhaust(now),
        Act::Update => invite.update(&revision(invite, now), now),
        Act::Renew => invite.renew(&renewal(Some(now.plus(600)), now), now),
    }
}

#[test]
fn a_resolution_has_its_cause_time_and_user() {
    let reason = Message::parse("Not now.").unwrap();
    let declined = invited().decline(Some(&user()), Some(&reason), at(1_500)).unwrap();
    assert_eq!((declined.from, declined.to()), (State::Pending, State::Declined));
    let resolution = declined.resolution().unwrap();
    assert_eq!((resolution.at, resolution.by.as_ref()), (at(1_500), Some(&user())));
    assert_eq!(resolution.decline_reason(), Some(&reason));
    assert_eq!(declined.invite.updated_at, at(1_500));
    let accepted = invited().accept(&user(), at(1_500)).unwrap().invite;
    assert_eq!(accepted.accepted_by(), Some(&user()));
}

#[test]
fn the_invitee_takes_back_a_decline_without_a_sign_in_until_the_end() {
    let reason = Message::parse("A scanner wrote this.").unwrap();
    let declined = invited().decline(None, Some(&reason), at(1_500)).unwrap().invite;
    assert!(declined.was_declined_without_sign_in() && declined.awaits_invitee(at(END - 1)));
    assert_eq!(declined.accept(&user(), at(1_600)), Err(State::Declined));
    let accepted = declined.accept_as_invitee(&user(), at(END - 1)).unwrap();
    assert_eq!((accepted.from, accepted.to()), (State::Declined, State::Accepted));
    assert_eq!(accepted.invite.accepted_by(), Some(&user()));
    assert_eq!(accepted.resolution().unwrap().decline_reason(), None);
    assert_eq!(accepted.invite.generation, declined.generation);
    assert_eq!(declined.accept_as_invitee(&user(), at(END)), Err(State::Declined));
    assert!(!declined.awaits_invitee(at(END)));
}

#[test]
fn a_decline_with_a_sign_in_is_final_and_keeps_an_earlier_reason() {
    let reason = Message::parse("No time.").unwrap();
    let open = invited().decline(None, Some(&reason), at(1_500)).unwrap().invite;
    let last = open.decline(Some(&user()), None, at(1_600)).unwrap().invite;
    assert_eq!(last.resolution.as_ref().unwrap().decline_reason(), Some(&reason));
    assert_eq!(last.accept_as_invitee(&user(), at(1_700)), Err(State::Declined));
    assert_eq!(last.decline(Some(&user()), None, at(1_700)), Err(State::Declined));
    assert_eq!(open.decline(None, None, at(1_700)), Err(State::Declined));
    let revoked = open.revoke(RevokeReason::RevokedByMember, Some(&user()), at(1_700)).unwrap();
    assert_eq!((revoked.from, revoked.to()), (State::Declined, State::Revoked));
}

#[test]
fn a_change_of_the_terms_and_a_renewal_name_a_new_granter() {
    let updated = invited().update(&revision(&invited(), at(1_500)), at(1_500)).unwrap();
    let renewed = invited().renew(&renewal(None, at(1_500)), at(1_500)).unwrap();
    for invite in [updated.invite, renewed.invite.clone()] {
        assert_eq!(invite.granted_by, granter(at(1_500)));
        assert_eq!(invite.created_by, invited().created_by);
    }
    assert_eq!(renewed.invite.terms.rule, InviteRule::Admins);
}

#[test]
fn an_expiry_is_stored_only_after_its_time() {
    assert_eq!(invited().expire(at(END - 1)), Err(State::Pending));
    assert_eq!(invited().accept(&user(), at(END)), Err(State::Expired));
    let expired = invited().expire(at(END)).unwrap().invite;
    assert_eq!(expired.stored_state(), State::Expired);
    assert_eq!(expired.expire(at(END)), Err(State::Expired));
    let late = invited().expire(at(END + 90)).unwrap().invite;
    assert_eq!((late.resolved_at(at(END + 90)), late.updated_at), (Some(at(END)), at(END + 90)));
    assert_eq!(invited().resolved_at(at(END - 1)), None);
    assert_eq!(invited().resolved_at(at(END)), Some(at(END)));
}

#[test]
fn a_link_is_exhausted_only_after_its_last_use() {
    assert_eq!(link(1).exhaust(at(1_500)), Err(State::Pending));
    assert_eq!(link(2).exhaust(at(1_500)).unwrap().to(), State::Exhausted);
}

#[test]
fn renewing_never_shortens_an_invite() {
    let renew = |end| invited().renew(&renewal(end, at(1_500)), at(1_500)).unwrap().invite;
    assert_eq!(renew(Some(at(END + 1))).terms.expires_at, Some(at(END + 1)));
    assert_eq!(renew(Some(at(END - 1))).terms.expires_at, Some(at(END)));
    assert_eq!(renew(None).terms.expires_at, None);
    assert_eq!(renew(None).request, RequestId::from_entropy([1; 16]));
}

#[test]
fn a_change_with_a_mail_requests_one_more_mail() {
    let reminded = invited().renew(&renewal(None, at(1_500)), at(1_500)).unwrap();
    let delivery = reminded.mailed(Mailing::default()).invite.delivery;
    assert_eq!((delivery.state, delivery.requested), (DeliveryState::Queued, 1));
    assert_eq!((delivery.updated_at, delivery.reminders), (Some(at(1_500)), 0));
}

#[test]
fn a_write_by_a_request_that_began_earlier_does_not_turn_the_time_back() {
    let invite = Invite { updated_at: at(1_100), ..invited() };
    let revoked = invite.revoke(RevokeReason::RevokedByApp, None, at(1_090)).unwrap().invite;
    assert_eq!(revoked.updated_at, at(1_100));
}

proptest! {
    /// An invite ends at most once, but that a decline without a sign-in can be taken back until
    /// the invite's time has passed. Each change counts one version, and the resolution fits
    /// the state.
    #[test]
    fn an_invite_ends_at_most_once(
        steps in proptest::collection::vec((0usize..ACTS.len(), 0i64..400), 0..12),
        counted in proptest::option::of(0u32..3),
    ) {
        let mut invite = counted.map_or_else(invited, link);
        let mut now = at(1_000);
        for (index, seconds) in steps {
            now = now.plus(seconds);
            let before = invite.clone();
            match act(ACTS[index], &invite, now) {
                Ok(transition) => {
                    let open = before.was_declined_without_sign_in();
                    prop_assert!(before.stored_state() == State::Pending || open);
                    prop_assert_eq!(transition.from, before.stored_state());
                    if open {
                        prop_assert!(before.awaits_invitee(now));
                        prop_assert!(transition.resolution().is_some_and(|end| end.by.is_some()));
                    }
                    prop_assert_eq!(transition.invite.version, before.version.next());
                    prop_assert_eq!(transition.invite.generation, before.generation);
                    prop_assert_eq!(&transition.invite.created_by, &before.created_by);
                    invite = transition.invite;
                }
                Err(state) => {
                    prop_assert_eq!(state, before.state(now));
                }
            }
            let final_decline = invite.stored_state() == State::Declined
                && !invite.was_declined_without_sign_in();
            prop_assert!(!(final_decline && invite.awaits_invitee(now)));
            let resolved = invite.resolution.is_some();
            prop_assert_eq!(resolved, invite.stored_state().is_final());
            let reason = invite.resolution.as_ref().and_then(|end| end.decline_reason());
            prop_assert!(reason.is_none() || invite.stored_state() == State::Declined);
            let reason = invite.resolution.as_ref().and_then(|end| end.revoke_reason());
            prop_assert_eq!(reason.is_some(), invite.stored_state() == State::Revoked);
        }
    }
}
