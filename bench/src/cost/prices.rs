//! What AWS asks: list prices in us-east-1, on demand, as of November 2026, without the free tier
//! and any discount.
//!
//! Sources: aws.amazon.com/dynamodb/pricing/on-demand (halved in November 2024), /lambda/pricing
//! (arm64), /api-gateway/pricing (HTTP API, the first 300 million a month).

use super::recorder::Units;
use super::row::Row;

/// Dollars for a million write request units.
const WRITE_UNITS: f64 = 0.625;
/// Dollars for a million read request units.
const READ_UNITS: f64 = 0.125;
/// Dollars for a million requests to an HTTP API.
const GATEWAY: f64 = 1.00;
/// Dollars for a million starts of a function.
const INVOCATIONS: f64 = 0.20;
/// Dollars for a million seconds of a gigabyte on arm64.
const GIGABYTE_SECONDS: f64 = 13.3334;

/// A function's memory in GB, as template.yaml sets it.
const MEMORY: f64 = 0.25;
/// Billed milliseconds: an assumption, for nothing here runs on AWS. A round trip to DynamoDB takes
/// 5 to 10 ms there, a request's own work about 1 ms.
const PER_ROUND_TRIP: f64 = 10.0;
const OWN_WORK: f64 = 1.0;
/// The mail function also waits for SES once; its own price ($0.10 per thousand mails) is left out,
/// as it is not ours.
const SES_CALL: f64 = 50.0;

/// Dollars for a million of the row's DynamoDB calls.
pub(super) fn dynamodb(row: &Row) -> f64 {
    let sum = |units: &Units| units.values().fold(0.0, |sum, units| sum + units);
    sum(&row.read) * READ_UNITS + sum(&row.write) * WRITE_UNITS
}

/// Dollars for a million of these operations, everything included.
pub(super) fn all(row: &Row) -> f64 {
    let milliseconds = f64::from(row.round_trips) * PER_ROUND_TRIP
        + OWN_WORK
        + if row.background { SES_CALL } else { 0.0 };
    let lambda = INVOCATIONS + milliseconds / 1000.0 * MEMORY * GIGABYTE_SECONDS;
    dynamodb(row) + lambda + if row.background { 0.0 } else { GATEWAY }
}
