//! Compares what each function accessed while the tests ran (`BECKON_RECORD`) with its policy in
//! `template.yaml`, both ways, and with the key prefixes that `tests/recording/accesses.txt` keeps.
//! `just test-policies` does the whole of it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "this is a test, which fails by panics"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use harness::access::Access;
use serde_yaml_ng::Value;

/// Compares the recorded accesses with the policies of template.yaml.
#[derive(Parser)]
struct Arguments {
    /// The folder that `BECKON_RECORD` named
    folder: PathBuf,
    /// Keep the key prefixes as they were recorded, instead of comparing them
    #[arg(long)]
    keep: bool,
}

/// For each function by its logical id: pairs of an action and the resource that it is for.
type Allowed = BTreeMap<String, BTreeSet<(String, String)>>;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let recorded = recorded(&arguments.folder);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let template = serde_yaml_ng::from_str(
        &fs::read_to_string(root.join("template.yaml")).expect("template.yaml"),
    )
    .expect("YAML");
    let mut findings = against_policies(&recorded, &policies(&template));
    let kept = root.join("tests/recording/accesses.txt");
    let table = table(&recorded);
    if arguments.keep {
        fs::write(&kept, &table).expect("written");
    }
    findings.extend(differences(&fs::read_to_string(&kept).unwrap_or_default(), &table));
    for (function, actions) in policies(&template) {
        println!("{:>2} actions: {function}", actions.len());
    }
    for finding in &findings {
        println!("FAILED {finding}");
    }
    println!("{} functions recorded, {} findings", recorded.len(), findings.len());
    if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The accesses of every process of the run, by function.
fn recorded(folder: &Path) -> BTreeMap<String, BTreeSet<Access>> {
    let files =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut recorded: BTreeMap<String, BTreeSet<Access>> = BTreeMap::new();
    for file in files {
        for line in fs::read_to_string(file.unwrap().path()).unwrap().lines() {
            let (function, access) =
                line.split_once(' ').unwrap_or_else(|| panic!("not a record: {line}"));
            let access = Access::parse(access).unwrap_or_else(|| panic!("not a record: {line}"));
            recorded.entry(function.to_owned()).or_default().insert(access);
        }
    }
    assert!(
        !recorded.is_empty(),
        "{} has no records: run the tests with BECKON_RECORD",
        folder.display()
    );
    recorded
}

/// What each function of the template may do.
fn policies(template: &Value) -> Allowed {
    let resources = template["Resources"].as_mapping().expect("Resources").iter();
    let functions =
        resources.filter(|(_, resource)| resource["Type"] == "AWS::Serverless::Function");
    let allowed = |resource: &Value| {
        statements(&resource["Properties"]["Policies"]).into_iter().flat_map(pairs).collect()
    };
    functions
        .map(|(id, resource)| (id.as_str().expect("an id").to_owned(), allowed(resource)))
        .collect()
}

/// Every statement of the policies.
fn statements(policies: &Value) -> Vec<&Value> {
    let policies = policies.as_sequence().map(Vec::as_slice).unwrap_or_default().iter();
    // An intrinsic function names a managed policy: that of the table's key, which is no access.
    let own = policies.filter(|policy| !matches!(policy, Value::Tagged(_)));
    let statements = own.flat_map(|policy| {
        policy["Statement"].as_sequence().expect("a policy has a list of statements")
    });
    statements.map(present).collect()
}

/// Of an `!If`, what is there where its condition holds.
fn present(value: &Value) -> &Value {
    match value {
        Value::Tagged(condition) if condition.tag == "If" => &condition.value[1],
        value => value,
    }
}

/// Every action of the statement with every resource.
fn pairs(statement: &Value) -> Vec<(String, String)> {
    assert_eq!(statement["Effect"], "Allow", "only what allows is understood here: {statement:?}");
    let several =
        |value: &'_ Value| value.as_sequence().cloned().unwrap_or_else(|| vec![value.clone()]);
    let actions = several(&statement["Action"])
        .into_iter()
        .map(|action| action.as_str().expect("an action is text").to_owned());
    let resources: Vec<String> =
        several(present(&statement["Resource"])).iter().map(resource).collect();
    actions
        .flat_map(|action| {
            resources
                .iter()
                .map(move |resource| (action.clone(), resource.clone()))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// The resource as an access names it. SES wants leave for the identity and, where there is one,
/// for the configuration set.
fn resource(value: &Value) -> String {
    let text = match present(value) {
        Value::Tagged(tagged) => tagged.value.as_str(),
        value => value.as_str(),
    };
    let text = text.unwrap_or_else(|| panic!("not a resource that is understood here: {value:?}"));
    match text.trim_start_matches("${Table.Arn}/") {
        "Table.Arn" => "table".into(),
        index if index.starts_with("index/") => index.into(),
        identity if identity.contains(":ses:") => "identity".into(),
        other => panic!("{other}: not a resource that is understood here"),
    }
}

fn against_policies(
    recorded: &BTreeMap<String, BTreeSet<Access>>,
    policies: &Allowed,
) -> Vec<String> {
    let mut findings = Vec::new();
    let none = BTreeSet::new();
    let functions: BTreeSet<&String> = recorded.keys().chain(policies.keys()).collect();
    for function in functions {
        let used = recorded.get(function).into_iter().flatten();
        let used: BTreeSet<_> =
            used.map(|access| (access.action.clone(), access.resource.clone())).collect();
        let allowed = policies.get(function).unwrap_or(&none);
        let missing = used.difference(allowed);
        findings.extend(missing.map(|(action, resource)| {
            format!("{function} used {action} on {resource}, which its policy doesn't allow")
        }));
        let unused = allowed.difference(&used);
        findings.extend(unused.map(|(action, resource)| {
            format!("{function} may {action} on {resource}, and no test made it do so")
        }));
    }
    findings
}

/// The accesses as one reads them: function, action, resource, and the key prefixes in one line.
fn table(recorded: &BTreeMap<String, BTreeSet<Access>>) -> String {
    let mut text = String::new();
    for (function, accesses) in recorded {
        let mut lines: BTreeMap<(&str, &str), String> = BTreeMap::new();
        for access in accesses {
            let line = lines.entry((&access.action, &access.resource)).or_default();
            write!(line, " {}", access.keys).unwrap();
        }
        writeln!(text, "{function}").unwrap();
        for ((action, resource), keys) in lines {
            writeln!(text, "{}", format!("  {action} {resource}:{keys}").trim_end()).unwrap();
        }
    }
    text
}

/// The table's lines, each with its function before it.
fn each_with_function(table: &str) -> BTreeSet<String> {
    let mut function = "";
    let mut lines = BTreeSet::new();
    for line in table.lines() {
        match line.strip_prefix("  ") {
            Some(access) => _ = lines.insert(format!("{function} {access}")),
            None => function = line,
        }
    }
    lines
}

/// The lines of which function that only one side has.
fn differences(kept: &str, table: &str) -> Vec<String> {
    let (kept, table) = (each_with_function(kept), each_with_function(table));
    let gone = kept
        .difference(&table)
        .map(|line| format!("tests/recording/accesses.txt has, and no test did: {line}"));
    let new =
        table.difference(&kept).map(|line| format!("tests/recording/accesses.txt lacks: {line}"));
    gone.chain(new).collect()
}
