//! The reference of the native API (docs/openapi.json): it follows from the code, and describes each
//! route of the template.

use serde_json::Value;
use shared::api::native::reference::{all, document};

use super::rule::Rule;
use super::tree::{House, routes};

/// Real answers, by operation, status, and code or name. `tests/reference/run` writes them.
const EXAMPLES: &str = "tests/reference/examples.json";

/// The folder with the declarations of operations.
const OPERATIONS: &str = "shared/src/api/native/reference/operations";

pub(super) const RULES: &[Rule] = &[
    Rule {
        says: "The reference describes each route of the native API; pages for people are not in it.",
        broken: routes_and_operations,
        mutant: ("template.yaml", "Path: \"/v1/invites/preview\"", "Path: \"/v1/invites/show\""),
    },
    Rule {
        says: "Each operation of the reference has its route.",
        broken: routes_and_operations,
        mutant: (
            "shared/src/api/native/reference/operations/members.rs",
            "Operation::get(\"/v1/groups/{group}/members\"",
            "Operation::get(\"/v1/groups/{group}/people\"",
        ),
    },
];

/// Returns docs/openapi.json.
pub(super) fn text(house: &House) -> String {
    let examples: Value = serde_json::from_str(&house.read(EXAMPLES)).expect("examples are JSON");
    let document = serde_json::to_string_pretty(&document(&examples)).expect("a document is JSON");
    format!("{document}\n")
}

/// Returns the operations that the code declares, each as `METHOD /path`.
fn declared(house: &House) -> Vec<String> {
    let mut found = Vec::new();
    for file in house.files(OPERATIONS, ".rs") {
        let code = house.read(&file);
        for piece in code.split("Operation::").skip(1) {
            let Some((method, rest)) = piece.split_once('(') else { continue };
            if let Some(path) = rest.trim_start().strip_prefix('"') {
                let path = path.split('"').next().unwrap_or_default();
                found.push(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    found.sort();
    found
}

/// Returns whether the reference describes the route: all but pages for people, the descriptions of
/// other APIs, files that operating systems read, what no route takes, and the twin of a `GET`.
fn is_described(route: &str) -> bool {
    let path = route.split_once(' ').map_or("", |(_, path)| path);
    let apart = ["/i/{token}", "/unsubscribe/", "/docs/", "/openapi/", "/.well-known/"];
    let is_apart =
        matches!(path, "/i" | "/console") || apart.iter().any(|folder| path.starts_with(folder));
    let is_apart = is_apart && path != "/i/{token}/qr.svg";
    !is_apart && path != "$default" && !route.starts_with("HEAD ")
}

fn routes_and_operations(house: &House) -> Vec<String> {
    let declared = declared(house);
    let native =
        house.folders().into_iter().filter(|folder| folder.path.starts_with("functions/native/"));
    let native: Vec<String> = native.map(|folder| folder.logical_id()).collect();
    let deployed = house.deployed();
    let functions = deployed.iter().filter(|(id, _)| native.iter().any(|own| own == id));
    let routes: Vec<String> = functions
        .flat_map(|(_, function)| routes(function))
        .filter(|route| is_described(route))
        .collect();
    let without = native.iter().filter(|own| !deployed.iter().any(|(id, _)| id == own));
    let without = without.map(|id| format!("{OPERATIONS}: declare the operations of {id}"));
    let missing = routes.iter().filter(|route| !declared.contains(route));
    let missing = missing.map(|route| format!("{OPERATIONS}: declare the operation {route}"));
    let gone = declared.iter().filter(|operation| !routes.contains(operation));
    without
        .chain(missing)
        .chain(
            gone.map(|operation| {
                format!("{OPERATIONS}: {operation} has no route in template.yaml")
            }),
        )
        .collect()
}

#[test]
fn the_declared_operations_are_the_compiled_ones() {
    let mut compiled: Vec<String> = all()
        .iter()
        .map(|operation| format!("{} {}", operation.method.to_uppercase(), operation.path))
        .collect();
    compiled.sort();
    assert_eq!(declared(&House::here()), compiled);
}
