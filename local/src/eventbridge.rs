//! The part of EventBridge's API that publishes events: `PutEvents` collects them.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use shared::domain::clock::Timestamp;
use uuid::Uuid;

use crate::aws_json::{operation, refusal};
use crate::bus::BusEvent;
use crate::state::Shared;

/// The most events of one request, as at EventBridge.
const MOST: usize = 10;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutEvents {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    event_bus_name: Option<String>,
    source: Option<String>,
    detail_type: Option<String>,
    detail: Option<String>,
    time: Option<f64>,
}

/// Answers a request of EventBridge's API.
pub(crate) async fn request(
    State(local): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if operation(&headers) != Some("PutEvents") {
        return refusal("UnknownOperationException", "Only PutEvents is available.");
    }
    let request: PutEvents = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(error) => return refusal("SerializationException", &error.to_string()),
    };
    if !(1..=MOST).contains(&request.entries.len()) {
        return refusal("ValidationException", "A request has 1 to 10 entries.");
    }
    let now = local.clock.now();
    let results: Vec<Value> = request
        .entries
        .into_iter()
        .map(|entry| match event(entry, now) {
            Ok(event) => {
                let id = event.id.clone();
                local.bus.add(event);
                json!({ "EventId": id })
            }
            Err((code, problem)) => json!({"ErrorCode": code, "ErrorMessage": problem}),
        })
        .collect();
    let failed = results.iter().filter(|result| !result["ErrorCode"].is_null()).count();
    (StatusCode::OK, Json(json!({"FailedEntryCount": failed, "Entries": results}))).into_response()
}

/// Returns the event of an entry.
///
/// # Errors
/// EventBridge's error code and a message, if an entry lacks something or its detail is no object.
fn event(entry: Entry, now: Timestamp) -> Result<BusEvent, (&'static str, &'static str)> {
    let missing = ("InvalidArgument", "Source, DetailType and Detail are required.");
    let text = |value: Option<String>| value.filter(|text| !text.is_empty()).ok_or(missing);
    let detail: Option<Value> = serde_json::from_str(&text(entry.detail)?).ok();
    let at = entry.time.map_or(now, |seconds| Timestamp::from_seconds(seconds as i64));
    Ok(BusEvent {
        id: Uuid::new_v4().to_string(),
        event_bus: entry.event_bus_name.unwrap_or_else(|| "default".into()),
        source: text(entry.source)?,
        detail_type: text(entry.detail_type)?,
        time: at.to_string(),
        detail: detail
            .filter(Value::is_object)
            .ok_or(("MalformedDetail", "Detail must be a JSON object."))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_without_its_parts_is_refused_alone() {
        let read = |entry: Value| {
            event(serde_json::from_value(entry).unwrap(), Timestamp::from_seconds(7))
        };
        let entry =
            json!({"Source": "beckon", "DetailType": "invite.created", "Detail": "{\"id\": 1}"});
        let taken = read(entry.clone()).unwrap();
        assert_eq!(
            (taken.event_bus.as_str(), taken.time.as_str()),
            ("default", "1970-01-01T00:00:07Z")
        );
        assert_eq!(taken.detail, json!({"id": 1}));
        for (part, value, code) in [
            ("Source", json!(""), "InvalidArgument"),
            ("DetailType", Value::Null, "InvalidArgument"),
            ("Detail", json!("[]"), "MalformedDetail"),
            ("Detail", json!("{"), "MalformedDetail"),
        ] {
            let mut wrong = entry.clone();
            wrong[part] = value;
            assert_eq!(read(wrong).unwrap_err().0, code, "{part}");
        }
    }
}
