//! The house rules of ARCHITECTURE.md: code, registry, template, events, settings and docs agree.
//!
//! Each rule says in a sentence what holds, and names what is missing where. Each is proven by a
//! change of a file that it must notice. `INSTA_UPDATE=always cargo test -p tests house` writes the
//! files that follow from others.

mod access;
mod alarms;
mod derived;
mod edges;
mod endpoint;
mod fallback;
mod functions;
mod harness;
mod lanes;
mod layout;
mod logs;
mod outcomes;
mod panics;
mod published;
mod reference;
mod reliability;
mod routes;
mod rule;
mod settings;
mod stream;
mod template;
mod tree;

use ::harness::asked::asked;
use derived::DERIVED;
use rule::Rule;
use tree::House;

fn rules() -> impl Iterator<Item = &'static Rule> {
    let all = [
        functions::RULES,
        access::RULES,
        layout::RULES,
        lanes::RULES,
        edges::RULES,
        settings::RULES,
        stream::RULES,
        derived::RULES,
        template::RULES,
        alarms::RULES,
        reference::RULES,
        reliability::RULES,
        published::RULES,
    ];
    all.into_iter().flatten()
}

/// Returns the violated rules, each with its violations.
fn findings(house: &House) -> Vec<(&'static str, Vec<String>)> {
    let found = rules().map(|rule| (rule.says, (rule.broken)(house)));
    found.filter(|(_, broken)| !broken.is_empty()).collect()
}

#[test]
fn the_house_keeps_its_rules() {
    let house = House::here();
    if asked("INSTA_UPDATE").is_some_and(|update| update == "always") {
        for file in DERIVED {
            house.write(file.path, &(file.text)(&house));
        }
    }
    let shown: String = findings(&house)
        .iter()
        .map(|(says, broken)| format!("{says}\n  {}\n", broken.join("\n  ")))
        .collect();
    assert!(shown.is_empty(), "\n{shown}");
}

#[test]
fn each_rule_notices_what_breaks_it() {
    let house = House::here();
    for Rule { says, broken, mutant: (path, from, to) } in rules() {
        let text = house.read(path);
        let mutant = text.replacen(from, to, 1);
        assert_ne!(mutant, text, "{says}: {path} has no {from:?} any more; change the mutant");
        let found = broken(&house.with(path, mutant));
        assert!(!found.is_empty(), "{says}: {to:?} for {from:?} in {path} goes unnoticed");
    }
}
