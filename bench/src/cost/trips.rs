//! Tests how many round trips the operations of people make.

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
