//! An event as other systems get it: in the form of CloudEvents 1.0
//! (<https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md>), as JSON.

use std::fmt::Write;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::domain::clock::Timestamp;
use crate::domain::event::{Event, EventBody, EventKind};

/// An event in the form of CloudEvents.
#[derive(Clone, Debug)]
pub(super) struct CloudEvent {
    id: String,
    kind: EventKind,
    at: Timestamp,
    group: String,
    json: String,
}

/// The attributes of CloudEvents. `sequence` is the extension of that name: it orders the events
/// about one subject, and its texts have one length so that they sort as numbers do.
#[derive(Serialize)]
struct Attributes<'a> {
    specversion: &'static str,
    id: &'a str,
    source: &'a str,
    r#type: &'static str,
    subject: &'a str,
    time: String,
    datacontenttype: &'static str,
    sequence: String,
    data: EventBody<'a>,
}

impl CloudEvent {
    /// Returns the event as `source`, the URL of this deployment, publishes it.
    pub(super) fn of(event: &Event, source: &str) -> Self {
        let subject = subject(event);
        let id = event.id.as_str();
        let attributes = Attributes {
            specversion: "1.0",
            id,
            source,
            r#type: event.kind.as_str(),
            subject: &subject,
            time: event.at.to_string(),
            datacontenttype: "application/json",
            sequence: format!("{:020}", event.sequence.number()),
            data: EventBody::from(event),
        };
        #[expect(clippy::expect_used, reason = "texts and numbers are always JSON")]
        let json = serde_json::to_string(&attributes).expect("an event is JSON");
        Self { id: id.to_owned(), kind: event.kind, at: event.at, group: group(&subject), json }
    }

    /// Returns an event with this id and message group.
    #[cfg(test)]
    pub(super) fn in_group(id: &str, group: &str) -> Self {
        let (kind, at) = (EventKind::InviteCreated, Timestamp::from_seconds(0));
        Self { id: id.to_owned(), kind, at, group: group.to_owned(), json: String::new() }
    }

    /// Returns the id, which is the same whenever the event is published.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Returns the name of the event's kind.
    pub(super) fn kind(&self) -> &'static str {
        self.kind.as_str()
    }

    /// Returns the time of the change.
    pub(super) fn at(&self) -> Timestamp {
        self.at
    }

    /// Returns the message group of the queue of webhooks: events of one group stay in order.
    pub(super) fn group(&self) -> &str {
        &self.group
    }

    /// Returns the event as JSON.
    pub(super) fn json(&self) -> &str {
        &self.json
    }
}

/// Returns the record that the event is about: the path below `/v1/` under which the native API
/// shows it.
fn subject(event: &Event) -> String {
    let group = format!("groups/{}", event.group);
    // An event of a member can name the invite that brought the member.
    match (&event.user, event.invite) {
        (Some(user), _) => format!("{group}/members/{user}"),
        (None, Some(invite)) => format!("{group}/invites/{invite}"),
        (None, None) => group,
    }
}

/// Returns a hash of the subject, because a message group has at most 128 characters.
fn group(subject: &str) -> String {
    let digest = Sha256::digest(subject.as_bytes());
    digest[..16].iter().fold(String::new(), |mut hex, byte| {
        // Writing to a text cannot fail.
        let _written = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::counters::Version;
    use crate::domain::event::{EventData, EventId};
    use crate::domain::ids::{GroupId, InviteId, UserId};

    fn event(user: Option<&str>, invite: Option<u64>, sequence: u64) -> CloudEvent {
        let event = Event {
            id: EventId::from_entropy([7; 16]),
            kind: EventKind::MemberJoined,
            group: GroupId::parse("3773").unwrap(),
            invite: invite.map(|number| InviteId::from_number(number).unwrap()),
            user: user.map(|user| UserId::parse(user).unwrap()),
            actor: None,
            at: Timestamp::from_seconds(0),
            generation: None,
            sequence: Version::from_number(sequence),
            data: EventData::default(),
        };
        CloudEvent::of(&event, "https://join.example.com")
    }

    #[test]
    fn an_event_has_the_attributes_of_cloudevents() {
        let event = event(None, Some(506), 12);
        let mut json: Value = serde_json::from_str(event.json()).unwrap();
        let data = json["data"].take();
        assert_eq!((&data["object"], &data["id"]), (&json!("event"), &json!(event.id())));
        let attributes = json!({
            "specversion": "1.0", "id": "07".repeat(16), "source": "https://join.example.com",
            "type": "member.joined", "subject": "groups/3773/invites/506",
            "time": "1970-01-01T00:00:00Z", "datacontenttype": "application/json",
            "sequence": "00000000000000000012", "data": null,
        });
        assert_eq!(json, attributes);
    }

    #[test]
    fn events_about_one_subject_are_in_one_group() {
        let subject = |user, invite| {
            let json: Value = serde_json::from_str(event(user, invite, 1).json()).unwrap();
            json["subject"].as_str().unwrap().to_owned()
        };
        assert_eq!(subject(None, None), "groups/3773");
        assert_eq!(subject(Some("ada"), Some(506)), "groups/3773/members/ada");
        assert_eq!(event(Some("ada"), None, 1).group(), event(Some("ada"), Some(1), 2).group());
        assert_ne!(event(Some("ada"), None, 1).group(), event(Some("eve"), None, 1).group());
        assert_eq!(event(Some(&"a".repeat(128)), None, 1).group().len(), 32);
    }

    #[test]
    fn sequences_sort_as_texts() {
        let sequence = |number| {
            let json: Value = serde_json::from_str(event(None, None, number).json()).unwrap();
            json["sequence"].as_str().unwrap().to_owned()
        };
        assert!(sequence(9) < sequence(10) && sequence(10) < sequence(u64::MAX));
    }
}
