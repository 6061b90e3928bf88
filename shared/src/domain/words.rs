//! Dates and lists in English, for mails and pages.

use jiff::SignedDuration;
use jiff::civil::{DateTime, date};

use super::clock::Timestamp;

const EPOCH: DateTime = date(1970, 1, 1).at(0, 0, 0, 0);

/// Formats the instant like "Saturday, 28 November 2026, 09:30 UTC". Seconds are cut off, so that a
/// deadline is never shown too late.
pub fn date_in_words(instant: Timestamp) -> String {
    match EPOCH.checked_add(SignedDuration::from_secs(instant.seconds())) {
        Ok(instant) => instant.strftime("%A, %-d %B %Y, %H:%M UTC").to_string(),
        Err(_) => instant.to_string(),
    }
}

/// Formats the items like "a", "a and b" or "a, b and c".
pub fn list_in_words<S: AsRef<str>>(items: &[S]) -> String {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    match items.split_last() {
        None => String::new(),
        Some((only, [])) => (*only).to_owned(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_a_weekday_and_a_time_zone() {
        assert_eq!(
            date_in_words(Timestamp::from_seconds(1_795_858_259)),
            "Saturday, 28 November 2026, 09:30 UTC"
        );
        assert_eq!(
            date_in_words(Timestamp::from_seconds(0)),
            "Thursday, 1 January 1970, 00:00 UTC"
        );
    }

    #[test]
    fn lists_are_joined_with_commas_and_and() {
        assert_eq!(list_in_words::<&str>(&[]), "");
        assert_eq!(list_in_words(&["editor"]), "editor");
        assert_eq!(list_in_words(&["editor", "admin"]), "editor and admin");
        assert_eq!(list_in_words(&["a", "b", "c"]), "a, b and c");
    }
}
