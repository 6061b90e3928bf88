//! The part of SQS's API that Beckon uses: `SendMessageBatch` and `ChangeMessageVisibility`. The
//! local service itself receives and deletes messages.

use std::collections::BTreeSet;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::aws_json::{operation, refusal};
use crate::queue::{NewMessage, Queue};
use crate::state::{Local, Shared};

/// The most messages of one request, as at SQS.
const MOST: usize = 10;
/// The longest time for which a message can be hidden, as at SQS.
const LONGEST: i64 = 43_200;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendMessageBatch {
    queue_url: String,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    id: String,
    message_body: String,
    message_group_id: String,
    message_deduplication_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ChangeMessageVisibility {
    queue_url: String,
    receipt_handle: String,
    visibility_timeout: i64,
}

/// An error of SQS: its type and a message.
type Refusal = (&'static str, String);

/// Answers a request of SQS's API.
pub(crate) async fn request(
    State(local): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let answer = match operation(&headers) {
        Some("SendMessageBatch") => read(&body).and_then(|request| send(&local, request)),
        Some("ChangeMessageVisibility") => read(&body).and_then(|request| hide(&local, &request)),
        _ => Err(("InvalidAction", "This operation is not available.".to_owned())),
    };
    match answer {
        Ok(answer) => Json(answer).into_response(),
        Err((kind, problem)) => refusal(&format!("com.amazonaws.sqs#{kind}"), &problem),
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| ("InvalidParameterValue", error.to_string()))
}

/// Returns the queue of this URL, whose last part is the queue's name and `.fifo`.
fn queue<'a>(local: &'a Local, url: &str) -> Result<&'a Queue, Refusal> {
    let name = url.rsplit('/').next().unwrap_or_default();
    let name = name.trim_end_matches(".fifo");
    let missing = || ("QueueDoesNotExist", "The specified queue does not exist.".to_owned());
    local.queues.get(name).ok_or_else(missing)
}

fn send(local: &Local, request: SendMessageBatch) -> Result<Value, Refusal> {
    let queue = queue(local, &request.queue_url)?;
    let ids: BTreeSet<&str> = request.entries.iter().map(|entry| entry.id.as_str()).collect();
    if ids.is_empty() {
        return Err(("EmptyBatchRequest", "The request has no entry.".to_owned()));
    }
    if request.entries.len() > MOST {
        return Err(("TooManyEntriesInBatchRequest", format!("At most {MOST} are allowed.")));
    }
    if ids.len() < request.entries.len() {
        return Err(("BatchEntryIdsNotDistinct", "Two entries have the same id.".to_owned()));
    }
    let sent = request.entries.into_iter().map(|entry| {
        let (id, sequence) = queue.send(NewMessage {
            group: entry.message_group_id,
            deduplication_id: entry.message_deduplication_id,
            body: entry.message_body,
        });
        json!({"Id": entry.id, "MessageId": id, "SequenceNumber": format!("{sequence:020}")})
    });
    Ok(json!({"Successful": sent.collect::<Vec<_>>(), "Failed": []}))
}

fn hide(local: &Local, request: &ChangeMessageVisibility) -> Result<Value, Refusal> {
    let queue = queue(local, &request.queue_url)?;
    if !(0..=LONGEST).contains(&request.visibility_timeout) {
        return Err(("InvalidParameterValue", format!("At most {LONGEST} seconds are allowed.")));
    }
    if queue.hide(&request.receipt_handle, request.visibility_timeout) {
        Ok(json!({}))
    } else {
        Err(("ReceiptHandleIsInvalid", "The receipt handle is not valid.".to_owned()))
    }
}
