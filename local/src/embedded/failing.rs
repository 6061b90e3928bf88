//! DynamoDB's answers to requests that meet a fault.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::answer::Answer;
use crate::faults::TableFault;

/// The time of a late answer. It is longer than a function waits for the table.
const LATE: Duration = Duration::from_secs(5);
/// The namespace of DynamoDB's errors.
const ERRORS: &str = "com.amazonaws.dynamodb.v20120810#";

/// Answers a request that meets this fault. `carry_out` answers other requests.
pub(super) async fn answer(
    fault: TableFault,
    operation: &str,
    body: &[u8],
    carry_out: impl AsyncFnOnce() -> Answer,
) -> Answer {
    let server = StatusCode::INTERNAL_SERVER_ERROR;
    match fault {
        TableFault::Throttle => {
            let problem = "Throughput exceeds the current capacity of your table or index.";
            error(StatusCode::BAD_REQUEST, "ThrottlingException", problem)
        }
        TableFault::Fail => error(server, "InternalServerError", "The request failed."),
        TableFault::TimeOut => {
            tokio::time::sleep(LATE).await;
            error(server, "InternalServerError", "The request failed.")
        }
        TableFault::Conflict => conflict(operation, body),
        TableFault::FailAfter => {
            carry_out().await;
            error(server, "InternalServerError", "The request failed.")
        }
        TableFault::TimeOutAfter => {
            let answer = carry_out().await;
            tokio::time::sleep(LATE).await;
            answer
        }
        TableFault::ResetAfter => {
            carry_out().await;
            Answer::Reset
        }
    }
}

fn error(status: StatusCode, kind: &str, problem: &str) -> Answer {
    let error = json!({ "__type": format!("{ERRORS}{kind}"), "message": problem });
    Answer::Json(status, error.to_string())
}

/// Returns the answer to a write that meets another one. A transaction names the reason for each of
/// its parts.
fn conflict(operation: &str, body: &[u8]) -> Answer {
    if operation != "TransactWriteItems" {
        let problem = "Transaction is ongoing for the item";
        return error(StatusCode::BAD_REQUEST, "TransactionConflictException", problem);
    }
    let request: Value = serde_json::from_slice(body).unwrap_or_default();
    let parts = request["TransactItems"].as_array().map_or(1, Vec::len);
    let reason = |place: usize| if place == 0 { "TransactionConflict" } else { "None" };
    let reasons: Vec<Value> = (0..parts).map(|place| json!({ "Code": reason(place) })).collect();
    let error = json!({
        "__type": format!("{ERRORS}TransactionCanceledException"),
        "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons",
        "CancellationReasons": reasons,
    });
    Answer::Json(StatusCode::BAD_REQUEST, error.to_string())
}
