//! The repository that the rules read: files, functions, registry and template.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use beckon::{Access, Callers, FUNCTIONS, Kind, Trigger, logical_id};
use serde_yaml_ng::Value;

/// A repository on disk, with replacement texts for some of its files.
pub(super) struct House {
    root: PathBuf,
    replaced: BTreeMap<String, String>,
    template: OnceCell<Value>,
}

/// The folder of a function under `functions/`.
pub(super) struct Folder {
    pub(super) path: String,
    pub(super) package: String,
}

impl Folder {
    pub(super) fn logical_id(&self) -> String {
        logical_id(&self.package)
    }

    pub(super) fn crate_name(&self) -> String {
        self.package.replace('-', "_")
    }
}

/// An entry of the registry: a crate, and the access of a request function.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Registered {
    /// The name of the crate.
    pub(super) name: String,
    /// The type of its events in the template.
    pub(super) event: &'static str,
    /// `None` for a function that no request starts.
    pub(super) access: Option<Access>,
}

impl House {
    /// Returns this repository.
    pub(super) fn here() -> Self {
        Self::at(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
    }

    /// Returns the repository at `root`.
    pub(super) fn at(root: PathBuf) -> Self {
        Self { root, replaced: BTreeMap::new(), template: OnceCell::new() }
    }

    /// Returns the same repository with another text for this file.
    pub(super) fn with(&self, path: &str, text: String) -> Self {
        let mut replaced = self.replaced.clone();
        replaced.insert(path.to_owned(), text);
        Self { root: self.root.clone(), replaced, template: OnceCell::new() }
    }

    /// Returns the file's text; `None` if there is no such file.
    pub(super) fn text(&self, path: &str) -> Option<String> {
        let replaced = self.replaced.get(path).cloned();
        replaced.or_else(|| fs::read_to_string(self.root.join(path)).ok())
    }

    /// Returns the text of a file that must exist.
    pub(super) fn read(&self, path: &str) -> String {
        self.text(path).unwrap_or_else(|| panic!("{path}: there is no such file"))
    }

    pub(super) fn write(&self, path: &str, text: &str) {
        fs::write(self.root.join(path), text).unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    pub(super) fn is_folder(&self, path: &str) -> bool {
        self.root.join(path).is_dir()
    }

    /// Returns the names in a folder, sorted; empty if there is no such folder.
    pub(super) fn names_in(&self, path: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.root.join(path)) else { return Vec::new() };
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Returns every file below the folder with this ending, by its path from the root.
    pub(super) fn files(&self, folder: &str, ending: &str) -> Vec<String> {
        let mut files = Vec::new();
        for name in self.names_in(folder) {
            let path = format!("{folder}/{name}");
            if self.is_folder(&path) {
                files.extend(self.files(&path, ending));
            } else if name.ends_with(ending) {
                files.push(path);
            }
        }
        files
    }

    /// Returns the functions' folders.
    pub(super) fn folders(&self) -> Vec<Folder> {
        let apis = self.names_in("functions").into_iter();
        let folders: Vec<Folder> = apis
            .flat_map(|api| {
                let verbs = self.names_in(&format!("functions/{api}")).into_iter();
                verbs.map(move |verb| Folder {
                    path: format!("functions/{api}/{verb}"),
                    package: format!("{api}-{verb}"),
                })
            })
            .collect();
        assert!(!folders.is_empty(), "functions/ is empty; does the test run in the repository?");
        folders
    }

    /// Returns the entries of `local/src/registry.rs`.
    pub(super) fn registered(&self) -> Vec<Registered> {
        self.read("local/src/registry.rs").lines().filter_map(registered).collect()
    }

    /// Returns the parsed template.
    pub(super) fn template(&self) -> &Value {
        self.template.get_or_init(|| {
            serde_yaml_ng::from_str(&self.read("template.yaml")).expect("template.yaml is YAML")
        })
    }

    /// Returns the template's functions: logical ids and resources.
    pub(super) fn deployed(&self) -> Vec<(&str, &Value)> {
        let resources =
            self.template()["Resources"].as_mapping().expect("the template has Resources").iter();
        let functions =
            resources.filter(|(_, resource)| resource["Type"] == "AWS::Serverless::Function");
        functions.map(|(id, function)| (id.as_str().unwrap(), function)).collect()
    }
}

/// Parses a line such as `request!(native_get_invite, SignedIn, Plain),`.
fn registered(line: &str) -> Option<Registered> {
    let row = line.trim().strip_suffix("),")?;
    if let Some(words) = row.strip_prefix("stream!(") {
        let (name, _trigger) = words.split_once(", ")?;
        return Some(Registered { name: name.to_owned(), event: "DynamoDB", access: None });
    }
    if let Some(name) = row.strip_prefix("schedule!(") {
        return Some(Registered { name: name.to_owned(), event: "ScheduleV2", access: None });
    }
    if let Some(name) = row.strip_prefix("topic!(") {
        return Some(Registered { name: name.to_owned(), event: "SNS", access: None });
    }
    if let Some(name) = row.strip_prefix("queue!(") {
        return Some(Registered { name: name.to_owned(), event: "SQS", access: None });
    }
    let words: Vec<&str> = row.strip_prefix("request!(")?.split(", ").collect();
    let [name, callers, kind] = words.try_into().ok()?;
    let access = Access {
        callers: named(&[Callers::Anyone, Callers::SignedIn], callers)?,
        kind: named(&[Kind::Plain, Kind::Makes, Kind::TakesToken], kind)?,
    };
    Some(Registered { name: name.to_owned(), event: "HttpApi", access: Some(access) })
}

/// Returns the variant with this name.
fn named<T: Copy + std::fmt::Debug>(variants: &[T], name: &str) -> Option<T> {
    variants.iter().copied().find(|variant| format!("{variant:?}") == name)
}

/// Returns the events of this type of a function in the template.
pub(super) fn events<'a>(
    function: &'a Value,
    kind: &'a str,
) -> impl Iterator<Item = &'a Value> + use<'a> {
    let events =
        function["Properties"]["Events"].as_mapping().into_iter().flat_map(|map| map.values());
    events.filter(move |event| event["Type"] == kind).map(|event| &event["Properties"])
}

/// Returns the routes of a function in the template, each as `METHOD /path`.
pub(super) fn routes(function: &Value) -> Vec<String> {
    let text = |route: &Value, name: &str| route[name].as_str().unwrap_or("?").to_owned();
    events(function, "HttpApi")
        .map(|route| format!("{} {}", text(route, "Method").to_uppercase(), text(route, "Path")))
        .collect()
}

/// Returns a value as YAML.
pub(super) fn yaml(value: &Value) -> String {
    serde_yaml_ng::to_string(value).unwrap()
}

#[test]
fn the_parsed_registry_equals_the_compiled_one() {
    let compiled: Vec<Registered> = FUNCTIONS
        .iter()
        .map(|function| Registered {
            name: function.name.to_owned(),
            event: match function.trigger {
                Trigger::Request(..) => "HttpApi",
                Trigger::Stream(_) | Trigger::Mail(_) => "DynamoDB",
                Trigger::Schedule(_) => "ScheduleV2",
                Trigger::Topic(_) => "SNS",
                Trigger::Queue(_) => "SQS",
            },
            access: function.access(),
        })
        .collect();
    assert_eq!(House::here().registered(), compiled);
}
