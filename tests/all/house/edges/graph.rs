//! The graph of imports: an edge leads from each file to the files whose items it names.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::source::{Import, Source};

/// A file of the graph.
struct File {
    path: String,
    source: Source,
    root: usize,
    parent: Option<usize>,
    children: BTreeMap<String, usize>,
}

/// The files of some crates, and their edges.
pub(super) struct Graph {
    files: Vec<File>,
    /// The crates by the names that code gives them.
    crates: BTreeMap<String, usize>,
    /// For each file, the files that it names, each with a name that it takes.
    edges: Vec<BTreeMap<usize, String>>,
}

/// The target of a path.
#[derive(Clone, Copy)]
enum Target {
    Module(usize),
    /// An item that this file defines.
    Item(usize),
}

impl Graph {
    /// Reads the crates: each by its name and its root file. `read` gives a file's code, or `None`
    /// where there is no such file.
    pub(super) fn read(crates: &[(String, String)], read: &dyn Fn(&str) -> Option<String>) -> Self {
        let mut graph = Self { files: Vec::new(), crates: BTreeMap::new(), edges: Vec::new() };
        for (name, root) in crates {
            let code = read(root).unwrap_or_else(|| panic!("{root}: no such file"));
            let at = graph.add(root, Source::read(&code), None, read);
            graph.crates.insert(name.clone(), at);
        }
        graph.edges = (0..graph.files.len()).map(|at| graph.edges_of(at)).collect();
        graph
    }

    fn add(
        &mut self,
        path: &str,
        source: Source,
        parent: Option<usize>,
        read: &dyn Fn(&str) -> Option<String>,
    ) -> usize {
        let at = self.files.len();
        let root = parent.map_or(at, |parent| self.files[parent].root);
        self.files.push(File {
            path: path.to_owned(),
            source,
            root,
            parent,
            children: BTreeMap::new(),
        });
        let (folder, own_folder) = folders(path, parent.is_none());
        for child in std::mem::take(&mut self.files[at].source.children) {
            let places = match &child.file {
                Some(file) => vec![format!("{folder}/{file}")],
                None => vec![
                    format!("{own_folder}/{}.rs", child.name),
                    format!("{own_folder}/{}/mod.rs", child.name),
                ],
            };
            let found = places.iter().find_map(|place| Some((place, read(place)?)));
            let (place, code) =
                found.unwrap_or_else(|| panic!("{path}: no file for `mod {}`", child.name));
            let source = if child.tests { Source::default() } else { Source::read(&code) };
            let added = self.add(place, source, Some(at), read);
            self.files[at].children.insert(child.name, added);
        }
        at
    }

    /// Returns the path of every file.
    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|file| file.path.as_str())
    }

    /// Returns every edge: the file it starts from, the file it leads to, and a name that is used.
    pub(super) fn edges(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.edges.iter().enumerate().flat_map(move |(from, edges)| {
            edges.iter().map(move |(to, name)| {
                (self.files[from].path.as_str(), self.files[*to].path.as_str(), name.as_str())
            })
        })
    }

    fn edges_of(&self, from: usize) -> BTreeMap<usize, String> {
        let source = &self.files[from].source;
        // A re-export does not make the file depend on the item.
        let imports = source
            .imports
            .iter()
            .filter(|import| !import.public || source.words.contains(&import.name))
            .map(|import| &import.path);
        let mut edges = BTreeMap::new();
        for path in imports.chain(&source.paths) {
            if let Some(Target::Item(to)) = self.resolve(from, path, &mut BTreeSet::new())
                && to != from
            {
                edges.entry(to).or_insert_with(|| path.join("::"));
            }
        }
        // A macro may use only the name of a crate. A single word may be a variable.
        for word in source.words.iter().filter(|word| word.contains('_')) {
            if let Some(to) = self.crates.get(word) {
                edges.entry(*to).or_insert_with(|| word.clone());
            }
        }
        edges
    }

    /// Returns the target of the path in this file. `None` for paths into other crates. `seen` holds
    /// the imports that led here, so that no import is followed twice.
    fn resolve(
        &self,
        from: usize,
        path: &[String],
        seen: &mut BTreeSet<(usize, String)>,
    ) -> Option<Target> {
        let (first, rest) = path.split_first()?;
        let start = match first.as_str() {
            "crate" => self.files[from].root,
            "self" => from,
            "super" => self.files[from].parent?,
            name => match self.member(from, name, seen) {
                Some(Target::Module(module)) => module,
                Some(item @ Target::Item(_)) => return Some(item),
                None => *self.crates.get(name)?,
            },
        };
        self.walk(start, rest, seen)
    }

    fn walk(
        &self,
        mut module: usize,
        path: &[String],
        seen: &mut BTreeSet<(usize, String)>,
    ) -> Option<Target> {
        for (at, name) in path.iter().enumerate() {
            let last = at + 1 == path.len();
            module = match name.as_str() {
                "super" => self.files[module].parent?,
                "*" => return Some(Target::Item(module)),
                // A function may have the name of its module.
                name if last && self.import(module, name).is_some() => {
                    return self.imported(module, name, seen);
                }
                name => match self.member(module, name, seen) {
                    Some(Target::Module(child)) => child,
                    Some(item @ Target::Item(_)) => return Some(item),
                    None if self.import(module, name).is_some() => return None,
                    None => return Some(Target::Item(module)),
                },
            };
        }
        Some(Target::Module(module))
    }

    /// Returns the module or the imported item that has this name in the file.
    fn member(
        &self,
        module: usize,
        name: &str,
        seen: &mut BTreeSet<(usize, String)>,
    ) -> Option<Target> {
        match self.files[module].children.get(name) {
            Some(child) => Some(Target::Module(*child)),
            None => self.imported(module, name, seen),
        }
    }

    fn imported(
        &self,
        module: usize,
        name: &str,
        seen: &mut BTreeSet<(usize, String)>,
    ) -> Option<Target> {
        let import = self.import(module, name)?;
        let new = seen.insert((module, name.to_owned()));
        if new { self.resolve(module, &import.path, seen) } else { None }
    }

    fn import(&self, module: usize, name: &str) -> Option<&Import> {
        self.files[module].source.imports.iter().find(|import| import.name == name)
    }
}

/// Returns the circles of a graph as texts: for each circle, the shortest one through a node.
/// `edges` holds for each node the nodes that it leads to, with the name of each edge.
pub(super) fn circles(edges: &BTreeMap<&str, BTreeMap<&str, &str>>) -> Vec<String> {
    let mut told: BTreeSet<&str> = BTreeSet::new();
    let mut circles = Vec::new();
    for start in edges.keys() {
        if told.contains(start) {
            continue;
        }
        let Some(circle) = circle_through(start, edges) else { continue };
        let next = circle.iter().cycle().skip(1);
        let named = circle.iter().zip(next).map(|(at, to)| format!("{at} → ({}) ", edges[at][to]));
        circles.push(named.collect::<String>() + start);
        told.extend(circle);
    }
    circles
}

/// Returns the shortest path from the node back to itself.
fn circle_through<'a>(
    start: &'a str,
    edges: &BTreeMap<&'a str, BTreeMap<&'a str, &str>>,
) -> Option<Vec<&'a str>> {
    let mut before: BTreeMap<&str, &str> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for to in edges.get(at).into_iter().flat_map(BTreeMap::keys) {
            if *to == start {
                let mut circle = vec![at];
                while let Some(previous) = circle.last().and_then(|at| before.get(at)) {
                    circle.push(previous);
                }
                circle.reverse();
                return Some(circle);
            }
            if !before.contains_key(to) {
                before.insert(to, at);
                queue.push_back(to);
            }
        }
    }
    None
}

/// Returns the folder of the file, and the folder of its modules.
fn folders(path: &str, root: bool) -> (&str, String) {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    if root || name == "mod.rs" {
        (folder, folder.to_owned())
    } else {
        (folder, path.trim_end_matches(".rs").to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(files: &[(&str, &str)]) -> Graph {
        let read = |path: &str| {
            files.iter().find(|(name, _)| *name == path).map(|(_, code)| (*code).to_owned())
        };
        let crates =
            [("a".to_owned(), "a/lib.rs".to_owned()), ("b".to_owned(), "b/main.rs".to_owned())];
        Graph::read(&crates, &read)
    }

    fn circles_of(graph: &Graph) -> Vec<String> {
        let mut edges: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
        for (from, to, name) in graph.edges() {
            edges.entry(from).or_default().insert(to, name);
        }
        circles(&edges)
    }

    #[test]
    fn a_name_leads_to_the_file_that_defines_it_whoever_hands_it_on() {
        let graph = graph(&[
            ("a/lib.rs", "mod x; pub use x::{Own, Y};"),
            ("a/x/mod.rs", "mod y; pub use y::Y; pub struct Own;"),
            ("a/x/y.rs", "pub struct Y;"),
            ("b/main.rs", "mod c; use a::{Own, Y as Z}; fn main() { c::run(); }"),
            ("b/c.rs", "use super::Z; pub fn run() {}"),
        ]);
        let edges: Vec<_> = graph.edges().collect();
        let expected = [
            ("b/main.rs", "a/x/mod.rs", "a::Own"),
            ("b/main.rs", "a/x/y.rs", "a::Y"),
            ("b/main.rs", "b/c.rs", "c::run"),
            ("b/c.rs", "a/x/y.rs", "super::Z"),
        ];
        assert_eq!(edges, expected);
        assert!(circles_of(&graph).is_empty());
    }

    #[test]
    fn a_circle_is_told_with_its_path_and_names() {
        let graph = graph(&[
            ("a/lib.rs", "mod x; mod y; mod z; pub use x::X;"),
            ("a/x.rs", "use crate::y; pub struct X; fn f() { y::f() }"),
            ("a/y.rs", "pub fn f() -> super::z::Z {}"),
            ("a/z.rs", "use crate::X; pub struct Z;"),
            ("b/main.rs", ""),
        ]);
        let circle = "a/x.rs → (y::f) a/y.rs → (super::z::Z) a/z.rs → (crate::X) a/x.rs";
        assert_eq!(circles_of(&graph), [circle]);
    }
}
