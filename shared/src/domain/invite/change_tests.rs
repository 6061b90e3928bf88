use proptest::prelude::*;

use super::super::tests::pending;
use super::super::{Delivery, DeliveryState, End, Resolution, RevokeReason, Timed};
use super::*;
use crate::domain::email::EmailAddress;
use crate::domain::ids::UserId;
use crate::domain::role::Rank;

/// When the invite was created.
const MADE: i64 = 1_000;
const END: i64 = 2_000;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn user() -> UserId {
    UserId::parse("29845").unwrap()
}

fn invited() -> Invite {
    pending(Invitee::Email(EmailAddress::parse("ada@example.com").unwrap()), Some(END))
}

fn link(uses: u32, end: Option<i64>) -> Invite {
    let (key, max_uses) = ("0".repeat(32), Some(2));
    pending(
        Invitee::Link(Link { key, max_uses, uses, allowed_domains: vec![], paused: false }),
        end,
    )
}

fn resending(token: TokenChoice, now: Timestamp) -> Resending {
    let granted_by =
        Granter { id: UserId::parse("7").unwrap(), rank: Rank::Admin, at: now, until: None };
    let request = RequestId::from_entropy([2; 16]);
    Resending { granted_by, rule: InviteRule::Admins, token, request }
}

fn resend(invite: &Invite, token: TokenChoice, now: i64) -> Result<Invite, NotResent> {
    invite.resend(&resending(token, at(now)), at(now)).map(|resent| resent.invite)
}

#[test]
fn a_resend_names_a_new_granter_and_starts_the_lifetime_again() {
    let resent = resend(&invited(), TokenChoice::Rotate, 1_500).unwrap();
    assert_eq!(resent.granted_by, resending(TokenChoice::Rotate, at(1_500)).granted_by);
    assert_eq!(resent.created_by, invited().created_by);
    assert_eq!(resent.created_at, invited().created_at);
    assert_eq!(resent.terms.rule, InviteRule::Admins);
    assert_eq!(resent.terms.expires_at, Some(at(1_500 + END - MADE)));
    assert_eq!(resent.generation, invited().generation.next());
    let kept = resend(&invited(), TokenChoice::Keep, 1_500).unwrap();
    assert_eq!(kept.generation, invited().generation);
    assert_eq!(resend(&link(0, None), TokenChoice::Keep, 1_500).unwrap().terms.expires_at, None);
}

#[test]
fn a_new_token_leaves_no_mail_due_that_has_the_old_one() {
    let mut invite = invited();
    invite.delivery = invite.delivery.requested_again(at(MADE));
    let kept = resend(&invite, TokenChoice::Keep, 1_500).unwrap();
    assert_eq!(kept.delivery, invite.delivery);
    let rotated = resend(&invite, TokenChoice::Rotate, 1_500).unwrap().delivery;
    assert_eq!(
        (rotated.state, rotated.reason.as_deref(), rotated.requested, rotated.attempts),
        (DeliveryState::Suppressed, Some("link_replaced"), 1, 0)
    );
    let sent = invite.delivery.moved_to(DeliveryState::Sent, None, at(MADE));
    invite.delivery = sent.clone();
    // No reminder brings the new link either.
    let rotated = resend(&invite, TokenChoice::Rotate, 1_500).unwrap().delivery;
    assert_eq!(rotated, Delivery { timed: Timed::NONE, ..sent });
}

#[test]
fn a_resend_revives_what_expired_or_was_declined_without_a_sign_in() {
    let mut asked = invited().request_renewal(at(END)).unwrap().unwrap().invite;
    assert_eq!(asked.renewal_requested_at, Some(at(END)));
    let revived = resend(&asked, TokenChoice::Keep, END + 1).unwrap();
    assert!(revived.is_pending(at(END + 1)) && revived.renewal_requested_at.is_none());
    asked = asked.expire(at(END)).unwrap().invite;
    assert!(resend(&asked, TokenChoice::Keep, END + 1).unwrap().is_pending(at(END + 1)));
    let declined = invited().decline(None, None, at(1_100)).unwrap().invite;
    let revived = resend(&declined, TokenChoice::Rotate, 1_200).unwrap();
    assert!(revived.is_pending(at(1_200)) && revived.resolution.is_none());
}

#[test]
fn a_final_state_is_not_resent() {
    let ended = |transition: Result<Transition, State>| transition.unwrap().invite;
    let reason = RevokeReason::RevokedByMember;
    for (invite, state) in [
        (ended(invited().accept(&user(), at(1_100))), State::Accepted),
        (ended(invited().decline(Some(&user()), None, at(1_100))), State::Declined),
        (ended(invited().revoke(reason, Some(&user()), at(1_100))), State::Revoked),
        (link(2, None), State::Exhausted),
        (link(2, Some(END)), State::Exhausted),
    ] {
        let refused = resend(&invite, TokenChoice::Rotate, END + 500);
        assert_eq!(refused, Err(NotResent::Ended(state)), "{invite:?}");
    }
}

#[test]
fn the_cool_down_counts_from_the_last_request_and_ends_at_its_second() {
    let (keep, made) = (TokenChoice::Keep, MADE);
    assert_eq!(resend(&invited(), keep, made), Err(NotResent::TooSoon(60)));
    assert_eq!(resend(&invited(), keep, made + 59), Err(NotResent::TooSoon(1)));
    let resent = resend(&invited(), keep, made + 60).unwrap();
    assert_eq!(resend(&resent, keep, made + 119), Err(NotResent::TooSoon(1)));
    assert!(resend(&resent, keep, made + 120).is_ok());
}

#[test]
fn an_invite_is_resent_at_most_ten_times_over_all_generations() {
    let mut invite = invited();
    for time in 1..=10 {
        invite = resend(&invite, TokenChoice::Rotate, MADE + time * 60).unwrap();
    }
    assert_eq!(invite.resends, 10);
    assert_eq!(resend(&invite, TokenChoice::Rotate, MADE + 660), Err(NotResent::Limit));
}

#[test]
fn a_renewal_is_recorded_once_a_day_and_only_of_an_invite_that_can_be_resent() {
    assert_eq!(invited().request_renewal(at(END - 1)), Err(State::Pending));
    let asked = invited().request_renewal(at(END)).unwrap().unwrap().invite;
    assert_eq!(asked.request_renewal(at(END + 86_399)), Ok(None));
    assert!(asked.request_renewal(at(END + 86_400)).unwrap().is_some());
    let declined = |by| invited().decline(by, None, at(1_100)).unwrap().invite;
    assert!(declined(None).request_renewal(at(1_200)).unwrap().is_some());
    assert_eq!(declined(Some(&user())).request_renewal(at(1_200)), Err(State::Declined));
}

#[test]
fn only_a_link_is_paused() {
    let pause = |invite: Invite| {
        let revision = Revision {
            terms: invite.terms.clone(),
            granted_by: invite.granted_by.clone(),
            paused: true,
            by: Author::User(user()),
        };
        invite.update(&revision, at(1_100)).unwrap().invite.invitee
    };
    assert!(pause(link(0, None)).link().is_some_and(|link| link.paused));
    assert_eq!(pause(invited()), invited().invitee);
}

proptest! {
    /// Whatever happened to an invite, a resend counts one resend and one version, never shortens
    /// it, and revives only what nobody ended for good.
    #[test]
    fn a_resend_never_shortens_and_never_revives_what_ended_for_good(
        ended in 0usize..6, signed in any::<bool>(), end in 1_001i64..9_000, now in 1_000i64..10_000,
        resends in 0u32..12, rotate in any::<bool>(),
    ) {
        let ends = [
            End::Accepted,
            End::Declined { reason: None },
            End::Revoked { reason: RevokeReason::OptedOut },
            End::Expired,
            End::Exhausted,
        ];
        let resolution = ends.get(ended).map(|end| Resolution {
            end: end.clone(),
            at: at(MADE),
            by: signed.then(user),
            by_name: None,
        });
        let terms = Terms { expires_at: Some(at(end)), ..invited().terms };
        let invite = Invite { resolution, resends, terms, ..invited() };
        let token = if rotate { TokenChoice::Rotate } else { TokenChoice::Keep };
        match resend(&invite, token, now) {
            Ok(resent) => {
                prop_assert!(matches!(ended, 3 | 5..) || (ended == 1 && !signed));
                prop_assert!(now >= MADE + COOL_DOWN && resends < MOST_RESENDS);
                prop_assert!(resent.is_pending(at(now)));
                prop_assert_eq!(resent.resends, resends + 1);
                prop_assert_eq!(resent.version, invite.version.next());
                prop_assert!(resent.terms.expires_at >= invite.terms.expires_at);
                prop_assert_eq!(resent.generation != invite.generation, rotate);
            }
            Err(NotResent::Ended(state)) => {
                prop_assert_eq!(state, invite.state(at(now)));
                prop_assert!(!invite.awaits_invitee(at(now)));
            }
            Err(NotResent::Limit) => prop_assert!(resends >= MOST_RESENDS),
            Err(NotResent::TooSoon(left)) => prop_assert_eq!(left, MADE + COOL_DOWN - now),
        }
    }
}
