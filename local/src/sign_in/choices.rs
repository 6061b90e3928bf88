//! The people whom the sign-in page offers.

use crate::demo::{EXAMPLE_PEOPLE, PEOPLE, Person, person};
use crate::pages::Choice;
use crate::state::Local;

/// The most addresses from the inbox that the sign-in page offers.
const SUGGESTIONS: usize = 4;

/// Returns the addresses that got mail, the newest first.
pub(super) fn invited(local: &Local) -> Vec<String> {
    let mut invited: Vec<String> = Vec::new();
    for address in local.inbox.recipients() {
        if invited.len() < SUGGESTIONS && !invited.contains(&address) {
            invited.push(address);
        }
    }
    invited
}

/// Returns the people who can be chosen, each once: those who got mail, and the demo people.
pub(super) fn choices<'a>(
    local: &Local,
    invited: &'a [String],
) -> Vec<(&'static str, Vec<Choice<'a>>)> {
    let has = |person: &Person, address: &String| person.email.eq_ignore_ascii_case(address);
    let mailed = invited.iter().map(|address| {
        let known = person(|person| has(person, address)).filter(|_| local.demo);
        known.map_or_else(|| Choice::address(address), Choice::person)
    });
    let mut choices = vec![("Got a mail", mailed.collect::<Vec<_>>())];
    if local.demo {
        let is_new = |person: &&Person| !invited.iter().any(|address| has(person, address));
        let demo = PEOPLE.iter().filter(is_new).map(Choice::person);
        let examples = EXAMPLE_PEOPLE.iter().filter(is_new).map(Choice::example);
        choices.push(("Demo people", demo.collect()));
        choices.push(("People of the API examples", examples.collect()));
    }
    choices.retain(|(_, people)| !people.is_empty());
    choices
}
