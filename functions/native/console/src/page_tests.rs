use std::collections::BTreeSet;

use serde_json::{Map, Value};
use shared::domain::event::EventKind;

use super::*;

const CONSOLE: Console<'_> = Console {
    app: "Acme \"<Planner>\"",
    sign_in_url: "https://app.example.com/login?a=b",
    public_url: "https://join.example.com",
    language: Language::En,
};

/// The file of the history, with the kinds of each filter.
const HISTORY: &str = include_str!("../assets/history.js");

fn html() -> String {
    html_in(Language::En)
}

fn html_in(language: Language) -> String {
    match (Console { language, ..CONSOLE }).answer().into_body() {
        Body::Text(html) => html,
        _ => panic!("the page is text"),
    }
}

fn between<'a>(html: &'a str, start: &str, end: &str) -> &'a str {
    html.split_once(start).unwrap().1.split_once(end).unwrap().0
}

#[test]
fn the_policy_allows_the_script_and_the_style_of_the_page_and_no_other_place() {
    let policy = CONSOLE.answer().headers()[header::CONTENT_SECURITY_POLICY].clone();
    let policy = policy.to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    assert!(policy.contains("; connect-src 'self'; "), "{policy}");
    for language in Language::ALL {
        let html = html_in(language);
        let script = source_hash(between(&html, "<script>", "</script>"));
        assert!(policy.contains(&format!("script-src {script}; ")), "{policy}");
        let style = source_hash(between(&html, "<style>", "</style>"));
        assert!(policy.contains(&format!("style-src {style}; ")), "{policy}");
    }
}

#[test]
fn the_page_is_small_and_loads_nothing_in_every_language() {
    for language in Language::ALL {
        let html = html_in(language);
        assert!(html.len() <= 150_000, "{} bytes in {}", html.len(), language.tag());
        assert_eq!(html.matches("<script>").count(), 1);
        assert_eq!(html.matches("<script").count(), 2);
        for outside in ["<link", "<img", "src=", "url(", "@import", "http://", "innerHTML", "eval("]
        {
            assert!(!html.contains(outside), "{outside} in {}", language.tag());
        }
    }
}

#[test]
fn the_page_says_its_language_its_direction_and_its_locale() {
    let html = |language| html_in(language);
    assert!(html(Language::En).contains("<html lang=\"en\" dir=\"ltr\" data-locale=\"en-GB\">"));
    assert!(html(Language::Ar).contains("<html lang=\"ar\" dir=\"rtl\" data-locale=\"ar\">"));
    assert_eq!(CONSOLE.answer().headers()[header::VARY], "Accept-Language");
}

#[test]
fn the_names_of_the_deployment_are_escaped_and_the_sign_in_returns_to_the_console() {
    let html = html();
    assert!(!html.contains("<Planner>"), "{html}");
    let sign_in = "https://app.example.com/login?a=b&#38;redirect_uri=https%3A%2F%2Fjoin.example.com%2Fconsole";
    assert!(html.contains(&format!("data-sign-in=\"{sign_in}\"")));
}

#[test]
fn the_texts_are_in_an_element_that_no_text_ends() {
    for language in Language::ALL {
        let html = html_in(language);
        let texts = between(&html, "<script type=\"application/json\" id=\"texts\">", "</script>");
        assert!(!texts.contains('<'), "{texts}");
        let shown: Value = serde_json::from_str(texts).unwrap();
        assert_eq!(shown, serde_json::from_str::<Value>(console(language)).unwrap());
        assert!(shown["form.addresses_hint"].as_str().unwrap().contains("<ada@example.com>"));
        assert!(!between(&html, "<noscript><p>", "</p></noscript>").is_empty());
    }
}

/// Returns every id of the texts.
fn ids() -> BTreeSet<String> {
    let texts: Map<String, Value> = serde_json::from_str(console(Language::En)).unwrap();
    assert!(texts.len() > 200, "{} ids", texts.len());
    texts.into_iter().map(|(id, _)| id).collect()
}

#[test]
fn each_text_is_there_and_used() {
    let ids = ids();
    // An id is a whole word in quotes, or begins with one that is continued by a value.
    let quoted: BTreeSet<&str> = SCRIPT.split(['"', '`']).collect();
    let beginnings: Vec<&str> = quoted
        .iter()
        .map(|word| word.split_once("${").map_or(*word, |(before, _)| before))
        .filter(|word| word.ends_with(['.', '_']) && word.contains('.') && !word.contains(' '))
        .collect();
    let used = |id: &str| {
        quoted.contains(id) || beginnings.iter().any(|beginning| id.starts_with(beginning))
    };
    let unused: Vec<&String> = ids.iter().filter(|id| *id != "noscript" && !used(id)).collect();
    assert!(unused.is_empty(), "unused texts: {unused:?}");
    let asked = SCRIPT.split("say(\"").skip(1).filter_map(|rest| rest.split_once('"'));
    let missing: Vec<&str> = asked
        .filter(|(_, after)| !after.starts_with(" +"))
        .map(|(id, _)| id)
        .filter(|id| !ids.contains(*id))
        .collect();
    assert!(missing.is_empty(), "missing texts: {missing:?}");
}

#[test]
fn each_event_has_a_text_and_a_filter() {
    let ids = ids();
    let filtered: Vec<&str> = HISTORY.split(['"', ',']).collect();
    for kind in EventKind::ALL {
        let kind = kind.as_str();
        assert!(ids.contains(&format!("event.{kind}")), "{kind} has no text");
        assert!(filtered.contains(&kind), "{kind} has no filter");
    }
}
