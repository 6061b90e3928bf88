//! Rules about the functions: folders, registry, template and events list the same ones.

use serde_yaml_ng::Value;

use super::rule::{Rule, unless};
use super::tree::{Folder, House, yaml};

pub(super) const RULES: &[Rule] = &[
    Rule {
        says: "A function is functions/<api>/<verb-noun>, one package with one binary of the same name.",
        broken: |house| house.folders().iter().flat_map(|folder| package(house, folder)).collect(),
        mutant: (
            "functions/native/get-invite/Cargo.toml",
            "name = \"native-get-invite\"",
            "name = \"native-read-invite\"",
        ),
    },
    Rule {
        says: "A function's main.rs has at most 20 lines and only starts the function; the rest is in lib.rs.",
        broken: |house| {
            let main = |folder: &Folder| format!("{}/src/main.rs", folder.path);
            let lines = |path: &String| house.text(path).map_or(0, |text| text.lines().count());
            let folders = house.folders();
            folders.iter().map(main).filter(|path| lines(path) > 20).collect()
        },
        mutant: (
            "functions/native/get-invite/src/main.rs",
            "use shared::Service;\n",
            "use shared::Service;\n\n\n\n\n\n\n\n\n\n\n\n",
        ),
    },
    Rule {
        says: "The registry lists every function, and the local service depends on each.",
        broken: registry,
        mutant: (
            "local/src/registry.rs",
            "    request!(native_get_invite, SignedIn, Plain),\n",
            "",
        ),
    },
    Rule {
        says: "template.yaml and functions/ list the same functions.",
        broken: resources,
        mutant: ("template.yaml", "  NativeGetInvite:\n", "  NativeReadInvite:\n"),
    },
    Rule {
        says: "No function's environment refers to the API, because the API refers to the functions, and no linter finds the cycle (docs/adr/0011).",
        broken: |house| {
            let globals = &house.template()["Globals"]["Function"]["Environment"];
            let own = house.deployed().into_iter();
            let own = own.map(|(id, function)| (id, &function["Properties"]["Environment"]));
            let names_api = |environment: &Value| {
                let text = yaml(environment);
                ["Api.", "${Api}", "!Ref Api\n"].iter().any(|name| text.contains(name))
            };
            own.chain([("Globals", globals)])
                .filter(|(_, environment)| names_api(environment))
                .map(|(id, _)| format!("{id}: use the parameter PublicUrl"))
                .collect()
        },
        mutant: (
            "template.yaml",
            "PUBLIC_URL: !Ref PublicUrl",
            "PUBLIC_URL: !GetAtt Api.ApiEndpoint",
        ),
    },
    Rule {
        says: "Every function has events/<package>/, for `sam local invoke`, the console and the tests.",
        broken: |house| {
            let missing =
                house.folders().into_iter().flat_map(|folder| missing_events(house, &folder));
            missing.chain(unknown_events(house)).collect()
        },
        mutant: ("events/native-get-invite/success.json", "{", "{,"),
    },
    Rule {
        says: "Every function of an API turns a panic into the API's 500, and a timeout into its 503, through shared::http::settle.",
        broken: |house| {
            let of_requests = |folder: &Folder| !folder.package.starts_with("background-");
            let folders = house.folders().into_iter().filter(of_requests);
            folders.flat_map(|folder| unguarded(house, &folder)).collect()
        },
        mutant: ("functions/native/get-invite/src/lib.rs", "native::respond(", "respond("),
    },
];

/// Returns the problems of the function's package.
fn package(house: &House, folder: &Folder) -> Vec<String> {
    let Folder { path, package } = folder;
    let mut broken = Vec::new();
    for file in ["Cargo.toml", "src/lib.rs", "src/main.rs"] {
        if house.text(&format!("{path}/{file}")).is_none() {
            broken.push(format!("{path}: add {file}"));
        }
    }
    let Some(manifest) = house.text(&format!("{path}/Cargo.toml")) else { return broken };
    let first_name = manifest.lines().find(|line| line.starts_with("name = "));
    let named = first_name == Some(&format!("name = \"{package}\""));
    let wanted = [
        (named, format!("name the package \"{package}\", after its folder")),
        (
            manifest.contains(&format!("[[bin]]\nname = \"{package}\"")),
            format!("name the binary \"{package}\", after its folder"),
        ),
        (
            manifest.contains("description = ") && !manifest.contains("description = \"\""),
            "describe the function in `description`".to_owned(),
        ),
    ];
    let missing = wanted.into_iter().filter(|(good, _)| !good);
    broken.extend(missing.map(|(_, what)| format!("{path}/Cargo.toml: {what}")));
    broken
}

fn registry(house: &House) -> Vec<String> {
    const REGISTRY: &str = "local/src/registry.rs";
    let (folders, registered) = (house.folders(), house.registered());
    let manifest = house.read("local/Cargo.toml");
    let mut broken = Vec::new();
    for folder in &folders {
        let name = folder.crate_name();
        if !registered.iter().any(|one| one.name == name) {
            broken
                .push(format!("{REGISTRY}: add request!({name}, …, …) with its callers and kind"));
        }
        let dependency = format!("{} = {{ path = \"../{}\" }}", folder.package, folder.path);
        if !manifest.lines().any(|line| line == dependency) {
            broken.push(format!("local/Cargo.toml: add {dependency}"));
        }
    }
    let gone = registered
        .iter()
        .filter(|one| !folders.iter().any(|folder| folder.crate_name() == one.name));
    broken
        .extend(gone.map(|one| format!("{REGISTRY}: {} has no folder under functions/", one.name)));
    broken
}

fn resources(house: &House) -> Vec<String> {
    let (folders, deployed) = (house.folders(), house.deployed());
    let mut broken = Vec::new();
    for folder in &folders {
        let id = folder.logical_id();
        let Some((_, resource)) = deployed.iter().find(|(deployed, _)| *deployed == id) else {
            broken.push(format!("template.yaml: add the resource {id} for {}", folder.path));
            continue;
        };
        let metadata = &resource["Metadata"];
        let wanted = [
            (&resource["Properties"]["CodeUri"], "CodeUri", folder.path.as_str()),
            (&metadata["BuildMethod"], "Metadata BuildMethod", "rust-cargolambda"),
            (
                &metadata["BuildProperties"]["Binary"],
                "Metadata BuildProperties Binary",
                &folder.package,
            ),
        ];
        let wrong = wanted.into_iter().filter(|(value, _, wanted)| value.as_str() != Some(wanted));
        broken.extend(
            wrong.map(|(_, name, wanted)| format!("template.yaml: {id}: set {name} to {wanted}")),
        );
    }
    let gone =
        deployed.iter().filter(|(id, _)| !folders.iter().any(|folder| folder.logical_id() == *id));
    broken.extend(gone.map(|(id, _)| {
        format!(
            "template.yaml: {id} has no folder under functions/; add the folder, or take it out"
        )
    }));
    broken
}

/// Returns the events that the function lacks. The event of a request without credentials is
/// derived from `success.json`.
fn missing_events(house: &House, folder: &Folder) -> Vec<String> {
    let folder = format!("events/{}", folder.package);
    let existing = house.names_in(&folder);
    if folder.starts_with("events/background-") {
        return unless(
            !existing.is_empty(),
            &format!("{folder}: add a batch of the stream, <case>.json"),
        );
    }
    let needed = ["success.json", "malformed.json"].into_iter();
    let missing = needed.filter(|name| !existing.iter().any(|own| own == name));
    missing.map(|name| format!("{folder}: add {name}, a whole event as Lambda gets it")).collect()
}

/// Returns the events that belong to no function or are not JSON.
fn unknown_events(house: &House) -> Vec<String> {
    let folders = house.folders();
    let mut broken = Vec::new();
    for name in
        house.names_in("events").iter().filter(|name| house.is_folder(&format!("events/{name}")))
    {
        if !folders.iter().any(|folder| folder.package == *name) {
            broken.push(format!("events/{name}: no function has this name; rename or remove it"));
        }
        for path in house.files(&format!("events/{name}"), "") {
            if let Err(error) = serde_json::from_str::<serde_json::Value>(&house.read(&path)) {
                broken.push(format!("{path}: not JSON: {error}"));
            }
        }
    }
    broken
}

/// Returns the function's lib.rs if it lacks the guard against panics and timeouts.
fn unguarded(house: &House, folder: &Folder) -> Vec<String> {
    let path = format!("{}/src/lib.rs", folder.path);
    let Some(code) = house.text(&path) else { return Vec::new() };
    let (api, _) = folder.package.split_once('-').expect("a package is <api>-<verb-noun>");
    let good = code.contains(&format!("{api}::respond(")) || code.contains("settle(&request");
    unless(good, &format!("{path}: answer through {api}::respond, or shared::http::settle"))
}
