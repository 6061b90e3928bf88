//! Rules about the settings: shared/src/config/settings.rs, template.yaml, events/env.json and the
//! docs list the same ones.

use std::collections::BTreeSet;

use beckon::logical_id;
use serde_yaml_ng::Value;
use shared::config::settings::{ALL, JWT_TYPE};
use shared::config::{Reader, Setting, Unset};

use super::rule::{Rule, unless};
use super::tree::{House, yaml};

/// A variable that no function reads. It changes the functions when a parameter changes
/// (docs/adr/0017).
const NOT_READ: &str = "CONFIGURATION_VERSION";

pub(super) const RULES: &[Rule] = &[
    Rule {
        says: "template.yaml sets each setting for the functions that read it, and no other variable.",
        broken: |house| {
            missing_variables(house).into_iter().chain(unknown_variables(house)).collect()
        },
        mutant: ("template.yaml", "        JWT_TYPE: !Ref JwtType\n", ""),
    },
    Rule {
        says: "A function has the settings of its own API only, because an environment has 4 KB.",
        broken: foreign_variables,
        mutant: (
            "template.yaml",
            "        JWT_TYPE: !Ref JwtType\n",
            "        JWT_TYPE: !Ref JwtType\n        EVANTA_TENANT: !Ref EvantaTenant\n",
        ),
    },
    Rule {
        says: "A parameter has the default of its setting.",
        broken: defaults,
        mutant: ("template.yaml", "    Default: 86400\n", "    Default: 86401\n"),
    },
    Rule {
        says: "The resource Configuration contains each parameter that functions read (docs/adr/0017).",
        broken: |house| {
            let content =
                yaml(&house.template()["Resources"]["Configuration"]["Properties"]["Content"]);
            let parameters =
                variables(house).into_iter().filter_map(|(.., value)| parameter(house, value));
            parameters
                .filter(|parameter| !content.contains(&format!("${{{parameter}}}")))
                .map(|parameter| format!("template.yaml: add ${{{parameter}}} to Configuration"))
                .collect()
        },
        mutant: ("template.yaml", "        ${JwtType}\n", ""),
    },
    Rule {
        says: "Secrets come from Secrets Manager, and other settings do not.",
        broken: |house| {
            let mut broken = Vec::new();
            for (place, name, value) in variables(house) {
                let resolved = yaml(value).contains("{{resolve:secretsmanager:");
                let secret =
                    ALL.iter().any(|setting| setting.name() == name && setting.is_secret());
                let good = resolved == secret || value.as_str() == Some("");
                let from = if secret { "from" } else { "without" };
                broken.extend(unless(
                    good,
                    &format!("template.yaml: {place} must set {name} {from} Secrets Manager"),
                ));
            }
            broken
        },
        mutant: (
            "template.yaml",
            "        JWT_TYPE: !Ref JwtType\n",
            "        JWT_TYPE: !Sub \"{{resolve:secretsmanager:${JwtType}}}\"\n",
        ),
    },
    Rule {
        says: "events/env.json has each setting except those of AWS, and no other variable.",
        broken: examples,
        mutant: ("events/env.json", "    \"JWT_TYPE\": \"\",\n", ""),
    },
    Rule {
        says: "The docs name only settings that exist.",
        broken: |house| {
            let files = house.files("docs", ".md").into_iter();
            let files =
                files.chain(["README.md", "ARCHITECTURE.md", "events/README.md"].map(String::from));
            files.flat_map(|path| unknown_names(house, &path)).collect()
        },
        mutant: ("docs/settings.md", "`JWT_TYPE`", "`JWT_KIND`"),
    },
];

/// Returns every variable in the template, with its place: `Globals` or a function's logical id.
fn variables(house: &House) -> Vec<(&str, &str, &Value)> {
    let globals = ("Globals", &house.template()["Globals"]["Function"]["Environment"]);
    let own = house.deployed().into_iter();
    let own = own.map(|(id, function)| (id, &function["Properties"]["Environment"]));
    let environments = own.chain([globals]);
    environments
        .flat_map(|(place, environment)| {
            let variables = environment["Variables"].as_mapping().into_iter().flatten();
            variables.map(move |(name, value)| (place, name.as_str().unwrap(), value))
        })
        .collect()
}

/// Returns the settings that a function lacks.
fn missing_variables(house: &House) -> Vec<String> {
    let set = variables(house);
    let is_set = |place: &str, setting: &Setting| {
        set.iter().any(|(at, name, _)| [place, "Globals"].contains(at) && *name == setting.name())
    };
    let mut broken = Vec::new();
    for setting in ALL.iter().filter(|setting| setting.is_of_the_template()) {
        let places = places(house, setting.reader());
        let missing = places.iter().filter(|place| !is_set(place, setting));
        broken.extend(missing.map(|place| {
            format!("template.yaml: add {} to the environment of {place}", setting.name())
        }));
    }
    broken
}

/// Returns the places that must set a setting with this reader: `Globals`, or logical ids.
fn places(house: &House, reader: Reader) -> Vec<String> {
    let registered = house.registered().into_iter();
    match reader {
        Reader::All | Reader::Requests => vec!["Globals".to_owned()],
        Reader::Mail => {
            let sends_mail = |path: &str| {
                house
                    .text(&format!("{path}/src/lib.rs"))
                    .is_some_and(|code| code.contains("MailService"))
            };
            let folders = house.folders().into_iter();
            folders.filter(|one| sends_mail(&one.path)).map(|one| one.logical_id()).collect()
        }
        Reader::Api(api) => {
            let own = registered.filter(|one| one.name.split('_').next() == Some(api));
            own.map(|one| logical_id(&one.name)).collect()
        }
        Reader::Functions(packages) => packages.iter().map(|package| logical_id(package)).collect(),
    }
}

/// Returns the variables of functions that do not read them.
fn foreign_variables(house: &House) -> Vec<String> {
    let mut broken = Vec::new();
    for (place, name, _) in variables(house) {
        let Some(setting) = ALL.iter().find(|setting| setting.name() == name) else { continue };
        let own = match setting.reader() {
            Reader::All | Reader::Requests => true,
            reader => places(house, reader).iter().any(|reads| reads == place),
        };
        broken.extend(unless(
            own,
            &format!("template.yaml: {place} sets {name}, but does not read it"),
        ));
    }
    broken
}

/// Returns the variables that are not settings.
fn unknown_variables(house: &House) -> Vec<String> {
    let known = |name: &str| name == NOT_READ || ALL.iter().any(|setting| setting.name() == name);
    let unknown = variables(house).into_iter().filter(|(_, name, _)| !known(name));
    unknown
        .map(|(place, name, _)| {
            format!(
                "template.yaml: {place} sets {name}, which is not in shared/src/config/settings.rs"
            )
        })
        .collect()
}

/// Returns the parameter that the value refers to.
fn parameter<'a>(house: &House, value: &'a Value) -> Option<&'a str> {
    let Value::Tagged(reference) = value else { return None };
    let name = reference.value.as_str().filter(|_| reference.tag == "Ref")?;
    (!house.template()["Parameters"][name].is_null()).then_some(name)
}

fn defaults(house: &House) -> Vec<String> {
    let mut broken = Vec::new();
    for (_, name, value) in variables(house) {
        let Some(setting) = ALL.iter().find(|setting| setting.name() == name) else { continue };
        let Some(parameter) = parameter(house, value) else { continue };
        let default = &house.template()["Parameters"][parameter]["Default"];
        let (good, wanted) = match setting.unset() {
            Unset::Fails => (default.is_null(), "no default".to_owned()),
            Unset::Absent => (default.as_str() == Some(""), "the default \"\"".to_owned()),
            Unset::Default(text) => (
                default.as_str().map_or_else(|| yaml(default).trim() == text, |own| own == text),
                format!("the default {text}"),
            ),
        };
        broken.extend(unless(
            good,
            &format!("template.yaml: {parameter} must have {wanted}, as the setting {name}"),
        ));
    }
    broken
}

fn examples(house: &House) -> Vec<String> {
    let file: serde_json::Value = serde_json::from_str(&house.read("events/env.json")).unwrap();
    let found = file["Parameters"].as_object().expect("events/env.json has Parameters");
    let wanted: BTreeSet<&str> =
        ALL.iter().map(|setting| setting.name()).filter(|name| !name.starts_with("AWS_")).collect();
    let missing = wanted.iter().filter(|name| !found.contains_key(**name));
    let missing = missing.map(|name| format!("events/env.json: add {name}"));
    let unknown = found.keys().filter(|name| !wanted.contains(name.as_str()));
    missing.chain(unknown.map(|name| format!("events/env.json: {name} is not a setting"))).collect()
}

/// Returns the words in code font that look like a setting's name, but are not settings.
fn unknown_names(house: &House, path: &str) -> Vec<String> {
    let prefix = |name: &str| name.split_once('_').map(|(first, _)| format!("{first}_"));
    let prefixes: BTreeSet<String> =
        ALL.iter().filter_map(|setting| prefix(setting.name())).collect();
    let text = house.read(path);
    let in_code = text.lines().flat_map(|line| line.split('`').skip(1).step_by(2));
    let names = in_code.filter(|word| {
        word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
            && prefix(word).is_some_and(|prefix| prefixes.contains(&prefix))
    });
    names
        .filter(|name| *name != NOT_READ && !ALL.iter().any(|setting| setting.name() == *name))
        .map(|name| format!("{path}: there is no setting {name}"))
        .collect()
}

/// Returns the rows of the table in docs/settings.md.
pub(super) fn rows(house: &House) -> Vec<String> {
    let set = variables(house);
    let row = |setting: &Setting| {
        let values = set.iter().filter(|(_, name, _)| *name == setting.name());
        let values: String = values.map(|(.., value)| yaml(value)).collect();
        let given = if setting.is_of_the_template() {
            parameters_in(house, &values)
        } else {
            "Lambda".to_owned()
        };
        let unset = match setting.unset() {
            Unset::Fails => "must be set".to_owned(),
            Unset::Absent => "–".to_owned(),
            Unset::Default(value) => format!("`{value}`"),
        };
        let reader = match setting.reader() {
            Reader::All => "all".to_owned(),
            Reader::Requests => "requests".to_owned(),
            Reader::Api(api) => format!("the {api} API"),
            Reader::Functions(packages) => {
                packages.iter().map(|package| format!("`{package}`")).collect::<Vec<_>>().join(", ")
            }
            Reader::Mail => "mail".to_owned(),
        };
        let secret = if setting.is_secret() { " A secret." } else { "" };
        format!(
            "| `{}` | {}{secret} | {given} | {unset} | {reader} |",
            setting.name(),
            setting.about()
        )
    };
    ALL.iter().map(row).collect()
}

/// Returns the parameters that a text refers to, in code font.
fn parameters_in(house: &House, text: &str) -> String {
    let parameters =
        house.template()["Parameters"].as_mapping().expect("the template has Parameters").keys();
    let named = parameters.filter_map(Value::as_str).filter(|name| {
        text.contains(&format!("${{{name}}}")) || text.contains(&format!("!Ref {name}\n"))
    });
    let named: Vec<String> = named.map(|name| format!("`{name}`")).collect();
    if named.is_empty() { "–".to_owned() } else { named.join(", ") }
}

#[test]
fn a_setting_has_a_row_in_the_docs() {
    let rows = rows(&House::here());
    assert_eq!(rows.len(), ALL.len());
    let row = format!("| `JWT_TYPE` | {} | `JwtType` | – | requests |", JWT_TYPE.about());
    assert!(rows.contains(&row), "{rows:#?}");
}
