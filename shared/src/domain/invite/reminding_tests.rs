use proptest::prelude::*;

use super::super::tests::pending;
use super::super::{Feedback, RevokeReason};
use super::*;
use crate::domain::email::EmailAddress;
use crate::domain::invitee::Invitee;

/// When the invites of these tests are made. `pending` asks for them then.
const MADE: i64 = 1_000;
const HOUR: i64 = 3_600;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(MADE + seconds)
}

/// Returns an invite with this life in seconds, whose own mail was sent `after` seconds.
fn sent(life: Option<i64>, after: i64) -> Invite {
    let ada = Invitee::Email(EmailAddress::parse("ada@example.com").unwrap());
    let mut invite = pending(ada, life.map(|life| MADE + life));
    invite.delivery = invite.delivery.requested_again(at(0)).sent_as("m-1", at(after));
    invite
}

fn with(invite: &Invite, delivery: Delivery) -> Invite {
    Invite { delivery, ..invite.clone() }
}

/// Returns the mails that the clock asks for, each sent in the second in which it is due, with the
/// time after the creation.
fn sent_in_time(mut invite: Invite) -> Vec<(TimedMail, i64)> {
    let mut mails = Vec::new();
    while let Some((mail, due)) = invite.next_timed_mail() {
        assert_eq!(invite.timed_mail_due(due.plus(-1)), None);
        if invite.timed_mail_due(due) != Some(mail) {
            break;
        }
        let asked = with(&invite, invite.with_timed_mail(mail, due));
        invite = with(&asked, asked.delivery.sent_as("m", due));
        mails.push((mail, due.seconds() - MADE));
    }
    mails
}

#[test]
fn reminders_are_due_2_5_and_10_days_after_the_mail_was_sent() {
    let mails = sent_in_time(sent(None, 60));
    let reminder = |days| (TimedMail::Reminder, days * DAY + 60);
    assert_eq!(mails, [reminder(2), reminder(5), reminder(10)]);
}

#[test]
fn an_expiry_is_announced_once_and_takes_the_place_of_a_reminder() {
    let (reminder, soon) = (TimedMail::Reminder, TimedMail::ExpiresSoon);
    for (life, mails) in [
        // The default: the mails are a day apart, so the announcement follows the reminder's second.
        (7 * DAY, vec![(reminder, 2 * DAY + 2), (reminder, 5 * DAY + 2), (soon, 6 * DAY + 2)]),
        (6 * DAY, vec![(reminder, 2 * DAY + 2), (soon, 5 * DAY)]),
        (6 * DAY + HOUR, vec![(reminder, 2 * DAY + 2), (soon, 5 * DAY + HOUR)]),
        (3 * DAY + 1, vec![(soon, 2 * DAY + 1)]),
        // A short life is not announced.
        (3 * DAY, vec![(reminder, 2 * DAY + 2)]),
        (2 * DAY + 3, vec![(reminder, 2 * DAY + 2)]),
        (2 * DAY, vec![]),
        (HOUR, vec![]),
    ] {
        assert_eq!(sent_in_time(sent(Some(life), 2)), mails, "{life}");
    }
}

#[test]
fn what_is_too_late_is_left_out() {
    // The invite's own mail was sent 11 hours before the expiry could be announced usefully.
    assert_eq!(sent_in_time(sent(Some(4 * DAY), 3 * DAY - HOUR)), []);
    assert_eq!(
        sent_in_time(sent(Some(4 * DAY), 2 * DAY + 12 * HOUR)),
        [(TimedMail::ExpiresSoon, 3 * DAY + 12 * HOUR)]
    );
    // The clock's function did not run for a while: what it missed is not sent later.
    let late = sent(None, 0);
    let asked = late.with_timed_mail(TimedMail::Reminder, at(6 * DAY));
    assert_eq!((asked.timed.reminded, asked.reminders, asked.requested), (2, 1, 2));
    let next = with(&late, asked.sent_as("m-2", at(6 * DAY)));
    assert_eq!(next.next_timed_mail(), Some((TimedMail::Reminder, at(10 * DAY))));
}

#[test]
fn an_announcement_that_a_nearer_expiry_overtook_is_left_out() {
    let mut invite = sent(Some(30 * DAY), 0);
    let now = at(4 * DAY);
    invite.terms.expires_at = Some(now.plus(2 * HOUR));
    invite.delivery = invite.without_timed_mail(TimedMail::Reminder, now);
    assert_eq!(invite.timed_mail_due(now), Some(TimedMail::ExpiresSoon));
    assert!(!invite.is_in_time(TimedMail::ExpiresSoon, now));
    let left_out = with(&invite, invite.without_timed_mail(TimedMail::ExpiresSoon, now));
    assert_eq!(left_out.timed_mail_due(now), None, "it is not met again");
    let usual = sent(Some(30 * DAY), 0);
    assert!(usual.is_in_time(TimedMail::ExpiresSoon, at(29 * DAY)));
}

#[test]
fn a_reminder_that_is_left_out_changes_only_the_next() {
    let invite = sent(None, 0);
    let left_out = with(&invite, invite.without_timed_mail(TimedMail::Reminder, at(2 * DAY)));
    assert_eq!(left_out.delivery.state, DeliveryState::Sent);
    assert_eq!((left_out.delivery.requested, left_out.delivery.reminders), (1, 0));
    assert_eq!(left_out.next_timed_mail(), Some((TimedMail::Reminder, at(5 * DAY))));
}

#[test]
fn only_a_pending_invite_whose_mail_may_have_arrived_is_reminded_of() {
    let invite = sent(None, 0);
    let delivery = &invite.delivery;
    let reported = |feedback| delivery.reported(("m-1", 1), feedback, at(1)).unwrap();
    for reached in [delivery.clone(), reported(Feedback::Delayed), reported(Feedback::Delivered)] {
        assert!(with(&invite, reached).next_timed_mail().is_some());
    }
    let moved = |state| delivery.moved_to(state, None, at(1));
    for missed in [
        Delivery::NOT_REQUESTED,
        delivery.requested_again(at(1)),
        delivery.without_dead_link(at(1)),
        reported(Feedback::SoftBounce),
        reported(Feedback::HardBounce),
        reported(Feedback::Complaint),
        moved(DeliveryState::Failed),
        moved(DeliveryState::Suppressed),
    ] {
        assert_eq!(with(&invite, missed.clone()).next_timed_mail(), None, "{missed:?}");
    }
    let mut platform = invite.clone();
    platform.mailing.kind = MailKind::PlatformInvitation;
    let ended = invite.revoke(RevokeReason::RevokedByMember, None, at(1)).unwrap().invite;
    for none in [platform, ended] {
        assert_eq!(none.next_timed_mail(), None);
    }
}

#[test]
fn a_resend_starts_the_reminders_anew() {
    let invite = sent(None, 0);
    let asked = with(&invite, invite.with_timed_mail(TimedMail::Reminder, at(2 * DAY)));
    let again = asked.delivery.sent_as("m-2", at(2 * DAY)).requested_again(at(3 * DAY));
    assert_eq!(again.timed, Timed::NONE);
    let again = with(&invite, again.sent_as("m-3", at(3 * DAY)));
    assert_eq!(again.next_timed_mail(), Some((TimedMail::Reminder, at(5 * DAY))));
    assert_eq!(again.delivery.reminders, 1, "the count is over all generations");
}

proptest! {
    /// Whatever the life, and however late the clock's function is: mails are a day apart, none is
    /// sent after the end, and there are at most three reminders and one announcement.
    #[test]
    fn mails_are_few_and_apart(life in prop::option::of(1i64..40 * DAY), first in 0i64..4 * DAY, late in prop::collection::vec(0i64..6 * DAY, 8)) {
        prop_assume!(life.is_none_or(|life| first < life));
        let mut invite = sent(life, first);
        let (mut last, mut mails) = (at(first), Vec::new());
        for late in late {
            let Some((_, due)) = invite.next_timed_mail() else { break };
            let now = due.plus(late);
            let Some(mail) = invite.timed_mail_due(now) else { break };
            prop_assert!(now.seconds() - last.seconds() >= DAY);
            prop_assert!(life.is_none_or(|life| now < at(life)));
            let asked = with(&invite, invite.with_timed_mail(mail, now));
            prop_assert_eq!(asked.next_timed_mail(), None, "one mail at a time");
            invite = with(&asked, asked.delivery.sent_as("m", now));
            last = now;
            mails.push(mail);
        }
        let soon = mails.iter().filter(|mail| **mail == TimedMail::ExpiresSoon).count();
        prop_assert!(soon <= 1 && mails.len() - soon <= 3);
        prop_assert_eq!(invite.next_timed_mail().filter(|_| mails.len() > 4), None);
    }
}
