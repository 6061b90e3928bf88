//! The part of SES's v2 API that sends mails: `POST /v2/email/outbound-emails` puts them into the
//! inbox.

mod reports;

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use shared::domain::clock::Timestamp;
use uuid::Uuid;

use crate::faults::{Met, SesFault};
use crate::inbox::Message;
use crate::message::broken;
use crate::state::Shared;

/// The most recipients of one mail, as at SES.
const RECIPIENTS: usize = 50;
/// The time of a late answer. It is longer than the mail function waits.
const LATE: Duration = Duration::from_secs(10);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendEmail {
    from_email_address: Option<String>,
    #[serde(default)]
    destination: Destination,
    content: Option<Content>,
    #[serde(default)]
    reply_to_addresses: Vec<String>,
    #[serde(default)]
    email_tags: Vec<Tag>,
    configuration_set_name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Destination {
    #[serde(default)]
    to_addresses: Vec<String>,
    #[serde(default)]
    cc_addresses: Vec<String>,
    #[serde(default)]
    bcc_addresses: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Content {
    simple: Option<Simple>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Simple {
    subject: Data,
    body: Parts,
    #[serde(default)]
    headers: Vec<Header>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parts {
    text: Option<Data>,
    html: Option<Data>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Data {
    data: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Header {
    name: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    name: String,
    value: String,
}

/// Adds a mail to the inbox, like `SendEmail`, unless it was told to fail. It answers an invalid
/// request with an error in SES's format.
pub(crate) async fn send_email(State(local): State<Shared>, body: Bytes) -> Response {
    let message = match message(&body, local.clock.now()) {
        Ok(message) => message,
        Err(problem) => return refusal(StatusCode::BAD_REQUEST, "BadRequestException", &problem),
    };
    let is_recipient = |to: &str| message.to.iter().any(|recipient| recipient == to);
    let met = local.faults.met_by(|_, to| to.is_none_or(is_recipient));
    let fault = met.map(|Met { fault, .. }| fault);
    let (id, from) = (message.id.clone(), message.from.clone());
    if fault.is_none_or(SesFault::takes_mail) {
        if let Some(topic) = &local.topic {
            reports::after(fault, &message).iter().for_each(|report| topic.publish(report));
        }
        local.inbox.add(message);
    }
    let taken = Json(json!({ "MessageId": id })).into_response();
    match fault {
        None => taken,
        Some(fault) => failure(fault, taken, &from).await,
    }
}

/// Returns SES's answer to a mail that meets a fault. `taken` is its answer to other mails.
async fn failure(fault: SesFault, taken: Response, from: &str) -> Response {
    let bad = StatusCode::BAD_REQUEST;
    match fault {
        SesFault::Bounce | SesFault::SoftBounce | SesFault::Complain | SesFault::Delay => taken,
        SesFault::Throttle => refusal(
            StatusCode::TOO_MANY_REQUESTS,
            "TooManyRequestsException",
            "Maximum sending rate exceeded.",
        ),
        SesFault::Fail => refusal(
            StatusCode::INTERNAL_SERVER_ERROR,
            "InternalServiceErrorException",
            "The request failed.",
        ),
        SesFault::Pause => {
            refusal(bad, "SendingPausedException", "Sending is paused for the account.")
        }
        SesFault::Unverified => {
            let problem =
                "Email address is not verified. The following identities failed the check";
            refusal(bad, "MessageRejected", &format!("{problem}: {from}"))
        }
        SesFault::Reject => refusal(bad, "MessageRejected", "Message rejected."),
        SesFault::TimeOut => {
            tokio::time::sleep(LATE).await;
            taken
        }
        SesFault::Reset => broken(),
        SesFault::Unreadable => Response::new(Body::from("{\"MessageId\": ")),
    }
}

fn refusal(status: StatusCode, kind: &'static str, problem: &str) -> Response {
    let kind = (HeaderName::from_static("x-amzn-errortype"), kind);
    (status, [kind], Json(json!({ "message": problem }))).into_response()
}

/// Parses the mail of a `SendEmail` request.
///
/// # Errors
/// A message if SES would refuse the request.
fn message(body: &[u8], now: Timestamp) -> Result<Message, String> {
    let request: SendEmail = serde_json::from_slice(body)
        .map_err(|error| format!("This is not a valid SendEmail request: {error}"))?;
    let from = request
        .from_email_address
        .filter(|from| has_address(from))
        .ok_or("FromEmailAddress must have an address.")?;
    let destination = &request.destination;
    let everyone = || {
        [&destination.to_addresses, &destination.cc_addresses, &destination.bcc_addresses]
            .into_iter()
            .flatten()
    };
    if !(1..=RECIPIENTS).contains(&everyone().count()) || !everyone().all(|to| has_address(to)) {
        return Err(format!("Destination must have 1 to {RECIPIENTS} addresses."));
    }
    let simple = request.content.and_then(|content| content.simple).ok_or(
        "Content.Simple is required: this endpoint accepts neither raw mail nor templates.",
    )?;
    if simple.body.text.is_none() && simple.body.html.is_none() {
        return Err("Content.Simple.Body must have Text or Html.".into());
    }
    let mut headers: BTreeMap<String, String> =
        simple.headers.into_iter().map(|header| (header.name, header.value)).collect();
    if !request.reply_to_addresses.is_empty() {
        headers.insert("Reply-To".into(), request.reply_to_addresses.join(", "));
    }
    if let Some(set) = request.configuration_set_name {
        headers.insert("X-SES-CONFIGURATION-SET".into(), set);
    }
    if !request.email_tags.is_empty() {
        let tags: Vec<_> =
            request.email_tags.iter().map(|tag| format!("{}={}", tag.name, tag.value)).collect();
        headers.insert("X-SES-MESSAGE-TAGS".into(), tags.join(", "));
    }
    Ok(Message {
        id: Uuid::new_v4().to_string(),
        to: everyone().cloned().collect(),
        from,
        subject: simple.subject.data,
        text: simple.body.text.map(|part| part.data),
        html: simple.body.html.map(|part| part.data),
        headers,
        received_at: now.to_string(),
    })
}

/// Returns whether `text` is an address, with or without a display name. It only detects obvious
/// mistakes and header injection.
fn has_address(text: &str) -> bool {
    let address = text.rsplit_once('<').map_or(text, |(_, rest)| rest.trim_end_matches('>'));
    let split = address
        .rsplit_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
    split && !address.contains(char::is_whitespace) && !text.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn request() -> Value {
        json!({
            "FromEmailAddress": "\"Ada via Acme\" <invitations@beckon.example>",
            "Destination": {"ToAddresses": ["ada@example.com"]},
            "Content": {"Simple": {"Subject": {"Data": "Hi", "Charset": "UTF-8"}, "Body": {"Text": {"Data": "text"}, "Html": {"Data": "<p>html"}},
                "Headers": [{"Name": "List-Unsubscribe", "Value": "<https://x>"}]}},
            "ReplyToAddresses": ["reply@example.com"],
            "EmailTags": [{"Name": "mail", "Value": "invitation"}],
            "ConfigurationSetName": "beckon",
        })
    }

    fn read(request: &Value) -> Result<Message, String> {
        message(request.to_string().as_bytes(), Timestamp::from_seconds(0))
    }

    #[test]
    fn a_mail_keeps_all_its_parts() {
        let message = read(&request()).unwrap();
        assert_eq!(message.to, ["ada@example.com"]);
        assert_eq!(
            (message.subject.as_str(), message.text.as_deref(), message.html.as_deref()),
            ("Hi", Some("text"), Some("<p>html"))
        );
        assert_eq!(message.headers["List-Unsubscribe"], "<https://x>");
        assert_eq!(message.headers["Reply-To"], "reply@example.com");
        assert_eq!(message.headers["X-SES-MESSAGE-TAGS"], "mail=invitation");
        assert_eq!(message.received_at, "1970-01-01T00:00:00Z");
    }

    #[test]
    fn an_invalid_request_is_refused_as_by_ses() {
        for (pointer, value) in [
            ("/FromEmailAddress", json!("nobody")),
            ("/Destination/ToAddresses", json!([])),
            ("/Destination/ToAddresses", json!(["a b@example.com"])),
            ("/Destination/ToAddresses", json!(["a@example.com\r\nBcc: b@example.com"])),
            ("/Content", json!({"Raw": {"Data": ""}})),
            ("/Content/Simple/Body", json!({})),
            ("/Content/Simple/Subject", json!("plain")),
        ] {
            let mut request = request();
            *request.pointer_mut(pointer).unwrap() = value;
            assert!(read(&request).is_err(), "{pointer}");
        }
        assert!(message(b"no json", Timestamp::from_seconds(0)).is_err());
    }
}
