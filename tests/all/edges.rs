//! Who may name whose items. No import runs in a circle, and each edge between two modules is in the
//! table that ARCHITECTURE.md shows.

mod graph;
mod source;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use graph::{Graph, circles};
use table::{TABLE, markdown, module_of};

/// The crates beside the functions, each with the name that code gives it.
const CRATES: &[(&str, &str)] = &[
    ("shared", "shared/src/lib.rs"),
    ("beckon", "local/src/lib.rs"),
    ("the binary beckon", "local/src/main.rs"),
    ("bench", "bench/src/main.rs"),
    ("harness", "tests/harness/lib.rs"),
    ("the tests", "tests/all/main.rs"),
    ("the emulator's tests", "tests/rie/main.rs"),
    ("the recording", "tests/recording/main.rs"),
];

/// Edges that close a circle between files that are being rewritten. Strike each once it is gone.
const STILL_CLOSING: &[(&str, &str)] =
    &[("shared/src/store/invites.rs", "shared/src/store/invites_together.rs")];

/// Crates of one file, which name nothing of ours.
const APART: &[&str] = &["bench/floor/", "tests/rie/panics/"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn house() -> Graph {
    let mut crates: Vec<(String, String)> =
        CRATES.iter().map(|(name, file)| ((*name).to_owned(), (*file).to_owned())).collect();
    for folder in folders("functions").iter().flat_map(|api| folders(api)) {
        let name = folder.trim_start_matches("functions/").replace(['/', '-'], "_");
        crates.push((format!("the binary {name}"), format!("{folder}/src/main.rs")));
        crates.push((name, format!("{folder}/src/lib.rs")));
    }
    Graph::read(&crates, &|path| fs::read_to_string(root().join(path)).ok())
}

/// What is in the folder, by its path from the root.
fn entries(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(folder)).unwrap();
    let mut paths: Vec<String> = entries
        .map(|entry| format!("{folder}/{}", entry.unwrap().file_name().to_str().unwrap()))
        .collect();
    paths.sort();
    paths
}

fn folders(folder: &str) -> Vec<String> {
    entries(folder).into_iter().filter(|path| root().join(path).is_dir()).collect()
}

fn rust_files(folder: &str) -> Vec<String> {
    let below = folders(folder).into_iter().flat_map(|folder| rust_files(&folder));
    let own = entries(folder).into_iter().filter(|path| path.ends_with(".rs"));
    own.chain(below).collect()
}

/// Fails with the rule and each place that breaks it.
fn hold(rule: &str, broken: &[String]) {
    assert!(broken.is_empty(), "{rule}\n  {}\n", broken.join("\n  "));
}

#[test]
fn every_file_is_read() {
    let house = house();
    let read: BTreeSet<&str> = house.files().collect();
    let all = ["shared", "functions", "local", "bench", "tests"].into_iter().flat_map(rust_files);
    let unread: Vec<String> = all
        .filter(|path| !read.contains(path.as_str()))
        .filter(|path| !APART.iter().any(|apart| path.starts_with(apart)))
        .collect();
    hold("The graph has every Rust file: name a new crate's root in CRATES.", &unread);
}

/// The edges that may be in no circle.
fn edges(house: &Graph) -> impl Iterator<Item = (&str, &str, &str)> {
    house.edges().filter(|(from, to, _)| !STILL_CLOSING.contains(&(from, to)))
}

#[test]
fn edges_that_still_close_a_circle_are_there() {
    let house = house();
    let there: BTreeSet<(&str, &str)> = house.edges().map(|(from, to, _)| (from, to)).collect();
    let gone: Vec<String> = STILL_CLOSING
        .iter()
        .filter(|edge| !there.contains(*edge))
        .map(|(from, to)| format!("{from} → {to}"))
        .collect();
    hold("STILL_CLOSING names edges that are there.", &gone);
}

#[test]
fn no_file_imports_itself_in_a_circle() {
    let house = house();
    let mut graph: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    for (from, to, name) in edges(&house) {
        graph.entry(from).or_default().insert(to, name);
    }
    hold("No file imports a file that imports it again.", &circles(&graph));
}

/// The folder in which the two paths part, and their parts there: a file, and a folder of the same
/// name, are one.
fn parting<'a>(from: &'a str, to: &'a str) -> (&'a str, &'a str, &'a str) {
    let shared = from.split('/').zip(to.split('/')).take_while(|(a, b)| a == b);
    let length: usize = shared.map(|(part, _)| part.len() + 1).sum();
    let part = |path: &'a str| {
        let rest = &path[length..];
        rest.split('/').next().unwrap_or(rest).trim_end_matches(".rs")
    };
    (&from[..length], part(from), part(to))
}

#[test]
fn no_folder_imports_itself_in_a_circle() {
    let house = house();
    let mut folders: BTreeMap<&str, BTreeMap<&str, BTreeMap<&str, &str>>> = BTreeMap::new();
    for (from, to, name) in edges(&house) {
        let (folder, from, to) = parting(from, to);
        // A folder's own file and its other files are compared file by file.
        let is_root = |part: &str| ["mod", "lib", "main"].contains(&part);
        if from != to && !is_root(from) && !is_root(to) {
            folders.entry(folder).or_default().entry(from).or_default().insert(to, name);
        }
    }
    let broken: Vec<String> = folders
        .iter()
        .flat_map(|(folder, graph)| {
            circles(graph).into_iter().map(move |circle| format!("{folder} {circle}"))
        })
        .collect();
    hold("No part of a folder imports a part that imports it again.", &broken);
}

#[test]
fn every_edge_is_in_the_table() {
    let house = house();
    let mut broken = BTreeSet::new();
    let mut taken = BTreeSet::new();
    for (from, to, name) in house.edges() {
        let (Some((row, own)), Some((other, theirs))) = (module_of(from), module_of(to)) else {
            broken.insert(format!("{from} and {to}: one of them is in no module; give it a row"));
            continue;
        };
        if own == theirs {
            continue;
        }
        taken.insert((row.name, other.name));
        if !row.uses.contains(&other.name) {
            broken.insert(format!("{from} names {name}: {} may not use {}", row.name, other.name));
        }
    }
    for row in TABLE {
        for used in row.uses.iter().filter(|used| !taken.contains(&(row.name, **used))) {
            broken.insert(format!("{} does not use {used}: strike it", row.name));
        }
    }
    let broken: Vec<String> = broken.into_iter().collect();
    hold("Modules use one another as tests/all/edges/table.rs allows, and no otherwise.", &broken);
}

#[test]
fn the_table_has_no_circle() {
    let graph: BTreeMap<&str, BTreeMap<&str, &str>> = TABLE
        .iter()
        .map(|row| (row.name, row.uses.iter().map(|used| (*used, row.name)).collect()))
        .collect();
    hold("No module may use a module that may use it.", &circles(&graph));
}

#[test]
fn the_architecture_shows_the_table() {
    let document = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let table = markdown();
    assert!(document.contains(&table), "ARCHITECTURE.md must have this table:\n\n{table}");
}
