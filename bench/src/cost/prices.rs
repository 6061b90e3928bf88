//! List prices of AWS in us-east-1, on demand, as of November 2026, without the free tier and
//! discounts.
//!
//! Sources: aws.amazon.com/dynamodb/pricing/on-demand (halved in November 2024), /lambda/pricing
//! (arm64), /api-gateway/pricing (HTTP API, the first 300 million per month).

use super::recorder::Units;
use super::row::{Row, StartedBy};

/// Dollars per million write request units.
const WRITE_UNITS: f64 = 0.625;
/// Dollars per million read request units.
const READ_UNITS: f64 = 0.125;
/// Dollars per million requests to an HTTP API.
const GATEWAY: f64 = 1.00;
/// Dollars per million invocations of a function.
const INVOCATIONS: f64 = 0.20;
/// Dollars per million gigabyte-seconds on arm64.
const GIGABYTE_SECONDS: f64 = 13.3334;

/// A function's memory in GB, as template.yaml sets it.
const MEMORY: f64 = 0.25;
/// Billed milliseconds. They are assumptions, because nothing here runs on AWS: a round trip to
/// DynamoDB takes 5 to 10 ms there, and a request's own work about 1 ms.
const PER_ROUND_TRIP: f64 = 10.0;
const OWN_WORK: f64 = 1.0;
/// The mail function also waits once for SES. The price of SES itself ($0.10 per thousand mails) is
/// not included.
const SES_CALL: f64 = 50.0;

/// Returns the price of a million of the row's DynamoDB calls in dollars.
pub(super) fn dynamodb(row: &Row) -> f64 {
    let sum = |units: &Units| units.values().fold(0.0, |sum, units| sum + units);
    sum(&row.read) * READ_UNITS + sum(&row.write) * WRITE_UNITS
}

/// Returns the full price of a million of these operations in dollars.
pub(super) fn all(row: &Row) -> f64 {
    let (gateway, ses) = match row.started_by {
        StartedBy::Request => (GATEWAY, 0.0),
        StartedBy::Mail => (0.0, SES_CALL),
        StartedBy::Change => (0.0, 0.0),
    };
    let milliseconds = f64::from(row.round_trips) * PER_ROUND_TRIP + OWN_WORK + ses;
    let lambda = INVOCATIONS + milliseconds / 1000.0 * MEMORY * GIGABYTE_SECONDS;
    dynamodb(row) + lambda + gateway
}
