//! The house rules of ARCHITECTURE.md: functions, template, events and docs/functions.md agree,
//! dependencies run one way, files stay short.

use std::fs;
use std::path::{Path, PathBuf};

use serde_yaml_ng::Value;

/// Functions that answer a caller who isn't signed in, so that they have no `not-signed-in.json`.
pub(crate) const OPEN_TO_ALL: &[&str] = &[
    "native-preview-invite",
    "native-invite-page",
    "native-decline-invite",
    "bungie-list-potential-groups",
];

/// Files of more than `LONGEST` lines, each with the reason why it isn't split.
const LONG_FILES: &[(&str, &str)] = &[];
const LONGEST: usize = 500;

/// One folder under `functions/`.
struct Function {
    folder: String,
    package: String,
    logical_id: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn exists(path: &str) -> bool {
    root().join(path).exists()
}

/// The names in a folder, sorted; none where there is no such folder.
fn names_in(path: &str) -> Vec<String> {
    let Ok(entries) = fs::read_dir(root().join(path)) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn functions() -> Vec<Function> {
    let mut functions = Vec::new();
    for api in names_in("functions") {
        for verb in names_in(&format!("functions/{api}")) {
            let package = format!("{api}-{verb}");
            let logical_id =
                package.split('-').map(|word| word[..1].to_uppercase() + &word[1..]).collect();
            functions.push(Function {
                folder: format!("functions/{api}/{verb}"),
                package,
                logical_id,
            });
        }
    }
    assert!(
        !functions.is_empty(),
        "functions/ has no functions: is the test run from the repository?"
    );
    functions
}

/// Every Rust file below the folder, by its path from the root.
fn rust_files(folder: &str) -> Vec<String> {
    let mut files = Vec::new();
    for name in names_in(folder) {
        let path = format!("{folder}/{name}");
        if root().join(&path).is_dir() {
            files.extend(rust_files(&path));
        } else if name.ends_with(".rs") {
            files.push(path);
        }
    }
    files
}

/// A file's code without its line comments.
fn code_of(path: &str) -> String {
    let without_comment = |line: &str| match line.find("//") {
        Some(at) if !line[..at].ends_with(':') => line[..at].to_owned(),
        _ => line.to_owned(),
    };
    read(path).lines().map(|line| without_comment(line) + "\n").collect()
}

/// The modules of this crate that the code names, as `crate::name` or inside `crate::{…}`.
fn own_modules(code: &str) -> Vec<String> {
    let word = |text: &str| {
        text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>()
    };
    let mut modules = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let Some(group) = rest.strip_prefix('{') else {
            modules.push(word(rest));
            continue;
        };
        let mut depth = 0;
        let mut starts = true;
        for (at, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => starts = true,
                c if starts && !c.is_whitespace() => {
                    modules.push(word(&group[at..]));
                    starts = false;
                }
                _ => {}
            }
        }
    }
    modules
}

pub(crate) fn template() -> Value {
    serde_yaml_ng::from_str(&read("template.yaml")).expect("template.yaml is YAML")
}

/// The template's functions: logical id and resource.
pub(crate) fn template_functions(template: &Value) -> Vec<(String, Value)> {
    let resources = template["Resources"].as_mapping().expect("template.yaml has Resources");
    let is_function =
        |resource: &Value| resource["Type"].as_str() == Some("AWS::Serverless::Function");
    resources
        .iter()
        .filter(|(_, resource)| is_function(resource))
        .map(|(id, resource)| (id.as_str().unwrap().to_owned(), resource.clone()))
        .collect()
}

/// The routes of a template function, each as `METHOD /path`.
pub(crate) fn routes(function: &Value) -> Vec<String> {
    let Some(events) = function["Properties"]["Events"].as_mapping() else { return Vec::new() };
    let http = events.values().filter(|event| event["Type"].as_str() == Some("HttpApi"));
    http.map(|event| {
        let text = |name: &str| event["Properties"][name].as_str().unwrap_or("?").to_owned();
        format!("{} {}", text("Method").to_uppercase(), text("Path"))
    })
    .collect()
}

pub(crate) fn hold(rule: &str, broken: &[String]) {
    assert!(broken.is_empty(), "{rule}\n  {}\n", broken.join("\n  "));
}

#[test]
fn a_function_is_one_folder_package_and_binary() {
    let mut broken = Vec::new();
    for Function { folder, package, .. } in functions() {
        for file in ["Cargo.toml", "src/lib.rs", "src/main.rs"] {
            if !exists(&format!("{folder}/{file}")) {
                broken.push(format!("{folder}: add {file}"));
            }
        }
        if !exists(&format!("{folder}/Cargo.toml")) || !exists(&format!("{folder}/src/main.rs")) {
            continue;
        }
        let manifest = read(&format!("{folder}/Cargo.toml"));
        if manifest.lines().find(|line| line.starts_with("name = "))
            != Some(&format!("name = \"{package}\""))
        {
            broken.push(format!(
                "{folder}/Cargo.toml: name the package \"{package}\", as its folder says"
            ));
        }
        if !manifest.contains(&format!("[[bin]]\nname = \"{package}\"")) {
            broken.push(format!(
                "{folder}/Cargo.toml: name the binary \"{package}\", as its folder says"
            ));
        }
        if manifest.contains("description = \"\"") {
            broken
                .push(format!("{folder}/Cargo.toml: say in `description` what the function does"));
        }
        let lines = read(&format!("{folder}/src/main.rs")).lines().count();
        if lines > 20 {
            broken.push(format!(
                "{folder}/src/main.rs: {lines} lines, at most 20: telemetry, configuration, clients, run; the rest belongs in lib.rs"
            ));
        }
    }
    hold(
        "A function is functions/<api>/<verb-noun>, one package with one binary of the same name.",
        &broken,
    );
}

#[test]
fn every_function_stands_in_the_template() {
    let template = template();
    let deployed = template_functions(&template);
    let mut broken = Vec::new();
    for Function { folder, package, logical_id } in functions() {
        let Some((_, resource)) = deployed.iter().find(|(id, _)| *id == logical_id) else {
            broken.push(format!("{folder}: add the resource {logical_id} to template.yaml"));
            continue;
        };
        if resource["Properties"]["CodeUri"].as_str() != Some(folder.as_str()) {
            broken.push(format!("{logical_id}: set CodeUri to {folder}"));
        }
        if resource["Metadata"]["BuildMethod"].as_str() != Some("rust-cargolambda") {
            broken.push(format!("{logical_id}: set Metadata BuildMethod to rust-cargolambda"));
        }
        if resource["Metadata"]["BuildProperties"]["Binary"].as_str() != Some(package.as_str()) {
            broken.push(format!("{logical_id}: set Metadata BuildProperties Binary to {package}"));
        }
    }
    for (id, _) in &deployed {
        if !functions().iter().any(|function| function.logical_id == *id) {
            broken.push(format!(
                "{id}: add its folder under functions/, or take it out of template.yaml"
            ));
        }
    }
    hold("template.yaml and functions/ name the same functions.", &broken);
}

#[test]
fn no_function_of_the_api_refers_to_the_api() {
    let template = template();
    let mut broken = Vec::new();
    let mut check = |place: &str, environment: &Value| {
        let text = serde_yaml_ng::to_string(environment).unwrap();
        if text.contains("Api.") || text.contains("${Api}") || text.contains("!Ref Api") {
            broken.push(format!("{place}: use the parameter PublicUrl"));
        }
    };
    check("Globals", &template["Globals"]["Function"]["Environment"]);
    for (id, resource) in template_functions(&template) {
        check(&id, &resource["Properties"]["Environment"]);
    }
    hold(
        "The API's body names the functions, so a function's environment that names the API is a cycle (docs/adr/0011); no linter sees it.",
        &broken,
    );
}

#[test]
fn every_function_has_its_events() {
    let mut broken = Vec::new();
    for Function { package, .. } in functions() {
        let events = names_in(&format!("events/{package}"));
        if events.is_empty() {
            broken.push(format!(
                "{package}: add events/{package}/<case>.json, whole events as Lambda gets them"
            ));
            continue;
        }
        let mut needed = Vec::new();
        if !package.starts_with("background-") {
            needed.extend(["success.json", "malformed.json"]);
            if !OPEN_TO_ALL.contains(&package.as_str()) {
                needed.push("not-signed-in.json");
            }
        }
        for name in needed {
            if !events.iter().any(|event| event == name) {
                broken.push(format!("{package}: add events/{package}/{name}"));
            }
        }
        for event in events {
            let path = format!("events/{package}/{event}");
            if let Err(error) = serde_json::from_str::<serde_json::Value>(&read(&path)) {
                broken.push(format!("{path}: must be JSON: {error}"));
            }
        }
    }
    for folder in names_in("events").iter().filter(|name| root().join("events").join(name).is_dir())
    {
        if !functions().iter().any(|function| function.package == *folder) {
            broken.push(format!(
                "events/{folder}: no function has this name; rename or remove the folder"
            ));
        }
    }
    hold(
        "Every function has events/<package>/ for `sam local invoke`, the console and the tests.",
        &broken,
    );
}

/// Whether `docs/functions.md` leaves this route out, because a sentence above its table stands for
/// it.
fn goes_without_saying(route: &str) -> bool {
    let path = route.split(' ').nth(1).unwrap_or_default();
    let other_form = ["/Platform/", "/platform/", "/api/v3/onezone/"]
        .iter()
        .any(|prefix| path.starts_with(prefix));
    path.ends_with("/{slash+}") || other_form || route.starts_with("OPTIONS ")
}

#[test]
fn every_function_of_the_api_answers_a_panic() {
    let mut broken = Vec::new();
    for Function { folder, package, .. } in
        functions().iter().filter(|function| !function.package.starts_with("background-"))
    {
        let code = code_of(&format!("{folder}/src/lib.rs"));
        let (api, _) = package.split_once('-').expect("a package is <api>-<verb-noun>");
        if !code.contains(&format!("{api}::respond(")) && !code.contains("settle(&request") {
            broken.push(format!(
                "{folder}/src/lib.rs: answer through {api}::respond, or shared::http::settle"
            ));
        }
    }
    hold(
        "A panic is the API's own 500, and what takes too long its 503: shared::http::settle sees to both.",
        &broken,
    );
}

#[test]
fn the_list_of_functions_has_every_function_and_route() {
    let list = read("docs/functions.md");
    let rows: Vec<&str> = list.lines().filter(|line| line.starts_with("| `")).collect();
    let deployed = template_functions(&template());
    let mut broken = Vec::new();
    for Function { package, logical_id, .. } in functions() {
        let Some(row) = rows.iter().find(|row| row.starts_with(&format!("| `{package}` "))) else {
            broken.push(format!("{package}: add its row"));
            continue;
        };
        let documented: Vec<&str> =
            row.split('|').nth(2).unwrap_or_default().split('`').skip(1).step_by(2).collect();
        let deployed: Vec<String> = deployed
            .iter()
            .filter(|(id, _)| *id == logical_id)
            .flat_map(|(_, resource)| routes(resource))
            .collect();
        for route in deployed
            .iter()
            .filter(|route| !goes_without_saying(route) && !documented.contains(&route.as_str()))
        {
            broken.push(format!("{package}: add `{route}` to its row"));
        }
        for route in documented.iter().filter(|route| !deployed.iter().any(|there| there == *route))
        {
            broken.push(format!("{package}: the template has no route `{route}`"));
        }
    }
    for row in &rows {
        let name = row.split('`').nth(1).unwrap_or_default();
        if !functions().iter().any(|function| function.package == name) {
            broken.push(format!("{name}: no such function; take its row out"));
        }
    }
    hold("docs/functions.md lists each function with its routes.", &broken);
}

#[test]
fn the_domain_knows_no_io() {
    let mut broken = Vec::new();
    for path in rust_files("shared/src/domain") {
        let code = code_of(&path);
        for word in ["aws_", "lambda_http", "lambda_runtime", "tokio::"] {
            if code.contains(word) {
                broken.push(format!(
                    "{path}: names `{word}`; move what needs it to store/, mail/, auth/ or http/"
                ));
            }
        }
        for module in own_modules(&code).iter().filter(|module| *module != "domain") {
            broken.push(format!(
                "{path}: names `crate::{module}`; the domain depends on nothing of ours but itself"
            ));
        }
    }
    hold("shared/src/domain is pure rules: no AWS, no HTTP, no other module.", &broken);
}

#[test]
fn the_engine_knows_neither_http_nor_the_sdk() {
    let mut broken = Vec::new();
    for path in rust_files("shared/src/engine") {
        let code = code_of(&path);
        for word in ["lambda_http", "lambda_runtime", "aws_sdk", "aws_lambda", "aws_smithy"] {
            if code.contains(word) {
                broken.push(format!("{path}: names `{word}`; requests end in the functions and http/, the SDK begins in store/ and mail/"));
            }
        }
        for module in
            own_modules(&code).iter().filter(|module| ["http", "api"].contains(&module.as_str()))
        {
            broken.push(format!(
                "{path}: names `crate::{module}`; return a typed outcome and let the API render it"
            ));
        }
    }
    hold("shared/src/engine is use cases: input, store, typed outcome.", &broken);
}

#[test]
fn only_the_configuration_reads_the_environment() {
    let files =
        ["shared/src", "functions", "local/src"].iter().flat_map(|folder| rust_files(folder));
    let reads = |path: &String| {
        let code = code_of(path);
        code.contains("std::env") || code.contains("env::var")
    };
    let broken: Vec<String> =
        files.filter(|path| path != "shared/src/config.rs" && reads(path)).collect();
    hold(
        "Only shared/src/config.rs reads the environment: take a value of `Environment`, or an option of the command line.",
        &broken,
    );
}

#[test]
fn files_stay_short() {
    let files =
        ["shared", "functions", "local", "tests"].iter().flat_map(|folder| rust_files(folder));
    let mut broken = Vec::new();
    for path in files {
        let lines = read(&path).lines().count();
        let excused = LONG_FILES.iter().any(|(excused, _)| *excused == path);
        if lines > LONGEST && !excused {
            broken.push(format!("{path}: {lines} lines; split it by what its parts are for, or give a reason in LONG_FILES"));
        }
        if lines <= LONGEST && excused {
            broken.push(format!("{path}: {lines} lines; take it out of LONG_FILES"));
        }
    }
    for (path, reason) in LONG_FILES {
        if !exists(path) || reason.is_empty() {
            broken
                .push(format!("{path}: LONG_FILES names a file that is gone, or gives no reason"));
        }
    }
    hold(&format!("No Rust file is longer than {LONGEST} lines without a reason."), &broken);
}

#[test]
fn nothing_is_left_undone() {
    let files =
        ["shared", "functions", "local", "tests"].iter().flat_map(|folder| rust_files(folder));
    let marks = [concat!("todo", "!("), concat!("unimplemented", "!(")];
    let broken: Vec<String> =
        files.filter(|path| marks.iter().any(|mark| code_of(path).contains(mark))).collect();
    hold("Nothing is left undone behind a macro that panics: write it, or leave it out.", &broken);
}
