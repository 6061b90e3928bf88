//! The images of stream records, and what they tell.

use serde_json::{Value, json};

use super::*;
use crate::domain::author::Author;
use crate::domain::clock::Timestamp;
use crate::domain::email::EmailAddress;
use crate::domain::event::EventKind;
use crate::domain::group::Group;
use crate::domain::group::tests::group;
use crate::domain::ids::GroupId;
use crate::domain::invite::tests::pending as pending_invite;
use crate::domain::invitee::Invitee;
use crate::domain::opening::Opening;
use crate::store::items::{from_event, from_event_with_act, from_group, from_invite, from_opening};

fn item(json: Value) -> Item {
    serde_dynamo::to_item(json).unwrap()
}

fn none() -> Item {
    item(json!({}))
}

/// Returns the stored form of an item as the stream has it.
fn image(stored: crate::store::access::Item) -> Item {
    let attributes: Value = serde_dynamo::from_item(stored).unwrap();
    item(attributes)
}

fn told(old: Item, new: Item) -> (Option<EventKind>, Option<Change>) {
    let record = change_record(old, new, "111").unwrap();
    (record.event.map(|event| event.kind), record.change)
}

fn member_item(roles: &[&str]) -> Item {
    item(json!({
        "pk": "G#3773", "sk": "M#ada", "type": "member", "group": "3773", "user": "ada",
        "roles": roles, "joined_at": 1, "by_invitee_pk": "U#ada", "by_invitee_sk": "M#3773",
    }))
}

fn invited() -> Invite {
    let ada = Invitee::Email(EmailAddress::parse("ada@example.com").unwrap());
    pending_invite(ada, Some(2_000))
}

#[test]
fn the_images_of_a_member_tell_what_happened() {
    let (admin, plain) = (member_item(&["admin"]), member_item(&["member"]));
    let (event, change) = told(none(), admin.clone());
    assert_eq!(event, Some(EventKind::MemberJoined));
    assert!(matches!(change, Some(Change::Joined(it)) if it.user.as_str() == "ada"));
    // These events are written in the transactions of the acts.
    let (event, change) = told(admin.clone(), none());
    assert!(event.is_none() && matches!(change, Some(Change::MemberRemoved(_))));
    let (event, change) = told(admin, plain);
    assert!(
        matches!(change, Some(Change::MemberChanged { before, after }) if before.exceeds(&after))
    );
    assert_eq!(event, None);
}

#[test]
fn the_images_of_an_invite_tell_its_event_and_whether_it_is_pending() {
    let made = invited();
    let subject =
        TokenSubject { group: made.group.clone(), invite: made.id, generation: made.generation };
    let new = image(from_invite(&made).unwrap());
    let created = (Some(EventKind::InviteCreated), Some(Change::InvitePending(subject)));
    assert_eq!(told(none(), new.clone()), created);
    let user = UserId::parse("ada").unwrap();
    let accepted = made.accept(&user, Timestamp::from_seconds(1_100)).unwrap().invite;
    let after = image(from_invite(&accepted).unwrap());
    assert_eq!(told(new.clone(), after.clone()), (Some(EventKind::InviteAccepted), None));
    assert_eq!(told(after, none()), (None, None));
    let mut sent = Invite { version: made.version.next(), ..made };
    sent.delivery = sent.delivery.sent_as("m-1", Timestamp::from_seconds(1_100));
    let after = image(from_invite(&sent).unwrap());
    assert_eq!(told(new, after), (Some(EventKind::MailSent), None));
}

#[test]
fn the_images_of_a_group_tell_its_event_and_its_deletion() {
    let made = group();
    let before = image(from_group(&made).unwrap());
    assert_eq!(told(none(), before.clone()), (Some(EventKind::GroupCreated), None));
    let changed = Group { version: made.version.next(), ..made.clone() };
    let after = image(from_group(&changed).unwrap());
    assert_eq!(told(before.clone(), after), (Some(EventKind::GroupChanged), None));
    let counted = from_group(&Group { owner_count: 2, ..made }).unwrap();
    assert_eq!(told(before.clone(), image(counted.clone())), (None, None));
    let alice = UserId::parse("alice").unwrap();
    let mut deleted: Value = serde_dynamo::from_item(counted).unwrap();
    for (name, value) in [
        ("state", json!("deleted")),
        ("deleted_by", json!("alice")),
        ("changed_by", json!({"user": "alice"})),
        ("version", json!(2)),
    ] {
        deleted[name] = value;
    }
    let deleted = item(deleted);
    let (group, by) = (GroupId::parse("3773").unwrap(), Some(alice.clone()));
    let record = change_record(before, deleted.clone(), "111").unwrap();
    assert_eq!(record.change, Some(Change::GroupDeleted { group, by }));
    let event = record.event.unwrap();
    assert_eq!((event.kind, event.actor), (EventKind::GroupDeleted, Some(Author::User(alice))));
    assert_eq!(told(deleted.clone(), deleted), (None, None));
}

#[test]
fn the_images_of_a_user_tell_that_they_opted_out() {
    let user = |refuses: bool| {
        let profile = json!({"refuses_invites": refuses});
        item(json!({"type": "user", "id": "ada", "profile": profile}))
    };
    let opted_out = (None, Some(Change::OptedOut(UserId::parse("ada").unwrap())));
    assert_eq!(told(user(false), user(true)), opted_out);
    assert_eq!(told(none(), user(true)), opted_out);
    for (old, new) in [(true, true), (true, false), (false, false)] {
        assert_eq!(told(user(old), user(new)), (None, None), "{old} {new}");
    }
}

#[test]
fn the_image_of_an_opening_tells_its_event() {
    let opening = Opening::of(&invited(), Timestamp::from_seconds(1)).unwrap();
    let stored = image(from_opening(&opening).unwrap());
    let record = change_record(none(), stored, "111").unwrap();
    assert_eq!((record.event, record.is_recorded), (Some(Event::invite_opened(&opening)), false));
    assert_eq!((record.change, record.news), (None, None));
}

#[test]
fn an_event_that_was_written_with_its_act_is_told_as_it_is_stored() {
    let author = Author::App(UserId::parse("app").unwrap());
    let event = Event::link_revealed(&invited(), author, Timestamp::from_seconds(1), [7; 16]);
    let stored = image(from_event_with_act(&event).unwrap());
    let record = change_record(none(), stored, "111").unwrap();
    assert_eq!((record.event.as_ref(), record.is_recorded), (Some(&event), true));
    let read_again = crate::store::items::to_event(from_event(&event).unwrap());
    assert_eq!(read_again.ok(), Some(event));
}

#[test]
fn unreadable_images_are_errors() {
    for image in [
        json!({}),
        json!({"type": "user", "id": "ada"}),
        json!({"type": "member", "group": "a#b"}),
        json!({"type": "invite", "group": "3773", "id": 0, "generation": 1}),
        json!({"type": "group", "id": "3773", "state": "melted"}),
        json!({"type": "window"}),
        json!({"type": "allowance"}),
    ] {
        assert!(change_record(none(), item(image.clone()), "111").is_err(), "{image}");
    }
}
