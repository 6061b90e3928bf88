//! Every language has the texts of every other, with the same values.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::fill::{Part, parts};
use super::*;

/// The values of each text, by the text's place in its file.
type Places = BTreeMap<String, BTreeSet<String>>;

/// The forms of a plural (CLDR).
const FORMS: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// Adds the texts in `value`. The forms of a plural (CLDR) are one text, because languages have
/// different ones.
fn collect(place: &str, value: &Value, places: &mut Places) {
    match value {
        Value::String(text) => {
            let values = parts(text).filter_map(|part| match part {
                Part::Value(name) => Some(name.to_owned()),
                Part::Own(_) => None,
            });
            places.entry(place.to_owned()).or_default().extend(values);
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(&format!("{place}/{index}"), item, places);
            }
        }
        Value::Object(fields) => {
            let is_plural = fields.keys().all(|name| FORMS.contains(&name.as_str()));
            for (name, field) in fields {
                let inner = format!("{place}/{name}");
                collect(if is_plural { place } else { &inner }, field, places);
            }
        }
        other => panic!("{place}: {other} is no text"),
    }
}

fn texts(source: &str) -> Value {
    serde_json::from_str(source).unwrap()
}

fn places(source: &str) -> Places {
    let mut places = Places::new();
    collect("", &texts(source), &mut places);
    places
}

const FILES: [fn(Language) -> &'static str; 4] = [page, mail, console, plain];

#[test]
fn every_language_has_the_same_texts_with_the_same_values() {
    for file in FILES {
        let english = places(file(Language::En));
        assert!(english.len() > 10);
        for language in Language::ALL {
            let own = places(file(language));
            let missing: Vec<_> = english.keys().filter(|it| !own.contains_key(*it)).collect();
            let unknown: Vec<_> = own.keys().filter(|it| !english.contains_key(*it)).collect();
            assert!(
                missing.is_empty() && unknown.is_empty(),
                "{language:?}: missing {missing:?}, unknown {unknown:?}"
            );
            for (place, values) in &english {
                assert_eq!(&own[place], values, "{language:?}: {place}");
            }
        }
    }
}

/// Calls `see` with each text.
fn each(value: &Value, see: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => see(text),
        Value::Array(items) => items.iter().for_each(|item| each(item, see)),
        Value::Object(fields) => fields.values().for_each(|field| each(field, see)),
        other => panic!("{other} is no text"),
    }
}

#[test]
fn a_text_has_no_markup_and_nothing_around_it() {
    for file in FILES {
        for language in Language::ALL {
            each(&texts(file(language)), &mut |text| {
                assert!(
                    !text.is_empty() && !text.contains(['<', '>', '\r', '\t', '\u{feff}'])
                        || text.contains("@example.com>"),
                    "{language:?}: {text}"
                );
                assert_eq!(text.trim_matches(' '), text, "{language:?}: {text}");
                assert!(!text.contains("  "), "{language:?}: {text}");
            });
        }
    }
}

#[test]
fn a_translation_is_another_text() {
    for file in FILES {
        let english = texts(file(Language::En));
        let mut own = BTreeSet::new();
        each(&english, &mut |text| {
            if text.split(' ').filter(|word| !word.contains('{')).count() > 2 {
                own.insert(text.to_owned());
            }
        });
        for language in Language::ALL.into_iter().skip(1) {
            each(&texts(file(language)), &mut |text| {
                assert!(!own.contains(text), "{language:?} has the English text: {text}");
            });
        }
    }
}

#[test]
fn a_plural_has_the_forms_of_its_language() {
    let forms = |language| match language {
        Language::Ja | Language::ZhHans => "other",
        Language::En | Language::De => "one other",
        Language::Es | Language::Fr | Language::PtBr => "many one other",
        Language::Ar => "few many one other two zero",
    };
    for language in Language::ALL {
        let Value::Object(fields) = texts(console(language)) else { panic!() };
        for (id, field) in &fields {
            let Value::Object(plural) = field else { continue };
            let found: BTreeSet<&str> = plural.keys().map(String::as_str).collect();
            let found: Vec<&str> = found.into_iter().collect();
            assert_eq!(found.join(" "), forms(language), "{language:?}: {id}");
        }
    }
}
