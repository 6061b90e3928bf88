//! Adds a native endpoint to a copy of the repository, edit by edit, as ARCHITECTURE.md, "Adding an
//! endpoint", describes. The house rules must name each edit until it is made.

use std::fs;
use std::path::Path;

use tempfile::tempdir;

use super::derived::DERIVED;
use super::findings;
use super::lanes::end_of_shortest_lane;
use super::tree::House;

/// An edit that is made by hand.
struct Step {
    /// The file, as ARCHITECTURE.md names it.
    place: &'static str,
    /// The start of the finding while the edit is missing.
    named: &'static str,
    edit: fn(&House),
}

/// The largest number of edits that an endpoint may need.
const MOST: usize = 9;

/// The edits. Each copies the text of `get-invite`.
const STEPS: &[Step] = &[
    Step {
        place: "Cargo.toml",
        named: "functions/native/try-endpoint: add Cargo.toml",
        edit: |house| copy(house, "functions/native/{}/Cargo.toml"),
    },
    Step {
        place: "src/lib.rs",
        named: "functions/native/try-endpoint: add src/lib.rs",
        edit: |house| copy(house, "functions/native/{}/src/lib.rs"),
    },
    Step {
        place: "src/main.rs",
        named: "functions/native/try-endpoint: add src/main.rs",
        edit: |house| copy(house, "functions/native/{}/src/main.rs"),
    },
    Step {
        place: "template.yaml",
        named: "template.yaml: add the resource NativeTryEndpoint",
        edit: |house| {
            let template = house.read("template.yaml");
            let from = template.find("  NativeGetInvite:\n").unwrap();
            let to = from + template[from..].find("\n\n").unwrap();
            let resource =
                renamed(&template[from..to]).replace("/invites/{invite}", "/tries/{try}");
            // `get-invite` is the first of its lane.
            let lane = format!("Function\n    DependsOn: {}\n", end_of_shortest_lane(house));
            let resource = resource.replacen("Function\n", &lane, 1);
            house.write(
                "template.yaml",
                &format!("{}{resource}\n\n{}", &template[..from], &template[from..]),
            );
        },
    },
    Step {
        place: "local/Cargo.toml",
        named: "local/Cargo.toml: add native-try-endpoint = ",
        edit: |house| copy_line(house, "local/Cargo.toml", "native-get-invite = "),
    },
    Step {
        place: "local/src/registry.rs",
        named: "local/src/registry.rs: add request!(native_try_endpoint, ",
        edit: |house| copy_line(house, "local/src/registry.rs", "request!(native_get_invite, "),
    },
    Step {
        place: "shared/src/api/native/reference/operations",
        named: "shared/src/api/native/reference/operations: declare the operation",
        edit: copy_operation,
    },
    Step {
        place: "success.json",
        named: "events/native-try-endpoint: add success.json",
        edit: |house| copy(house, "events/native-{}/success.json"),
    },
    Step {
        place: "malformed.json",
        named: "events/native-try-endpoint: add malformed.json",
        edit: |house| copy(house, "events/native-{}/malformed.json"),
    },
];

/// Copies the declaration of the operation of `get-invite`.
fn copy_operation(house: &House) {
    const FILE: &str = "shared/src/api/native/reference/operations/invites.rs";
    let text = house.read(FILE);
    let from = text.find("Operation::get(\"/v1/groups/{group}/invites/{invite}\"").unwrap();
    let to = from + text[from..].find("        Operation::patch(").unwrap();
    let operation = renamed(&text[from..to])
        .replace("/invites/{invite}", "/tries/{try}")
        .replace("\"getInvite\"", "\"tryEndpoint\"");
    house.write(FILE, &format!("{}{operation}        {}", &text[..from], &text[from..]));
}

/// Returns a text of `get-invite` with the names of the new endpoint.
fn renamed(text: &str) -> String {
    text.replace("get-invite", "try-endpoint")
        .replace("get_invite", "try_endpoint")
        .replace("NativeGetInvite", "NativeTryEndpoint")
}

/// Copies a file of `get-invite`. `{}` in the path is the endpoint's name.
fn copy(house: &House, path: &str) {
    let text = house.read(&path.replace("{}", "get-invite"));
    house.write(&path.replace("{}", "try-endpoint"), &renamed(&text));
}

/// Copies the line of `get-invite` that begins with this text.
fn copy_line(house: &House, path: &str, begins: &str) {
    let text = house.read(path);
    let line = text.lines().find(|line| line.trim_start().starts_with(begins)).unwrap();
    house.write(path, &text.replace(line, &format!("{line}\n{}", renamed(line))));
}

/// Copies the files that the rules read, without build output and with no hidden folder but `.ci`.
fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let is_hidden = name.starts_with('.') && name != ".ci";
        if is_hidden || ["target", "node_modules"].contains(&name.as_str()) {
            continue;
        }
        let copy = to.join(&name);
        if entry.file_type().unwrap().is_dir() {
            copy_tree(&entry.path(), &copy);
        } else {
            fs::copy(entry.path(), copy).unwrap();
        }
    }
}

/// Returns all findings of the rules.
fn found(house: &House) -> Vec<String> {
    findings(house).into_iter().flat_map(|(_, broken)| broken).collect()
}

#[test]
fn a_native_endpoint_takes_nine_edits_and_the_rules_name_each_missing_one() {
    let copy = tempdir().unwrap();
    copy_tree(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."), copy.path());
    // A new `House` reads the files again after each edit.
    let house = || House::at(copy.path().to_owned());
    let before = found(&house());
    // The rules find an endpoint by its folder.
    for folder in ["functions/native/try-endpoint/src", "events/native-try-endpoint"] {
        fs::create_dir_all(copy.path().join(folder)).unwrap();
    }
    let new = |house: &House| -> Vec<String> {
        found(house).into_iter().filter(|finding| !before.contains(finding)).collect()
    };
    let mut missing = new(&house());
    for (number, step) in STEPS.iter().enumerate() {
        let is_named = |step: &Step, missing: &[String]| {
            missing.iter().any(|finding| finding.starts_with(step.named))
        };
        for later in &STEPS[number..] {
            let named = is_named(later, &missing);
            assert!(
                named,
                "after {number} edits no finding begins with {:?}: {missing:#?}",
                later.named
            );
        }
        (step.edit)(&house());
        println!("edit {}: {}", number + 1, step.named);
        missing = new(&house());
        assert!(
            !is_named(step, &missing),
            "the edit is made, but a finding begins with {:?}: {missing:#?}",
            step.named
        );
    }
    assert!(STEPS.len() <= MOST, "an endpoint takes {} edits", STEPS.len());
    // Commands write the rest: the docs are written here, the accesses by a recorded test run.
    let by_command = |finding: &String| finding.starts_with("run `");
    assert!(missing.iter().all(by_command), "{missing:#?}");
    let house = house();
    DERIVED.iter().for_each(|file| house.write(file.path, &(file.text)(&house)));
    let rest = "run `tests/recording/run --keep`: accesses.txt lacks NativeTryEndpoint";
    assert_eq!(new(&house), [rest]);
}

#[test]
fn the_architecture_lists_the_edits() {
    let architecture = House::here().read("ARCHITECTURE.md");
    let (_, rest) = architecture
        .split_once("\n## Adding an endpoint\n")
        .expect("ARCHITECTURE.md has the section");
    let section = rest.split("\n## ").next().unwrap_or_default();
    let number =
        |line: &str| line.split_once(". ").and_then(|(number, _)| number.parse::<usize>().ok());
    let items: Vec<&str> = section.lines().filter(|line| number(line).is_some()).collect();
    assert_eq!(items.len(), STEPS.len(), "{items:#?}");
    for (item, step) in items.iter().zip(STEPS) {
        assert!(item.contains(&format!("{}`", step.place)), "{} is not in {item:?}", step.place);
    }
}
