//! Rules about imports: there is no circle, and every edge between two modules is in the table that
//! ARCHITECTURE.md shows.

mod graph;
mod source;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use super::tree::House;
use crate::house::rule::Rule;
use graph::{Graph, circles};
use table::{HEAD, Module, TABLE, module_of, rows};

/// The crates besides the functions, each with the name that code uses for it.
const CRATES: &[(&str, &str)] = &[
    ("shared", "shared/src/lib.rs"),
    ("beckon", "local/src/lib.rs"),
    ("the binary beckon", "local/src/main.rs"),
    ("the kill test", "local/tests/killed.rs"),
    ("bench", "bench/src/main.rs"),
    ("harness", "tests/harness/lib.rs"),
    ("the tests", "tests/all/main.rs"),
    ("the emulator's tests", "tests/rie/main.rs"),
    ("the recording", "tests/recording/main.rs"),
    ("model", "tests/model/lib.rs"),
    ("the explorations", "tests/model/explored/main.rs"),
];

/// Crates of one file that use no other crate of the repository.
const APART: &[&str] = &["bench/floor/", "tests/rie/panics/"];

pub(super) const RULES: &[Rule] = &[
    Rule {
        says: "The graph of imports has every Rust file.",
        broken: unread,
        mutant: ("shared/src/domain/mod.rs", "pub mod user;", ""),
    },
    Rule {
        says: "No file imports a file that imports it again.",
        broken: circles_of_files,
        mutant: (
            "bench/src/fault.rs",
            "pub(crate) type",
            "use crate::report::table;\npub(crate) type",
        ),
    },
    Rule {
        says: "No part of a folder imports a part that imports it again.",
        broken: circles_of_folders,
        mutant: (
            "shared/src/domain/token/mod.rs",
            "mod base62;",
            "mod base62;\nuse super::macaroon::MAX_CAVEATS;",
        ),
    },
    Rule {
        says: "A module uses only the modules that tests/all/house/edges/table.rs lets it use.",
        broken: forbidden,
        mutant: (
            "shared/src/domain/digest.rs",
            "use super::clock::Timestamp;",
            "use super::clock::Timestamp;\nuse crate::store::StoreError;",
        ),
    },
    Rule {
        says: "tests/all/house/edges/table.rs allows no edge that no file has.",
        broken: idle,
        mutant: ("shared/src/telemetry.rs", "use crate::config", "use crate::domain"),
    },
];

fn graph(house: &House) -> Graph {
    let named = CRATES.iter().map(|(name, file)| ((*name).to_owned(), (*file).to_owned()));
    let functions = house.folders().into_iter().flat_map(|folder| {
        let binary =
            (format!("the binary {}", folder.package), format!("{}/src/main.rs", folder.path));
        [(folder.crate_name(), format!("{}/src/lib.rs", folder.path)), binary]
    });
    let there = |(_, root): &(String, String)| house.text(root).is_some();
    let crates: Vec<(String, String)> = named.chain(functions).filter(there).collect();
    Graph::read(&crates, &|path| house.text(path))
}

fn unread(house: &House) -> Vec<String> {
    let graph = graph(house);
    let read: BTreeSet<&str> = graph.files().collect();
    let folders = ["shared", "functions", "local", "bench", "tests"].into_iter();
    let files = folders.flat_map(|folder| house.files(folder, ".rs"));
    files
        .filter(|path| !read.contains(path.as_str()))
        // A build script is a crate of its own, which uses no other.
        .filter(|path| !path.ends_with("/build.rs"))
        .filter(|path| !APART.iter().any(|apart| path.starts_with(apart)))
        .map(|path| format!("{path}: no crate of CRATES has it as a module"))
        .collect()
}

fn circles_of_files(house: &House) -> Vec<String> {
    let graph = graph(house);
    let mut edges: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    for (from, to, name) in graph.edges() {
        edges.entry(from).or_default().insert(to, name);
    }
    circles(&edges)
}

fn circles_of_folders(house: &House) -> Vec<String> {
    let graph = graph(house);
    let mut folders: BTreeMap<&str, BTreeMap<&str, BTreeMap<&str, &str>>> = BTreeMap::new();
    for (from, to, name) in graph.edges() {
        let (folder, from, to) = parting(from, to);
        // A folder's own file and its other files are compared file by file.
        let is_own = |part: &str| ["mod", "lib", "main"].contains(&part);
        if from != to && !is_own(from) && !is_own(to) {
            folders.entry(folder).or_default().entry(from).or_default().insert(to, name);
        }
    }
    let told = |(folder, edges)| {
        circles(edges).into_iter().map(move |circle| format!("{folder} {circle}"))
    };
    folders.iter().flat_map(told).collect()
}

/// Returns the deepest folder that holds both paths, and the part of each path in it. A file and the
/// folder of the same name are one part.
fn parting<'a>(from: &'a str, to: &'a str) -> (&'a str, &'a str, &'a str) {
    let shared = from.split('/').zip(to.split('/')).take_while(|(a, b)| a == b);
    let length: usize = shared.map(|(part, _)| part.len() + 1).sum();
    let part = |path: &'a str| {
        let rest = &path[length..];
        rest.split('/').next().unwrap_or(rest).trim_end_matches(".rs")
    };
    (&from[..length], part(from), part(to))
}

/// An edge between two modules: the names of both, and a sentence that names a file for it.
type Edge = (&'static Module, &'static str, String);

/// Returns the edges between modules, and the files that are in no module.
fn between_modules(house: &House) -> Vec<Result<Edge, String>> {
    let mut edges = Vec::new();
    for (from, to, name) in graph(house).edges() {
        let homeless = [from, to].into_iter().find(|path| module_of(path).is_none());
        if let Some(path) = homeless {
            edges.push(Err(format!("{path}: it is in no module; give it a row")));
        } else if let (Some((row, own)), Some((other, theirs))) = (module_of(from), module_of(to))
            && own != theirs
        {
            let sentence = format!("{from} names {name}: {} may not use {}", row.name, other.name);
            edges.push(Ok((row, other.name, sentence)));
        }
    }
    edges
}

fn forbidden(house: &House) -> Vec<String> {
    let broken = between_modules(house).into_iter().filter_map(|edge| match edge {
        Ok((row, used, sentence)) => (!row.uses.contains(&used)).then_some(sentence),
        Err(homeless) => Some(homeless),
    });
    broken.collect::<BTreeSet<_>>().into_iter().collect()
}

fn idle(house: &House) -> Vec<String> {
    let edges = between_modules(house).into_iter().filter_map(Result::ok);
    let there: BTreeSet<(&str, &str)> = edges.map(|(row, used, _)| (row.name, used)).collect();
    let allowed = TABLE.iter().flat_map(|row| row.uses.iter().map(|used| (row.name, *used)));
    allowed
        .filter(|edge| !there.contains(edge))
        .map(|(name, used)| format!("{name} does not use {used}: strike it"))
        .collect()
}

/// Returns ARCHITECTURE.md with the rows of the table.
pub(super) fn architecture(house: &House) -> String {
    let text = house.read("ARCHITECTURE.md");
    let Some((before, after)) = text.split_once(HEAD) else {
        return format!("{text}\n{HEAD}{}", rows());
    };
    let end = after.find("\n\n").map_or(after.len(), |end| end + 1);
    format!("{before}{HEAD}{}{}", rows(), &after[end..])
}

#[test]
fn the_table_has_no_circle() {
    let uses = |row: &'static Module| row.uses.iter().map(|used| (*used, row.name)).collect();
    let found = circles(&TABLE.iter().map(|row| (row.name, uses(row))).collect());
    assert!(found.is_empty(), "a module may use a module that may use it: {found:?}");
}
