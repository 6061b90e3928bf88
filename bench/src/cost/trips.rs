//! Tests how many round trips the operations of people make, and how many connections they begin with.

use std::collections::BTreeMap;
use std::fs;

use super::tests::measured;

/// The most round trips of an operation that a person waits for.
const MOST: u32 = 3;

/// An operation that makes more round trips: the function, the case and the reason.
type Exception = (&'static str, &'static str, &'static str);

/// The operations that make more round trips. Everything else keeps to the limit.
const EXCEPTIONS: &[Exception] = &[
    ("native-create-invite", "to 100 addresses at once, without mails", BULK),
    ("native-resend-invites", "100 by a filter, without mails", BULK),
    ("native-revoke-invites", "100 of another inviter, by a filter", BULK),
    ("native-revoke-invites", "100 own ones, by a filter", BULK),
    ("native-manage-groups", "delete", DELETION),
    ("rownd-manage-groups", "delete", DELETION),
    ("bungie-list-potential-groups", "one, for anybody", BY_ACCOUNT),
];

const BULK: &str =
    "Four transactions of 25 invites follow each other, so that they do not conflict.";
const DELETION: &str = "Everything in the group ends, page by page, after the group has.";
const BY_ACCOUNT: &str = "The account's user is known first, then the keys of the user's invites, \
     then the invites and their groups, and then the number of each group's members.";

#[tokio::test]
async fn every_operation_of_a_person_makes_at_most_three_trips() {
    let rows = measured().await;
    let by_people: Vec<_> =
        rows.iter().filter(|row| !row.function.starts_with("background-")).collect();
    let mut more: Vec<(&str, &str)> = by_people
        .iter()
        .filter(|row| row.round_trips > MOST)
        .map(|row| (row.function.as_str(), row.case.as_str()))
        .collect();
    let mut excepted: Vec<(&str, &str)> =
        EXCEPTIONS.iter().map(|(function, case, _)| (*function, *case)).collect();
    more.sort_unstable();
    excepted.sort_unstable();
    // An exception that is no longer needed must go.
    assert_eq!(more, excepted);
}

/// Returns how many connections the function opens while it starts, by its `main`. `None` if it opens
/// none to the table and the issuer together.
fn opened(function: &str) -> Option<usize> {
    let (api, name) = function.split_once('-')?;
    let main = format!("{}/../functions/{api}/{name}/src/main.rs", env!("CARGO_MANIFEST_DIR"));
    let main = fs::read_to_string(main).unwrap();
    if main.contains(".connected()") {
        return Some(1);
    }
    let (_, calls) = main.split_once(".connected_for(")?;
    Some(calls.split_once(')')?.0.parse().unwrap())
}

#[tokio::test]
async fn a_function_opens_as_many_connections_as_all_its_operations_need_at_first() {
    let mut needed = BTreeMap::<&str, usize>::new();
    for row in measured().await.iter().filter(|row| row.round_trips > 0) {
        let first = row.calls.split(',').next().unwrap_or_default().split('+').count();
        needed.entry(&row.function).and_modify(|least| *least = first.min(*least)).or_insert(first);
    }
    let opening: BTreeMap<&str, usize> =
        needed.keys().filter_map(|function| Some((*function, opened(function)?))).collect();
    needed.retain(|function, _| opening.contains_key(function));
    assert!(opening.len() > 30);
    assert_eq!(opening, needed);
}
