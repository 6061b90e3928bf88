//! Every citation in code and documents leads somewhere: documents and their headings, decisions,
//! and the links of Markdown.

mod markdown;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use markdown::{has_heading, links};

/// Folders that git ignores, or that hold no text of this repository.
const SKIPPED: [&str; 6] = [".git", "target", "node_modules", ".aws-sam", ".venv", "__pycache__"];

/// The texts that may be cited only by the path of their document in `docs/contracts/`.
const CONTRACTS: [&str; 7] =
    ["native", "evanta", "rownd", "onezone", "chembiohub", "bungie", "pages"];

/// Names of texts that are not in the repository. Split here, so that this file passes.
const FOREIGN: [&str; 2] = [concat!("RELIA", "BILITY"), concat!("DESIGN", " §")];

/// Where the code is: a path from here on names a file of it.
const SOURCES: [&str; 5] = ["bench/", "functions/", "local/", "shared/", "tests/"];

/// What opens a comment's line, and parts a sentence that goes on in the next line.
const MARKERS: [&str; 5] = ["//!", "///", "//", "#", ">"];

/// The files of the repository that are text, by their paths from its root.
struct Repository {
    texts: BTreeMap<String, String>,
    /// Every file and folder, whether it is text or not.
    paths: BTreeSet<String>,
}

impl Repository {
    fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut repository = Self { texts: BTreeMap::new(), paths: BTreeSet::new() };
        repository.add(&root, "");
        assert!(repository.texts.len() > 100, "is the test run from the repository?");
        repository
    }

    fn add(&mut self, root: &Path, folder: &str) {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if SKIPPED.contains(&name.as_str()) {
                continue;
            }
            let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            self.paths.insert(path.clone());
            if root.join(&path).is_dir() {
                self.add(root, &path);
            } else if !path.ends_with(".snap")
                // Nobody writes a snapshot's head, which names a source file, by hand.
                && let Ok(text) = fs::read_to_string(root.join(&path))
            {
                self.texts.insert(path, text);
            }
        }
    }

    /// Whether `target` (a path, perhaps with an anchor) leads from `folder` to something that is
    /// there.
    fn has(&self, folder: &str, target: &str) -> bool {
        let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
        let Some(path) = joined(folder, path) else { return false };
        let exists = path.is_empty() || self.paths.contains(&path);
        let document = self.texts.get(&path);
        exists && (anchor.is_empty() || document.is_some_and(|text| has_heading(text, anchor)))
    }

    fn has_decision(&self, number: &str) -> bool {
        let prefix = format!("docs/adr/{number}-");
        self.texts.keys().any(|path| path.starts_with(&prefix) && path.ends_with(".md"))
    }

    /// What does not resolve, as `file:line: what`.
    fn broken(&self) -> Vec<String> {
        self.texts.iter().flat_map(|(path, text)| self.broken_in(path, text)).collect()
    }

    fn broken_in(&self, path: &str, text: &str) -> Vec<String> {
        let joined = Joined::new(text);
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut broken = Vec::new();
        let mut report = |at: usize, what: &str| {
            broken.push(format!("{path}:{}: {what}", joined.line(at)));
        };
        let is_markdown = path.ends_with(".md");
        for (at, name) in names(&joined.text, ".md") {
            // Elsewhere in Markdown a document's name is in a link, which is checked below.
            let is_citation = !is_markdown || name.starts_with("docs/");
            if is_citation && !self.has(folder, name) && !self.has("", name) {
                report(at, &format!("there is no {name}"));
            }
        }
        for (at, name) in names(&joined.text, ".rs") {
            let is_citation = SOURCES.iter().any(|folder| name.starts_with(folder));
            if is_citation && !self.has("", name) {
                report(at, &format!("there is no {name}"));
            }
        }
        for (at, number) in decisions(&joined.text) {
            if !self.has_decision(number) {
                report(at, &format!("there is no decision {number} in docs/adr"));
            }
        }
        for (at, citation) in foreign(&joined.text) {
            report(at, &format!("{citation}: cite docs/contracts/<api>.md#<heading> instead"));
        }
        if is_markdown {
            let own = |target: &str| match target.strip_prefix('#') {
                Some(anchor) => has_heading(text, anchor),
                None => self.has(folder, target),
            };
            for (line, target) in links(text) {
                if !own(&target) {
                    broken.push(format!("{path}:{line}: the link to {target} leads nowhere"));
                }
            }
        }
        broken
    }
}

/// `path` as seen from `folder`, without `.` and `..`; nothing where it leaves the repository.
fn joined(folder: &str, path: &str) -> Option<String> {
    let mut parts = PathBuf::new();
    for part in Path::new(folder).join(path).components() {
        match part {
            Component::Normal(name) => parts.push(name),
            Component::CurDir => {}
            Component::ParentDir => {
                if !parts.pop() {
                    return None;
                }
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    parts.into_os_string().into_string().ok()
}

/// A text with its lines joined by spaces and its comment markers taken out, so that a citation
/// that is wrapped over two lines is found.
struct Joined {
    text: String,
    /// Where each line begins.
    starts: Vec<usize>,
}

impl Joined {
    fn new(text: &str) -> Self {
        let mut joined = Self { text: String::new(), starts: Vec::new() };
        for line in text.lines() {
            let line = line.trim();
            let marker = MARKERS.into_iter().find(|marker| line.starts_with(marker));
            joined.starts.push(joined.text.len());
            joined.text.push_str(line.trim_start_matches(marker.unwrap_or_default()).trim());
            joined.text.push(' ');
        }
        joined
    }

    /// The number of the line that has this place.
    fn line(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at)
    }
}

/// Every file of this extension that the text names by its path, with its anchor, and its place.
fn names<'a>(text: &'a str, extension: &str) -> Vec<(usize, &'a str)> {
    let inside = |c: char| c.is_ascii_alphanumeric() || "/._-#".contains(c);
    let mut found = Vec::new();
    for (at, _) in text.match_indices(extension) {
        let before = text[..at].char_indices().rev().find(|(_, c)| !inside(*c));
        let start = before.map_or(0, |(place, c)| place + c.len_utf8());
        let end = text[at..].find(|c| !inside(c)).map_or(text.len(), |length| at + length);
        let name = text[start..end].trim_end_matches(['.', '-', '/']);
        let rest = name.get(at - start..).and_then(|rest| rest.strip_prefix(extension));
        let whole = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('#'));
        // A pattern, a placeholder, or an address of somewhere else.
        let elsewhere = before.is_some_and(|(_, c)| "*}>:~$&…".contains(c));
        if whole && start < at && !elsewhere {
            found.push((start, name));
        }
    }
    found
}

/// Every decision that the text names, as `ADR 0001`, `ADRs 0001, 0002` or `docs/adr/0001`.
fn decisions(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for name in ["ADR ", "ADRs ", "docs/adr/"] {
        for (at, _) in text.match_indices(name) {
            let mut rest = text[at + name.len()..].trim_start_matches('[');
            while let Some(number) = rest.get(..4) {
                if !number.bytes().all(|byte| byte.is_ascii_digit()) {
                    break;
                }
                found.push((at, number));
                let more = rest[4..].strip_prefix(", ").or_else(|| rest[4..].strip_prefix(" and "));
                rest = more.unwrap_or_default();
            }
        }
    }
    found
}

/// Every citation of a text that is not in the repository.
fn foreign(text: &str) -> Vec<(usize, String)> {
    let lower = text.to_ascii_lowercase();
    let mut found: Vec<(usize, String)> = Vec::new();
    for name in FOREIGN {
        found.extend(text.match_indices(name).map(|(at, name)| (at, name.to_owned())));
    }
    for contract in CONTRACTS {
        for form in [format!("contract {contract}"), format!("contracts {contract}")] {
            found.extend(lower.match_indices(&form).filter_map(|(at, form)| {
                let next = lower[at + form.len()..].chars().next();
                let whole = next.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '_' && c != '-');
                whole.then(|| (at, form.to_owned()))
            }));
        }
    }
    found
}

#[test]
fn every_citation_leads_to_a_text_of_the_repository() {
    let broken = Repository::read().broken();
    assert!(broken.is_empty(), "Citations that lead nowhere:\n{}", broken.join("\n"));
}

#[test]
fn a_citation_that_leads_nowhere_is_named_with_its_line() {
    let repository = Repository::read();
    let code = |text: &str| repository.broken_in("a.txt", text).join("\n");
    assert_eq!(code("// docs/security.md#tokens, ADRs 0001 and 0002 (docs/adr/0003)"), "");
    for gone in [format!("docs/{}.md", "gone"), format!("shared/src/{}.rs", "gone")] {
        assert_eq!(code(&format!("\n// See {gone}.")), format!("a.txt:2: there is no {gone}"));
    }
    for text in ["docs/security.md#".to_owned() + "gone", format!("ADRs 0001, {}", 9999)] {
        assert!(code(&format!("\n\n/// ({text}),")).starts_with("a.txt:3: "), "{text}");
    }
    for api in CONTRACTS {
        let wrapped = code(&format!("//! Reads (contract\n//! {api} 4.2)."));
        assert!(wrapped.starts_with("a.txt:1: "), "{wrapped}");
    }
    for text in FOREIGN {
        assert!(code(text).starts_with("a.txt:1: "), "{text}");
    }
    let document = |text: &str| repository.broken_in(&format!("docs/a.{}", "md"), text).len();
    assert_eq!(document("# A\n[a](#a) [b](../template.yaml) `[c](d)` <https://e>"), 0);
    for link in ["b/c.txt", "#b", "../../x", "/template.yaml"] {
        assert_eq!(document(&format!("# A\n\n[b]({link})")), 1, "{link}");
    }
}
