//! Tests of the test harness.

use harness::seconds;

#[test]
fn seconds_are_parsed_from_rfc_3339() {
    assert_eq!(seconds("1970-01-01T00:00:00Z"), 0);
    assert_eq!(seconds("2026-11-28T09:30:59Z"), 1_795_858_259);
    assert_eq!(seconds("2024-02-29T00:00:00Z"), 1_709_164_800);
}
