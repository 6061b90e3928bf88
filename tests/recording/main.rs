//! Compares what each function accessed during the tests (`BECKON_RECORD`) with its policy in
//! `template.yaml`, in both directions, and the key prefixes with `tests/recording/accesses.txt`.
//! `just test-policies` runs the tests and this.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
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
    /// Write the recorded key prefixes to accesses.txt instead of comparing them
    #[arg(long)]
    keep: bool,
}

/// The allowed pairs of action and resource, by the function's logical id.
type Allowed = BTreeMap<String, BTreeSet<(String, String)>>;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let recorded = recorded(&arguments.folder);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let template = serde_yaml_ng::from_str(
        &fs::read_to_string(root.join("template.yaml")).expect("template.yaml is readable"),
    )
    .expect("template.yaml is valid YAML");
    let mut findings = against_policies(&recorded, &policies(&template));
    let kept = root.join("tests/recording/accesses.txt");
    let table = table(&recorded);
    if arguments.keep {
        fs::write(&kept, &table).expect("accesses.txt is writable");
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

/// Returns the accesses of all processes of the run, by function.
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

/// Returns the permissions of each function in the template.
fn policies(template: &Value) -> Allowed {
    let resources = template["Resources"].as_mapping().expect("template.yaml has resources").iter();
    let functions =
        resources.filter(|(_, resource)| resource["Type"] == "AWS::Serverless::Function");
    let allowed = |resource: &Value| {
        statements(&resource["Properties"]["Policies"]).into_iter().flat_map(pairs).collect()
    };
    functions
        .map(|(id, resource)| {
            (id.as_str().expect("a logical id is text").to_owned(), allowed(resource))
        })
        .collect()
}

/// Returns every statement of the policies.
fn statements(policies: &Value) -> Vec<&Value> {
    let policies = policies.as_sequence().map(Vec::as_slice).unwrap_or_default().iter();
    // An intrinsic function selects the managed policy for the table's key, which allows no table
    // access.
    let own = policies.filter(|policy| !matches!(policy, Value::Tagged(_)));
    let statements = own.flat_map(|policy| {
        policy["Statement"].as_sequence().expect("a policy has a list of statements")
    });
    statements.map(present).collect()
}

/// Returns the value of an `!If` for a true condition.
fn present(value: &Value) -> &Value {
    match value {
        Value::Tagged(condition) if condition.tag == "If" => &condition.value[1],
        value => value,
    }
}

/// Returns every combination of the statement's actions and resources.
fn pairs(statement: &Value) -> Vec<(String, String)> {
    assert_eq!(statement["Effect"], "Allow", "this check only supports Allow: {statement:?}");
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

/// Returns the resource under the name that accesses use. SES checks permissions for the identity
/// and, if there is one, the configuration set.
fn resource(value: &Value) -> String {
    let text = match present(value) {
        Value::Tagged(tagged) => tagged.value.as_str(),
        value => value.as_str(),
    };
    let text = text.unwrap_or_else(|| panic!("this check does not support the resource {value:?}"));
    match text.trim_start_matches("${TableInUse.Value}/") {
        "TableInUse.Value" => "table".into(),
        index if index.starts_with("index/") => index.into(),
        identity if identity.contains(":ses:") => "identity".into(),
        bus if bus.contains(":event-bus/") => "event-bus".into(),
        "Webhooks.Arn" => "queue".into(),
        other => panic!("this check does not support the resource {other}"),
    }
}

/// Returns the accesses that no policy allows, and the permissions that no test used.
fn against_policies(
    recorded: &BTreeMap<String, BTreeSet<Access>>,
    policies: &Allowed,
) -> Vec<String> {
    let mut findings = Vec::new();
    let nothing = BTreeSet::new();
    let functions: BTreeSet<&String> = recorded.keys().chain(policies.keys()).collect();
    for function in functions {
        let used = recorded.get(function).into_iter().flatten();
        let used: BTreeSet<_> =
            used.map(|access| (access.action.clone(), access.resource.clone())).collect();
        let allowed = policies.get(function).unwrap_or(&nothing);
        let missing = used.difference(allowed);
        findings.extend(missing.map(|(action, resource)| {
            format!("{function} used {action} on {resource}, which its policy does not allow")
        }));
        let unused = allowed.difference(&used);
        findings.extend(unused.map(|(action, resource)| {
            format!("{function} may use {action} on {resource}, but no test made it do so")
        }));
    }
    findings
}

/// Formats the accesses for people: function, action, resource, and the key prefixes on one line.
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

/// Returns the table's lines, each prefixed with its function.
fn lines_with_function(table: &str) -> BTreeSet<String> {
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

/// Returns the lines that only one side has.
fn differences(kept: &str, table: &str) -> Vec<String> {
    let (kept, table) = (lines_with_function(kept), lines_with_function(table));
    let gone = kept
        .difference(&table)
        .map(|line| format!("tests/recording/accesses.txt has a line that no test caused: {line}"));
    let new =
        table.difference(&kept).map(|line| format!("tests/recording/accesses.txt lacks: {line}"));
    gone.chain(new).collect()
}
