//! What SES reports about a mail after it has taken it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::faults::SesFault;
use crate::inbox::Message;

/// Returns the events about the mail, as SES publishes them: it is delivered, unless it was told
/// otherwise.
pub(super) fn after(fault: Option<SesFault>, message: &Message) -> Vec<Value> {
    let delivered = || event("Delivery", message, json!({"delivery": {"smtpResponse": "250 ok"}}));
    let people = || message.to.iter().map(|to| json!({ "emailAddress": to })).collect::<Vec<_>>();
    let bounced = |kind: &str| {
        let bounce =
            json!({"bounceType": kind, "bounceSubType": "General", "bouncedRecipients": people()});
        event("Bounce", message, json!({ "bounce": bounce }))
    };
    match fault {
        Some(SesFault::Bounce) => vec![bounced("Permanent")],
        Some(SesFault::SoftBounce) => vec![bounced("Transient")],
        Some(SesFault::Complain) => {
            let complaint =
                json!({"complaintFeedbackType": "abuse", "complainedRecipients": people()});
            vec![delivered(), event("Complaint", message, json!({ "complaint": complaint }))]
        }
        Some(SesFault::Delay) => {
            let delay = json!({"delayType": "TransientCommunicationFailure", "delayedRecipients": people()});
            vec![event("DeliveryDelay", message, json!({ "deliveryDelay": delay }))]
        }
        Some(SesFault::TimeOut | SesFault::Reset | SesFault::Unreadable) | None => {
            vec![delivered()]
        }
        Some(
            SesFault::Throttle
            | SesFault::Fail
            | SesFault::Pause
            | SesFault::Unverified
            | SesFault::Reject,
        ) => Vec::new(),
    }
}

fn event(kind: &str, message: &Message, detail: Value) -> Value {
    let tags = message.headers.get("X-SES-MESSAGE-TAGS").map(String::as_str).unwrap_or_default();
    let tags = tags.split(", ").filter_map(|tag| tag.split_once('='));
    let tags: BTreeMap<&str, [&str; 1]> = tags.map(|(name, value)| (name, [value])).collect();
    let mut event = json!({"eventType": kind, "mail": {
        "timestamp": message.received_at, "messageId": message.id, "source": message.from,
        "destination": message.to, "tags": tags,
    }});
    if let (Some(event), Value::Object(detail)) = (event.as_object_mut(), detail) {
        event.extend(detail);
    }
    event
}
