//! A group's funnel, from its events.

use super::*;
use crate::domain::counters::Version;
use crate::domain::event::{EventData, EventId};
use crate::domain::ids::GroupId;

/// The first second of a day.
const START: i64 = 1_700_006_400;

fn event(kind: EventKind, invite: u64, seconds: i64) -> Event {
    Event {
        id: EventId::from_entropy([1; 16]),
        kind,
        group: GroupId::parse("3773").unwrap(),
        invite: Some(InviteId::from_number(invite).unwrap()),
        user: None,
        actor: None,
        at: Timestamp::from_seconds(START + seconds),
        generation: Some(Generation::FIRST),
        sequence: Version::from_number(1),
        data: EventData::default(),
    }
}

fn joined(invite: Option<u64>, user: &str, seconds: i64) -> Event {
    Event {
        invite: invite.map(|invite| InviteId::from_number(invite).unwrap()),
        user: Some(UserId::parse(user).unwrap()),
        generation: None,
        ..event(EventKind::MemberJoined, 1, seconds)
    }
}

fn revoked(reason: RevokeReason, invite: u64) -> Event {
    let reason = Some(reason.as_str().to_owned());
    let data = EventData { reason, ..EventData::default() };
    Event { data, ..event(EventKind::InviteRevoked, invite, 10) }
}

/// Returns the numbers of the first day and of the next, from events in their order.
fn counted(events: &[Event]) -> (Funnel, Funnel, Vec<u32>) {
    let mut statistics = Statistics::default();
    events.iter().rev().for_each(|event| statistics.add(event));
    let first = Day::of(Timestamp::from_seconds(START));
    let days = statistics.days(first, first.plus(1));
    let within = statistics.time_to_accept().iter().map(|part| part.count).collect();
    (days[0].1, days[1].1, within)
}

#[test]
fn each_invite_counts_once_a_stage_on_the_day_when_it_first_came_there() {
    use EventKind::*;
    let (first, second, _) = counted(&[
        event(InviteCreated, 1, 0),
        event(InviteCreated, 2, 1),
        event(MailSent, 1, 2),
        event(MailDelivered, 1, 3),
        // Its report overtook the record that SES took it.
        event(MailBounced, 2, 4),
        event(InviteOpened, 1, 5),
        // A reminder, and what became of it.
        event(MailSent, 1, DAY),
        event(MailDelivered, 1, DAY + 1),
        event(InviteDeclined, 1, DAY + 2),
        event(InviteExpired, 2, DAY + 3),
    ]);
    let of_first =
        Funnel { made: 2, sent: 2, delivered: 1, bounced: 1, opened: 1, ..Funnel::default() };
    assert_eq!(first, of_first);
    assert_eq!(second, Funnel { declined: 1, expired: 1, ..Funnel::default() });
}

#[test]
fn people_who_join_by_an_invite_or_a_link_have_accepted() {
    let (first, _, _) = counted(&[
        joined(Some(1), "ada", 1),
        joined(Some(1), "eve", 2),
        // An open group, or an app's addition.
        joined(None, "bob", 3),
    ]);
    assert_eq!(first.accepted, 2);
}

#[test]
fn only_what_somebody_revoked_counts_as_revoked() {
    use RevokeReason::*;
    let all = [
        RevokedByMember,
        RevokedByApp,
        MemberRemoved,
        InviterGone,
        Joined,
        Replaced,
        GroupDeleted,
        OptedOut,
    ];
    let events: Vec<Event> = all.into_iter().zip(1..).map(|(why, id)| revoked(why, id)).collect();
    assert_eq!(counted(&events).0.revoked, 2);
}

#[test]
fn acceptances_are_counted_by_the_time_since_the_invite_was_made() {
    use EventKind::{InviteAccepted, InviteCreated};
    let (_, _, within) = counted(&[
        // Made before these events.
        event(InviteAccepted, 9, 0),
        event(InviteCreated, 1, 0),
        event(InviteAccepted, 1, 3_600),
        event(InviteCreated, 2, 0),
        event(InviteAccepted, 2, 3_601),
        // Accepted, and invited and accepted again.
        event(InviteCreated, 2, 10_000),
        event(InviteAccepted, 2, 10_000 + 8 * DAY),
    ]);
    assert_eq!(within, [1, 1, 0, 0, 0, 1]);
}

#[test]
fn a_day_is_read_as_it_is_displayed() {
    let day = Day::parse("2026-11-21").unwrap();
    assert_eq!(
        (day.to_string().as_str(), day.plus(10).to_string().as_str()),
        ("2026-11-21", "2026-12-01")
    );
    assert_eq!(Day::of(day.start().plus(DAY - 1)), day);
    for text in
        ["", "2026-13-01", "2026-02-30", "26-11-21", "2026-11-2", "2026-11-21T", "yesterday"]
    {
        assert!(Day::parse(text).is_err(), "{text}");
    }
}
