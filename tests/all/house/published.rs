//! The descriptions of the published APIs (docs/openapi/<api>.json), and the routes of the template.
//!
//! These files are written by hand. `tests/reference/run` checks every answer of the tests against
//! them.

use serde_json::Value;

use super::rule::Rule;
use super::tree::{House, routes};

/// The published APIs.
const APIS: [&str; 5] = ["bungie", "chembiohub", "evanta", "onezone", "rownd"];

pub(super) const RULES: &[Rule] = &[
    Rule {
        says: "docs/openapi/<api>.json describes each route of its published API, and no other.",
        broken: |house| APIS.iter().flat_map(|api| differences(house, api)).collect(),
        mutant: (
            "template.yaml",
            "Path: \"/me/groups/{group}/invites/{invite}/accept\"",
            "Path: \"/me/groups/{group}/invites/{invite}/take\"",
        ),
    },
    Rule {
        says: "Each operation of docs/openapi/<api>.json has its route.",
        broken: |house| APIS.iter().flat_map(|api| differences(house, api)).collect(),
        mutant: ("docs/openapi/evanta.json", "\"/group_members\"", "\"/group_memberships\""),
    },
];

/// Returns the route as the document has it. `None` for another spelling of the same path, and for
/// methods that only say which others there are.
fn described(route: &str) -> Option<String> {
    let (method, path) = route.split_once(' ')?;
    let is_spelling = path.ends_with("/{slash+}")
        || path.ends_with(".json")
        || path.starts_with("/api/v3/onezone/")
        || path.starts_with("/{platform}/");
    let method = match method {
        "OPTIONS" | "HEAD" => return None,
        // The chembiohub API's functions answer every method, to refuse all but `GET` and `POST`.
        "ANY" => "GET",
        method => method,
    };
    (!is_spelling).then(|| format!("{method} {path}"))
}

fn differences(house: &House, api: &str) -> Vec<String> {
    let file = format!("docs/openapi/{api}.json");
    let document: Value = serde_json::from_str(&house.read(&file)).expect("a document is JSON");
    let paths = document["paths"].as_object().expect("a document has paths").iter();
    let operations: Vec<String> = paths
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().expect("a path has methods").keys();
            methods.map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    let folder = format!("functions/{api}/");
    let functions = house.deployed().into_iter().filter(|(_, function)| {
        function["Properties"]["CodeUri"].as_str().is_some_and(|code| code.starts_with(&folder))
    });
    let routes: Vec<String> = functions
        .flat_map(|(_, function)| routes(function))
        .filter_map(|route| described(&route))
        .collect();
    let missing = routes.iter().filter(|route| !operations.contains(route));
    let missing = missing.map(|route| format!("{file}: describe {route}"));
    let gone = operations.iter().filter(|operation| !routes.contains(operation));
    missing.chain(gone.map(|operation| format!("{file}: {operation} has no route"))).collect()
}
