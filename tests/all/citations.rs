//! Checks that every citation in code and documents resolves: documents and their headings,
//! decisions, and Markdown links.

mod markdown;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use markdown::{has_heading, links};

/// The folders that git ignores or that hold no text of this repository.
const SKIPPED: [&str; 6] = [".git", "target", "node_modules", ".aws-sam", ".venv", "__pycache__"];

/// The APIs and pages whose contracts may be cited only by their path in `docs/contracts/`.
const CONTRACTS: [&str; 7] =
    ["native", "evanta", "rownd", "onezone", "chembiohub", "bungie", "pages"];

/// The names of texts outside the repository. They are split so that this file passes.
const FOREIGN: [&str; 2] = [concat!("RELIA", "BILITY"), concat!("DESIGN", " §")];

/// The folders of the code. A path that begins with one names a source file.
const SOURCES: [&str; 5] = ["bench/", "functions/", "local/", "shared/", "tests/"];

/// The markers at the start of a comment line. They interrupt a sentence that wraps.
const MARKERS: [&str; 5] = ["//!", "///", "//", "#", ">"];

/// The files of the repository, by their paths from its root.
struct Repository {
    /// The text files with their contents.
    texts: BTreeMap<String, String>,
    /// Every file and folder, text or not.
    paths: BTreeSet<String>,
}

impl Repository {
    fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut repository = Self { texts: BTreeMap::new(), paths: BTreeSet::new() };
        repository.add(&root, "");
        assert!(
            repository.texts.len() > 100,
            "only {} texts were found; does the test run in the repository?",
            repository.texts.len()
        );
        repository
    }

    fn add(&mut self, root: &Path, folder: &str) {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            // What is installed for the bench's peers is behind links to the user's cache.
            if SKIPPED.contains(&name.as_str()) || entry.file_type().unwrap().is_symlink() {
                continue;
            }
            let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            self.paths.insert(path.clone());
            if root.join(&path).is_dir() {
                self.add(root, &path);
            } else if !path.ends_with(".snap")
                // insta writes the header of a snapshot, which names a source file.
                && let Ok(text) = fs::read_to_string(root.join(&path))
            {
                self.texts.insert(path, text);
            }
        }
    }

    /// Returns whether `target`, a path with or without an anchor, exists as seen from `folder`.
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

    /// Returns the citations that do not resolve, as `file:line: problem`.
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
            // Other document names in Markdown are link targets, which are checked below.
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

/// Returns `path` as seen from `folder`, without `.` and `..`; `None` if it leaves the repository.
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

/// A text with its lines joined and its comment markers removed, so that a citation that wraps over
/// two lines is found.
struct Joined {
    text: String,
    /// The offset at which each line begins.
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

    /// Returns the number of the line at this offset.
    fn line(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at)
    }
}

/// Returns the paths with this extension that the text names, with their anchors and offsets.
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
        // The path belongs to a pattern, a placeholder or a URL.
        let elsewhere = before.is_some_and(|(_, c)| "*}>:~$&…".contains(c));
        if whole && start < at && !elsewhere {
            found.push((start, name));
        }
    }
    found
}

/// Returns the decisions that the text names, as `ADR 0001`, `ADRs 0001, 0002` or `docs/adr/0001`.
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

/// Returns the citations of texts outside the repository.
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
fn every_citation_resolves_to_a_text_of_the_repository() {
    let broken = Repository::read().broken();
    assert!(broken.is_empty(), "citations that do not resolve:\n{}", broken.join("\n"));
}

#[test]
fn a_citation_that_does_not_resolve_is_reported_with_its_line() {
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
