//! Rules about docs/reliability.md: each threat and fault has a proof, and each proof is a test that
//! exists.

use std::collections::BTreeSet;

use super::rule::Rule;
use super::tree::House;

const FILE: &str = "docs/reliability.md";
/// What a row without a proof begins with.
const NOT_PROVED: &str = "Not proved yet: ";
/// What a row begins with that a decision makes needless.
const DECIDED: &str = "Decided: ";
/// The number of rows without a proof. It only falls.
const UNPROVED: usize = 8;

pub(super) const RULES: &[Rule] = &[
    Rule {
        says: "docs/reliability.md names only tests that exist.",
        broken: |house| {
            let known = tests(house);
            let named = rows(house).into_iter().flat_map(|row| {
                let names: Vec<String> = names(&row.proof).map(str::to_owned).collect();
                names.into_iter().map(move |name| (row.id.clone(), name))
            });
            let unknown = named.filter(|(_, name)| !known.contains(name));
            unknown.map(|(id, name)| format!("{FILE}: {id}: there is no test `{name}`")).collect()
        },
        mutant: (FILE, "`another_user_cannot_accept", "`some_user_cannot_accept"),
    },
    Rule {
        says: "Each row of docs/reliability.md has a test, a step of .ci/run or a decision, or says why it is not proved.",
        broken: |house| {
            let steps = house.read(".ci/run");
            let rows = rows(house);
            let ids: BTreeSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
            let twice = (ids.len() < rows.len()).then(|| format!("{FILE}: a row is there twice"));
            let without = rows.iter().filter(|row| !is_answered(&row.proof, &steps));
            without.map(|row| format!("{FILE}: {} has no proof", row.id)).chain(twice).collect()
        },
        mutant: (FILE, "Step \"template\"", "Step \"wishes\""),
    },
    Rule {
        says: "The number of rows of docs/reliability.md without a proof only falls.",
        broken: |house| {
            let found = rows(house).iter().filter(|row| row.proof.starts_with(NOT_PROVED)).count();
            let problem = format!("{FILE}: {found} rows are not proved; UNPROVED says {UNPROVED}");
            (found != UNPROVED).then_some(problem).into_iter().collect()
        },
        mutant: (FILE, NOT_PROVED, "Decided: "),
    },
];

/// A row about a threat or a fault.
struct Row {
    id: String,
    proof: String,
}

/// Returns the rows that have an id, such as `A1`, `E2m` or `F-01`.
fn rows(house: &House) -> Vec<Row> {
    let text = house.read(FILE);
    let row = |line: &str| {
        let mut cells = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ");
        let (id, _, proof) = (cells.next()?, cells.next()?, cells.next()?);
        let is_id = id.starts_with(|first: char| first.is_ascii_uppercase())
            && id.chars().any(|character| character.is_ascii_digit())
            && !id.contains(' ');
        is_id.then(|| Row { id: id.to_owned(), proof: proof.to_owned() })
    };
    let rows: Vec<Row> = text.lines().filter_map(row).collect();
    assert!(!rows.is_empty(), "{FILE} has no rows");
    rows
}

/// Returns the names of tests in a cell. They are sentences, so they have several underscores.
fn names(cell: &str) -> impl Iterator<Item = &str> {
    let quoted = cell.split('`').skip(1).step_by(2);
    quoted.filter(|name| {
        name.matches('_').count() > 1
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    })
}

fn is_answered(proof: &str, steps: &str) -> bool {
    let step = proof.strip_prefix("Step \"").and_then(|rest| rest.split('"').next());
    if let Some(step) = step {
        return steps.contains(&format!("step \"{step}\""));
    }
    names(proof).next().is_some() || proof.starts_with(NOT_PROVED) || proof.starts_with(DECIDED)
}

/// Returns the names of all tests in Rust.
fn tests(house: &House) -> BTreeSet<String> {
    let folders = ["functions", "local", "shared", "tests"].into_iter();
    let mut found = BTreeSet::new();
    for path in folders.flat_map(|folder| house.files(folder, ".rs")) {
        let mut is_test = false;
        for line in house.read(&path).lines().map(str::trim) {
            is_test |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
            if let Some((_, rest)) = line.split_once("fn ").filter(|_| is_test) {
                found.insert(rest.split(['(', '<']).next().unwrap_or_default().to_owned());
                is_test = false;
            }
        }
    }
    found
}
