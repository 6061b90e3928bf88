//! Reads the events of SES: those in the records of SNS, and those that arrive as they are.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use shared::domain::counters::Generation;
use shared::domain::email::EmailAddress;
use shared::domain::ids::{GroupId, InviteId};
use shared::domain::invite::{Feedback, MailEvent};
use shared::domain::token::TokenSubject;

/// The reason why a report is skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Skipped {
    /// It is not an event of SES.
    Unreadable,
    /// Its mail lacks the tags of an invite's mail.
    ForeignMail,
    /// It says nothing about what became of the mail.
    OtherKind,
}

/// An event as SES publishes it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    event_type: EventType,
    mail: Mail,
    bounce: Option<Bounce>,
    complaint: Option<Complaint>,
}

#[derive(Clone, Copy, Deserialize)]
enum EventType {
    Delivery,
    Bounce,
    Complaint,
    DeliveryDelay,
    Reject,
    #[serde(rename = "Rendering Failure")]
    RenderingFailure,
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mail {
    message_id: String,
    #[serde(default)]
    tags: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bounce {
    bounce_type: BounceType,
    #[serde(default)]
    bounced_recipients: Vec<Recipient>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
enum BounceType {
    Permanent,
    /// `Transient` or `Undetermined`.
    #[serde(other)]
    Passing,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Complaint {
    complaint_feedback_type: Option<ComplaintType>,
    #[serde(default)]
    complained_recipients: Vec<Recipient>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
enum ComplaintType {
    /// The recipient says that the mail is no spam.
    #[serde(rename = "not-spam")]
    NotSpam,
    #[serde(other)]
    Complaint,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recipient {
    email_address: String,
}

/// Returns the reports of an invocation, in their order.
pub(crate) fn reports(event: &Value) -> Vec<Result<MailEvent, Skipped>> {
    match event.get("Records").and_then(Value::as_array) {
        Some(records) => records.iter().map(|record| one(&record["Sns"])).collect(),
        None => vec![one(event)],
    }
}

/// Reads one event: the text in a notification of SNS, or an event as it is.
fn one(body: &Value) -> Result<MailEvent, Skipped> {
    let report: Result<Report, _> = match body.get("Message").and_then(Value::as_str) {
        Some(text) => serde_json::from_str(text),
        None => Report::deserialize(body),
    };
    read(report.map_err(|_| Skipped::Unreadable)?)
}

fn read(report: Report) -> Result<MailEvent, Skipped> {
    let (feedback, recipients) = match report.event_type {
        EventType::Delivery => (Feedback::Delivered, Vec::new()),
        EventType::DeliveryDelay => (Feedback::Delayed, Vec::new()),
        EventType::Reject => (Feedback::Rejected, Vec::new()),
        EventType::RenderingFailure => (Feedback::RenderingFailed, Vec::new()),
        EventType::Bounce => {
            let bounce = report.bounce.ok_or(Skipped::Unreadable)?;
            let feedback = match bounce.bounce_type {
                BounceType::Permanent => Feedback::HardBounce,
                BounceType::Passing => Feedback::SoftBounce,
            };
            (feedback, bounce.bounced_recipients)
        }
        EventType::Complaint => {
            let complaint = report.complaint.ok_or(Skipped::Unreadable)?;
            match complaint.complaint_feedback_type {
                Some(ComplaintType::NotSpam) => return Err(Skipped::OtherKind),
                Some(ComplaintType::Complaint) | None => {}
            }
            (Feedback::Complaint, complaint.complained_recipients)
        }
        EventType::Other => return Err(Skipped::OtherKind),
    };
    let (subject, request) = subject(&report.mail.tags).ok_or(Skipped::ForeignMail)?;
    let recipients = recipients.iter().filter_map(address).collect();
    Ok(MailEvent { subject, request, message_id: report.mail.message_id, feedback, recipients })
}

/// Returns the invite that the tags of its mail name, and the number of the mail's request.
fn subject(tags: &BTreeMap<String, Vec<String>>) -> Option<(TokenSubject, u32)> {
    let tag = |name: &str| tags.get(name).and_then(|values| values.first()).map(String::as_str);
    let group = GroupId::parse(tag("group")?).ok()?;
    let invite = InviteId::parse(tag("invite")?).ok()?;
    let generation = Generation::from_number(tag("generation")?.parse().ok()?);
    let request = tag("request")?.parse().ok()?;
    Some((TokenSubject { group, invite, generation }, request))
}

/// Returns the recipient's address, which can have a display name before it.
fn address(recipient: &Recipient) -> Option<EmailAddress> {
    let text = recipient.email_address.as_str();
    let bare = text.rsplit_once('<').map_or(text, |(_, rest)| rest.trim_end_matches('>'));
    EmailAddress::parse(bare).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(kind: &str, detail: Value) -> Value {
        let tags =
            json!({"group": ["3773"], "invite": ["506"], "generation": ["2"], "request": ["3"]});
        let mut event =
            json!({"eventType": kind, "mail": {"messageId": "m-1", "tags": tags, "source": "x"}});
        event.as_object_mut().unwrap().extend(detail.as_object().unwrap().clone());
        event
    }

    fn only(event: &Value) -> Result<MailEvent, Skipped> {
        let mut all = reports(event);
        assert_eq!(all.len(), 1);
        all.remove(0)
    }

    #[test]
    fn an_event_is_read_raw_and_wrapped() {
        let raw = event("Delivery", json!({"delivery": {"smtpResponse": "250 ok"}}));
        let read = only(&raw).unwrap();
        assert_eq!((read.feedback, read.message_id.as_str()), (Feedback::Delivered, "m-1"));
        assert_eq!((read.request, read.subject.generation.number()), (3, 2));
        assert_eq!((read.subject.group.as_str(), read.subject.invite.number()), ("3773", 506));
        let notification = json!({"Type": "Notification", "Message": raw.to_string()});
        assert_eq!(only(&notification).unwrap(), read);
        let records = json!({"Records": [{"EventSource": "aws:sns", "Sns": notification}, {"Sns": {"Message": "?"}}]});
        assert_eq!(reports(&records), [Ok(read), Err(Skipped::Unreadable)]);
    }

    #[test]
    fn each_kind_has_its_meaning() {
        let bounce = |kind: &str| json!({"bounce": {"bounceType": kind, "bouncedRecipients": [{"emailAddress": "Ada <Ada@example.com>"}]}});
        let complaint = |kind: &str| json!({"complaint": {"complaintFeedbackType": kind, "complainedRecipients": [{"emailAddress": "ada@example.com"}, {"emailAddress": "?"}]}});
        for (kind, detail, feedback) in [
            ("Bounce", bounce("Permanent"), Some(Feedback::HardBounce)),
            ("Bounce", bounce("Transient"), Some(Feedback::SoftBounce)),
            ("Bounce", bounce("Undetermined"), Some(Feedback::SoftBounce)),
            ("Complaint", complaint("abuse"), Some(Feedback::Complaint)),
            ("Complaint", complaint("not-spam"), None),
            ("DeliveryDelay", json!({}), Some(Feedback::Delayed)),
            ("Reject", json!({}), Some(Feedback::Rejected)),
            ("Rendering Failure", json!({}), Some(Feedback::RenderingFailed)),
            ("Open", json!({}), None),
        ] {
            let read = only(&event(kind, detail));
            let expected = feedback.ok_or(Skipped::OtherKind);
            assert_eq!(
                read.as_ref().map(|read| read.feedback).map_err(|it| *it),
                expected,
                "{kind}"
            );
            let addresses = read.map(|read| read.recipients).unwrap_or_default();
            let keys: Vec<&str> = addresses.iter().map(EmailAddress::key).collect();
            let named = matches!(kind, "Bounce" | "Complaint") && feedback.is_some();
            assert_eq!(keys, if named { vec!["ada@example.com"] } else { vec![] }, "{kind}");
        }
    }

    #[test]
    fn what_is_not_about_our_mail_is_skipped() {
        let mut foreign = event("Delivery", json!({}));
        foreign["mail"]["tags"]["group"] = json!(["a#b"]);
        assert_eq!(only(&foreign), Err(Skipped::ForeignMail));
        foreign["mail"]["tags"] = json!({});
        assert_eq!(only(&foreign), Err(Skipped::ForeignMail));
        for unreadable in [json!({}), json!(null), event("Bounce", json!({}))] {
            assert_eq!(only(&unreadable), Err(Skipped::Unreadable), "{unreadable}");
        }
        assert!(reports(&json!({"Records": []})).is_empty());
    }
}
