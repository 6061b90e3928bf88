//! Every write of an invite, and the event that follows from it.

use proptest::prelude::*;

use super::*;
use crate::domain::counters::RequestId;
use crate::domain::email::EmailAddress;
use crate::domain::ids::UserId;
use crate::domain::invite::tests::pending;
use crate::domain::invite::{
    Delivery, DeliveryState, Feedback, Granter, Renewal, Resending, Revision, RevokeReason, State,
    TimedMail, TokenChoice, Wait,
};
use crate::domain::invitee::Invitee;
use crate::domain::mailing::{MailKind, Mailing};
use crate::domain::role::Rank;
use crate::domain::rule::InviteRule;

const MADE: i64 = 1_000;
const END: i64 = 2_000;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn user(id: &str) -> UserId {
    UserId::parse(id).unwrap()
}

fn by(id: &str) -> Option<Author> {
    Some(Author::User(user(id)))
}

fn invited() -> Invite {
    let ada = Invitee::Email(EmailAddress::parse("ada@example.com").unwrap());
    Invite { revised_by: by("29842"), ..pending(ada, Some(END)) }
}

fn link(uses: u32) -> Invite {
    let key = "0".repeat(32);
    let link = Link { key, max_uses: Some(2), uses, allowed_domains: vec![], paused: false };
    pending(Invitee::Link(link), None)
}

fn granter() -> Granter {
    Granter { id: user("7"), rank: Rank::Admin, at: at(MADE), until: None }
}

/// Returns the invite after a write of its mail.
fn with(invite: &Invite, delivery: Delivery) -> Invite {
    Invite { delivery, version: invite.version.next(), ..invite.clone() }
}

/// Returns the kind of the event and its author.
fn event_of(before: &Invite, after: &Invite) -> (EventKind, Option<Author>) {
    let event = Event::of_invite(Some(before), after).unwrap();
    assert_eq!(Event::of_invite(Some(before), after).unwrap(), event, "the same record again");
    assert_eq!((event.sequence, event.invite), (after.version, Some(after.id)));
    (event.kind, event.actor)
}

#[test]
fn a_first_write_and_a_new_generation_create_an_invite() {
    let first = invited();
    let created = Event::of_invite(None, &first).unwrap();
    assert_eq!((created.kind, created.actor.clone()), (EventKind::InviteCreated, by("29842")));
    assert_eq!(created.data.to, Some(Phase::Invite(State::Pending)));
    let again = Invite {
        generation: first.generation.next(),
        version: first.version.next(),
        revised_by: by("8"),
        ..first.clone()
    };
    assert_eq!(event_of(&first, &again), (EventKind::InviteCreated, by("8")));
    assert!(Event::of_invite(None, &again).unwrap().id != created.id);
}

#[test]
fn every_end_has_its_own_event_and_author() {
    let (invite, used_up) = (invited(), link(2));
    let app = RevokeReason::RevokedByApp;
    for (before, ended, kind, author) in [
        (&invite, invite.accept(&user("ada"), at(1_100)), EventKind::InviteAccepted, by("ada")),
        (&invite, invite.decline(None, None, at(1_100)), EventKind::InviteDeclined, None),
        (
            &invite,
            invite.decline(Some(&user("ada")), None, at(1_100)),
            EventKind::InviteDeclined,
            by("ada"),
        ),
        (
            &invite,
            invite.revoke(RevokeReason::InviterGone, None, at(1_100)),
            EventKind::InviteRevoked,
            Some(Author::System),
        ),
        (
            &invite,
            invite.revoke_as(&Author::App(user("app")), app, at(1_100)),
            EventKind::InviteRevoked,
            Some(Author::App(user("app"))),
        ),
        (&invite, invite.expire(at(END)), EventKind::InviteExpired, Some(Author::System)),
        (&used_up, used_up.exhaust(at(1_100)), EventKind::InviteExhausted, Some(Author::System)),
    ] {
        assert_eq!(event_of(before, &ended.unwrap().invite), (kind, author));
    }
    let revoked = invite.revoke(app, None, at(1_100)).unwrap().invite;
    let data = Event::of_invite(Some(&invite), &revoked).unwrap().data;
    let (from, to) = (Phase::Invite(State::Pending), Phase::Invite(State::Revoked));
    assert_eq!((data.from, data.to), (Some(from), Some(to)));
    assert_eq!(data.reason.as_deref(), Some("revoked_by_app"));
}

#[test]
fn an_invitee_who_makes_a_decline_final_declines_once_more() {
    let scanned = invited().decline(None, None, at(1_100)).unwrap().invite;
    let declined = scanned.decline(Some(&user("ada")), None, at(1_200)).unwrap().invite;
    assert_eq!(event_of(&scanned, &declined), (EventKind::InviteDeclined, by("ada")));
}

#[test]
fn changes_reminders_resends_and_renewals_have_events() {
    let invite = invited();
    let mut terms = invite.terms.clone();
    terms.expires_at = Some(at(3_000));
    let author = Author::User(user("8"));
    let revision = Revision { terms, granted_by: granter(), paused: false, by: author };
    let changed = invite.update(&revision, at(1_100)).unwrap().invite;
    assert_eq!(event_of(&invite, &changed), (EventKind::InviteChanged, by("8")));
    let renewal = Renewal {
        request: RequestId::from_entropy([1; 16]),
        granted_by: granter(),
        rule: InviteRule::Admins,
        expires_at: None,
    };
    let mail = Mailing { kind: MailKind::Reminder, ..Mailing::default() };
    let reminded = invite.renew(&renewal, at(1_100)).unwrap().mailed(mail).invite;
    assert_eq!(event_of(&invite, &reminded), (EventKind::InviteReminded, by("7")));
    for (token, rule, author) in [
        (TokenChoice::Keep, InviteRule::Admins, Author::User(user("7"))),
        (TokenChoice::Rotate, InviteRule::Service, Author::App(user("7"))),
    ] {
        let request = RequestId::from_entropy([2; 16]);
        let resending = Resending { granted_by: granter(), rule, token, request };
        let resent = invite.resend(&resending, at(1_100)).unwrap().invite;
        assert_eq!(event_of(&invite, &resent), (EventKind::InviteResent, Some(author)));
    }
    let expired = invite.expire(at(END)).unwrap().invite;
    let asked = expired.request_renewal(at(END)).unwrap().unwrap().invite;
    assert_eq!(event_of(&expired, &asked), (EventKind::RenewalRequested, None));
}

#[test]
fn a_link_is_changed_by_a_pause_and_not_by_a_use() {
    let (unused, mut used) = (link(0), link(1));
    used.version = unused.version.next();
    assert_eq!(Event::of_invite(Some(&unused), &used), None);
    let revision = Revision {
        terms: unused.terms.clone(),
        granted_by: unused.granted_by.clone(),
        paused: true,
        by: Author::User(user("8")),
    };
    let paused = unused.update(&revision, at(1_100)).unwrap().invite;
    assert_eq!(event_of(&unused, &paused), (EventKind::InviteChanged, by("8")));
}

#[test]
fn a_mail_has_an_event_for_each_outcome_and_none_while_it_waits() {
    let mut invite = invited();
    invite.delivery = invite.delivery.requested_again(at(MADE));
    let queued = &invite.delivery;
    let waits = with(&invite, queued.put_off(Wait::Throttled, at(1_100)));
    assert_eq!(Event::of_invite(Some(&invite), &waits), None);
    let again = with(&waits, waits.delivery.queued_again(at(1_200)).unwrap());
    assert_eq!(Event::of_invite(Some(&waits), &again), None);
    let system = Some(Author::System);
    let sent = with(&invite, queued.sent_as("m-1", at(1_100)));
    assert_eq!(event_of(&invite, &sent), (EventKind::MailSent, system.clone()));
    let soft = sent.delivery.reported(("m-1", 1), Feedback::SoftBounce, at(1_200)).unwrap();
    let soft = with(&sent, soft);
    assert_eq!(event_of(&sent, &soft), (EventKind::MailBounced, system.clone()));
    let hard = soft.delivery.reported(("m-1", 1), Feedback::HardBounce, at(1_300)).unwrap();
    let data = Event::of_invite(Some(&soft), &with(&soft, hard)).unwrap().data;
    assert_eq!(data.reason.as_deref(), Some("hard_bounce"));
    for (state, kind) in [
        (DeliveryState::Failed, EventKind::MailFailed),
        (DeliveryState::Suppressed, EventKind::MailSuppressed),
    ] {
        let after = with(&invite, queued.moved_to(state, Some("word"), at(1_100)));
        assert_eq!(event_of(&invite, &after), (kind, system.clone()));
    }
}

#[test]
fn an_image_that_is_not_newer_is_no_event() {
    let invite = invited();
    let accepted = invite.accept(&user("ada"), at(1_100)).unwrap().invite;
    assert_eq!(Event::of_invite(Some(&accepted), &accepted), None);
    assert_eq!(Event::of_invite(Some(&accepted), &invite), None);
}

proptest! {
    /// The events of one invite have different ids, whatever the times of its writes.
    #[test]
    fn the_writes_of_an_invite_have_different_ids(seconds in prop::collection::vec(0i64..3, 1..20)) {
        let mut invite = invited();
        let mut ids = std::collections::HashSet::from([Event::of_invite(None, &invite).unwrap().id]);
        for second in seconds {
            let before = invite.clone();
            invite = Invite {
                generation: before.generation.next(),
                version: before.version.next(),
                updated_at: at(MADE + second),
                ..before.clone()
            };
            prop_assert!(ids.insert(Event::of_invite(Some(&before), &invite).unwrap().id));
        }
    }
}

#[test]
fn the_clock_is_the_author_of_its_reminders_and_of_forgetting() {
    let invite = invited();
    let sent = with(&invite, invite.delivery.requested_again(at(MADE)).sent_as("m-1", at(MADE)));
    let reminded = with(&sent, sent.with_timed_mail(TimedMail::Reminder, at(MADE + 1)));
    assert_eq!(event_of(&sent, &reminded), (EventKind::InviteReminded, Some(Author::System)));
    let left_out = with(&sent, sent.without_timed_mail(TimedMail::Reminder, at(MADE + 1)));
    assert_eq!(Event::of_invite(Some(&sent), &left_out), None);

    let accepted = invite.accept(&user("ada"), at(MADE + 2)).unwrap().named(Some("Ada")).invite;
    let anonymous = accepted.anonymize(at(END)).unwrap().invite;
    assert_eq!(
        event_of(&accepted, &anonymous),
        (EventKind::InviteAnonymized, Some(Author::System))
    );
}

#[test]
fn an_opening_is_one_event_of_nobody() {
    let invite = invited();
    let opening = Opening::of(&invite, at(MADE + 5)).unwrap();
    let event = Event::invite_opened(&opening);
    assert_eq!(
        (event.kind, event.at, &event.actor),
        (EventKind::InviteOpened, at(MADE + 5), &None)
    );
    assert_eq!((event.invite, event.generation), (Some(invite.id), Some(invite.generation)));
    assert_eq!(event, Event::invite_opened(&opening));
    // An opening within the second of the creation.
    let at_once = Event::invite_opened(&Opening::of(&invite, at(MADE)).unwrap());
    assert_ne!(at_once.id, Event::of_invite(None, &invite).unwrap().id);
}

#[test]
fn only_an_invite_that_awaits_its_invitee_is_opened() {
    let invite = invited();
    assert!(Opening::of(&invite, at(END - 1)).is_some());
    assert_eq!(Opening::of(&invite, at(END)), None);
    let accepted = invite.accept(&user("ada"), at(MADE + 1)).unwrap().invite;
    assert_eq!(Opening::of(&accepted, at(MADE + 2)), None);
    // A clock that is late.
    assert_eq!(Opening::of(&invite, at(MADE - 9)).unwrap().at, at(MADE));
}
