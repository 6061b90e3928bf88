//! Files, or parts of files, that are generated from others, and the commands that write them.

use beckon::logical_id;
use serde_yaml_ng::Value;

use super::rule::Rule;
use super::tree::{House, events, routes, yaml};
use super::{edges, reference, settings};

/// A file whose tables are generated from other files.
pub(super) struct Derived {
    pub(super) path: &'static str,
    pub(super) text: fn(&House) -> String,
}

const FUNCTIONS: Derived = Derived { path: "docs/functions.md", text: functions };
const SETTINGS: Derived = Derived {
    path: "docs/settings.md",
    text: |house| with_rows(house, "docs/settings.md", |_| settings::rows(house)),
};

const REFERENCE: Derived = Derived { path: "docs/openapi.json", text: reference::text };

const ARCHITECTURE: Derived = Derived { path: "ARCHITECTURE.md", text: edges::architecture };

/// The files that `INSTA_UPDATE=always cargo test -p tests house` writes.
pub(super) const DERIVED: &[Derived] = &[FUNCTIONS, SETTINGS, ARCHITECTURE, REFERENCE];

pub(super) const RULES: &[Rule] = &[
    Rule {
        says: "docs/functions.md lists each function with its routes and description from the template.",
        broken: |house| {
            let mut broken = differences(house, &FUNCTIONS);
            let text = functions(house);
            let apis = house.deployed().into_iter().filter_map(|(_, function)| api(function));
            let mut undocumented: Vec<String> = apis
                .filter(|api| !text.to_lowercase().contains(&format!("## {api}\n")))
                .map(|api| format!("docs/functions.md: add a section ## {api} with a table"))
                .collect();
            undocumented.dedup();
            broken.extend(undocumented);
            broken
        },
        mutant: ("docs/functions.md", "| `native-get-invite` |", "| `native-read-invite` |"),
    },
    Rule {
        says: "docs/settings.md lists each setting.",
        broken: |house| differences(house, &SETTINGS),
        mutant: ("docs/settings.md", "| `JWT_TYPE` |", "| `JWT_KIND` |"),
    },
    Rule {
        says: "ARCHITECTURE.md shows the table of allowed edges.",
        broken: |house| differences(house, &ARCHITECTURE),
        mutant: ("ARCHITECTURE.md", "| `config` | nothing |", "| `config` | `store` |"),
    },
    Rule {
        says: "docs/openapi.json is the document that the code makes.",
        broken: |house| differences(house, &REFERENCE),
        mutant: (
            "docs/openapi.json",
            "\"operationId\": \"listMembers\"",
            "\"operationId\": \"getMembers\"",
        ),
    },
    Rule {
        says: "tests/recording/accesses.txt has every function with policies.",
        broken: |house| {
            let accesses = house.read("tests/recording/accesses.txt");
            let recorded: Vec<&str> =
                accesses.lines().filter(|line| !line.starts_with(' ')).collect();
            let may = |function: &Value| !function["Properties"]["Policies"].is_null();
            let allowed = house.deployed().into_iter().filter(|(_, function)| may(function));
            let allowed: Vec<&str> = allowed.map(|(id, _)| id).collect();
            let missing = allowed.iter().filter(|id| !recorded.contains(id));
            let missing = missing
                .map(|id| format!("run `tests/recording/run --keep`: accesses.txt lacks {id}"));
            let gone = recorded.iter().filter(|id| !allowed.contains(id));
            missing
                .chain(
                    gone.map(|id| {
                        format!("run `tests/recording/run --keep`: accesses.txt has {id}")
                    }),
                )
                .collect()
        },
        mutant: ("tests/recording/accesses.txt", "NativeGetInvite\n", "NativeReadInvite\n"),
    },
];

/// Returns the lines in which the file differs from its generated text.
fn differences(house: &House, file: &Derived) -> Vec<String> {
    const COMMAND: &str = "run `INSTA_UPDATE=always cargo test -p tests house`";
    let (found, wanted) = (house.read(file.path), (file.text)(house));
    let missing = wanted.lines().filter(|line| !found.lines().any(|own| own == *line));
    let missing = missing.map(|line| format!("{COMMAND}: {} lacks the line {line}", file.path));
    let extra = found.lines().filter(|line| !wanted.lines().any(|own| own == *line));
    let extra = extra.map(|line| format!("{COMMAND}: {} has the line {line}", file.path));
    let mut broken: Vec<String> = missing.chain(extra).collect();
    if broken.is_empty() && found != wanted {
        broken.push(format!("{COMMAND}: {} has its lines in another order", file.path));
    }
    broken
}

/// Returns the document with the rows of each table replaced by those for its heading.
fn with_rows(house: &House, path: &str, rows: impl Fn(&str) -> Vec<String>) -> String {
    let mut text = String::new();
    let mut heading = String::new();
    for line in house.read(path).lines().filter(|line| !line.starts_with("| `")) {
        if let Some(words) = line.strip_prefix("## ") {
            heading = words.to_lowercase();
        }
        text.push_str(line);
        text.push('\n');
        if line.starts_with("|---") {
            for row in rows(&heading) {
                text.push_str(&row);
                text.push('\n');
            }
        }
    }
    text
}

/// Returns docs/functions.md with the functions of each API in the order of the template.
fn functions(house: &House) -> String {
    with_rows(house, "docs/functions.md", |heading| {
        let functions = house.deployed().into_iter().map(|(_, function)| function);
        functions.filter(|function| api(function).as_deref() == Some(heading)).map(row).collect()
    })
}

/// Returns the parts of the function's folder: its API, and its verb and noun.
fn words(function: &Value) -> Option<(&str, &str)> {
    function["Properties"]["CodeUri"].as_str()?.strip_prefix("functions/")?.split_once('/')
}

fn api(function: &Value) -> Option<String> {
    words(function).map(|(api, _)| api.to_owned())
}

/// Returns whether a sentence above the table of docs/functions.md covers the route.
fn is_covered_above(route: &str) -> bool {
    let path = route.split(' ').nth(1).unwrap_or_default();
    let other_form =
        ["/{platform}/", "/api/v3/onezone/"].iter().any(|prefix| path.starts_with(prefix));
    path.ends_with("/{slash+}") || other_form || route.starts_with("OPTIONS ")
}

fn row(function: &Value) -> String {
    let package = words(function).map(|(api, verb)| format!("{api}-{verb}")).unwrap_or_default();
    let routes = routes(function).into_iter().filter(|route| !is_covered_above(route));
    let routes: Vec<String> = routes.map(|route| format!("`{route}`")).collect();
    let of_the_stream = events(function, "DynamoDB").map(|_| "the table's stream".to_owned());
    let schedules = events(function, "ScheduleV2");
    let schedules = schedules.filter_map(|schedule| schedule["ScheduleExpression"].as_str());
    let schedules = schedules.map(|expression| format!("the schedule `{expression}`"));
    let topics = events(function, "SNS").map(|_| "the topic of SES's events".to_owned());
    let queues = events(function, "SQS").map(|_| "the queue of webhooks".to_owned());
    let routes = routes.into_iter().chain(of_the_stream).chain(schedules).chain(topics);
    let routes = routes.chain(queues);
    let routes: Vec<String> = routes.collect();
    let routes = routes.join(", ");
    let about = function["Properties"]["Description"].as_str().unwrap_or("?");
    format!("| `{package}` | {routes} | {about} |")
}

#[test]
fn a_function_has_a_row_in_the_docs() {
    let house = House::here();
    let id = logical_id("native-get-invite");
    let (_, function) = house.deployed().into_iter().find(|(deployed, _)| *deployed == id).unwrap();
    let about = yaml(&function["Properties"]["Description"]);
    let row = row(function);
    assert!(
        row.starts_with("| `native-get-invite` | `GET /v1/groups/{group}/invites/{invite}` | ")
    );
    assert!(row.contains(about.trim()), "{row}");
}
