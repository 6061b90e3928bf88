//! Dates and lists in words, by CLDR.

use icu_calendar::Gregorian;
use icu_datetime::FixedCalendarDateTimeFormatter;
use icu_datetime::fieldsets::{YMD, YMDE};
use icu_datetime::input::{Date, DateTime, Time};
use icu_list::ListFormatter;
use icu_list::options::{ListFormatterOptions, ListLength};
use icu_locale_core::{Locale, ParseError};
use jiff::SignedDuration;
use jiff::civil::{self, date};

use super::Language;
use crate::domain::clock::Timestamp;

const EPOCH: civil::DateTime = date(1970, 1, 1).at(0, 0, 0, 0);

/// Formats the instant like "Saturday, 28 November 2026 at 09:30 UTC". Seconds are cut off, so that a
/// deadline is never shown too late.
pub fn date_in_words(language: Language, instant: Timestamp) -> String {
    let words = || {
        let (date, time) = parts(instant)?;
        let fields = YMDE::long().with_time_hm();
        let preferences = (&locale(language).ok()?).into();
        let formatter =
            FixedCalendarDateTimeFormatter::<Gregorian, _>::try_new(preferences, fields).ok()?;
        Some(format!("{} UTC", formatter.format(&DateTime { date, time })))
    };
    words().unwrap_or_else(|| instant.to_string())
}

/// Formats the day of the instant in UTC like "28 November 2026".
pub fn day_in_words(language: Language, instant: Timestamp) -> String {
    let words = || {
        let (date, _) = parts(instant)?;
        let preferences = (&locale(language).ok()?).into();
        let formatter =
            FixedCalendarDateTimeFormatter::<Gregorian, _>::try_new(preferences, YMD::long());
        Some(formatter.ok()?.format(&date).to_string())
    };
    words().unwrap_or_else(|| instant.to_string())
}

/// Formats the items like "a", "a and b" or "a, b and c".
pub fn list_in_words<S: AsRef<str>>(language: Language, items: &[S]) -> String {
    let items = items.iter().map(AsRef::as_ref);
    let options = ListFormatterOptions::default().with_length(ListLength::Wide);
    let formatter = || ListFormatter::try_new_and((&locale(language).ok()?).into(), options).ok();
    match formatter() {
        Some(formatter) => formatter.format(items).to_string(),
        None => items.collect::<Vec<_>>().join(", "),
    }
}

fn locale(language: Language) -> Result<Locale, ParseError> {
    Locale::try_from_str(language.locale())
}

/// Returns the date and the time of day in UTC. `None` for an instant that no calendar has.
fn parts(instant: Timestamp) -> Option<(Date<Gregorian>, Time)> {
    let instant = EPOCH.checked_add(SignedDuration::from_secs(instant.seconds())).ok()?;
    let unsigned = |part: i8| u8::try_from(part).ok();
    let (month, day) = (unsigned(instant.month())?, unsigned(instant.day())?);
    let (hour, minute) = (unsigned(instant.hour())?, unsigned(instant.minute())?);
    let date = Date::try_new_gregorian(instant.year().into(), month, day).ok()?;
    Some((date, Time::try_new(hour, minute, 0, 0).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_a_weekday_and_a_time_zone() {
        let instant = Timestamp::from_seconds(1_795_858_259);
        for (language, words) in [
            (Language::En, "Saturday, 28 November 2026 at 09:30 UTC"),
            (Language::De, "Samstag, 28. November 2026 um 09:30 UTC"),
            (Language::Es, "sábado, 28 de noviembre de 2026 a las 09:30 UTC"),
            (Language::Fr, "samedi 28 novembre 2026 à 09:30 UTC"),
            (Language::Ja, "2026年11月28日土曜日 9:30 UTC"),
            (Language::PtBr, "sábado, 28 de novembro de 2026 às 09:30 UTC"),
            (Language::ZhHans, "2026年11月28日星期六 09:30 UTC"),
        ] {
            assert_eq!(date_in_words(language, instant), words);
        }
        // The space before the half of the day is a narrow one in some releases of CLDR.
        assert!(date_in_words(Language::Ar, instant).starts_with("السبت، 28 نوفمبر 2026 في 9:30"));
        let first = date_in_words(Language::En, Timestamp::from_seconds(0));
        assert_eq!(first, "Thursday, 1 January 1970 at 00:00 UTC");
    }

    #[test]
    fn a_day_has_no_time() {
        let instant = Timestamp::from_seconds(1_795_858_259);
        assert_eq!(day_in_words(Language::En, instant), "28 November 2026");
        assert_eq!(day_in_words(Language::De, instant), "28. November 2026");
    }

    #[test]
    fn lists_are_joined_as_the_language_does() {
        assert_eq!(list_in_words::<&str>(Language::En, &[]), "");
        assert_eq!(list_in_words(Language::En, &["editor"]), "editor");
        assert_eq!(list_in_words(Language::En, &["editor", "admin"]), "editor and admin");
        assert_eq!(list_in_words(Language::En, &["a", "b", "c"]), "a, b and c");
        assert_eq!(list_in_words(Language::Ja, &["a", "b", "c"]), "a、b、c");
    }
}
