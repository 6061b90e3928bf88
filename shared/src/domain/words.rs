//! Values as people say them, in English.

use jiff::SignedDuration;
use jiff::civil::{DateTime, date};

use super::clock::Timestamp;

const EPOCH: DateTime = date(1970, 1, 1).at(0, 0, 0, 0);

/// The instant as "Saturday, 28 November 2026, 09:30 UTC". Its seconds are cut off: better a minute
/// early than late.
pub fn date_in_words(instant: Timestamp) -> String {
    match EPOCH.checked_add(SignedDuration::from_secs(instant.seconds())) {
        Ok(instant) => instant.strftime("%A, %-d %B %Y, %H:%M UTC").to_string(),
        Err(_) => instant.to_string(),
    }
}

/// The items as "a", "a and b" or "a, b and c".
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
    fn an_instant_is_said_with_its_weekday_and_zone() {
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
    fn items_are_joined_as_in_a_sentence() {
        assert_eq!(list_in_words::<&str>(&[]), "");
        assert_eq!(list_in_words(&["editor"]), "editor");
        assert_eq!(list_in_words(&["editor", "admin"]), "editor and admin");
        assert_eq!(list_in_words(&["a", "b", "c"]), "a, b and c");
    }
}
