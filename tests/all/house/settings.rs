//! Rules of the settings: the table in shared/src/config/settings.rs, template.yaml, events/env.json
//! and the docs have the same ones.

use std::collections::BTreeSet;

use beckon::logical_id;
use serde_yaml_ng::Value;
use shared::config::settings::{ALL, JWT_TYPE};
use shared::config::{Reader, Setting, Unset};

use super::rule::{Rule, unless};
use super::tree::{House, yaml};

/// The variable that no function reads: it changes them when a parameter changes (docs/adr/0017).
const NOT_READ: &str = "CONFIGURATION_VERSION";

pub(super) const RULES: &[Rule] = &[
    Rule {
        says: "template.yaml gives each setting to the functions that read it, and sets nothing else.",
        broken: |house| {
            missing_variables(house).into_iter().chain(strange_variables(house)).collect()
        },
        mutant: ("template.yaml", "        JWT_TYPE: !Ref JwtType\n", ""),
    },
    Rule {
        says: "A parameter's default is that of its setting.",
        broken: defaults,
        mutant: ("template.yaml", "    Default: 86400\n", "    Default: 86401\n"),
    },
    Rule {
        says: "A parameter that functions read is counted in the resource Configuration (docs/adr/0017).",
        broken: |house| {
            let counted =
                yaml(&house.template()["Resources"]["Configuration"]["Properties"]["Content"]);
            let parameters =
                variables(house).into_iter().filter_map(|(.., value)| parameter(house, value));
            parameters
                .filter(|parameter| !counted.contains(&format!("${{{parameter}}}")))
                .map(|parameter| format!("template.yaml: add ${{{parameter}}} to Configuration"))
                .collect()
        },
        mutant: ("template.yaml", "        ${JwtType}\n", ""),
    },
    Rule {
        says: "Secrets come from Secrets Manager, and nothing else does.",
        broken: |house| {
            let mut broken = Vec::new();
            for (place, name, value) in variables(house) {
                let resolved = yaml(value).contains("{{resolve:secretsmanager:");
                let secret =
                    ALL.iter().any(|setting| setting.name() == name && setting.is_secret());
                let good = resolved == secret || value.as_str() == Some("");
                broken.extend(unless(good, &format!("template.yaml: {name} of {place}")));
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
        says: "events/env.json has each setting but those of AWS, and nothing else.",
        broken: examples,
        mutant: ("events/env.json", "    \"JWT_TYPE\": \"\",\n", ""),
    },
    Rule {
        says: "The docs name no setting that isn't there.",
        broken: |house| {
            let files = house.files("docs", ".md").into_iter();
            let files =
                files.chain(["README.md", "ARCHITECTURE.md", "events/README.md"].map(String::from));
            files.flat_map(|path| strange_names(house, &path)).collect()
        },
        mutant: ("docs/settings.md", "`JWT_TYPE`", "`JWT_KIND`"),
    },
];

/// Every variable that the template sets: for all functions (`Globals`) or for one, by its id.
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

/// The settings that a function lacks.
fn missing_variables(house: &House) -> Vec<String> {
    let set = variables(house);
    let is_set = |place: &str, setting: &Setting| {
        set.iter().any(|(at, name, _)| [place, "Globals"].contains(at) && *name == setting.name())
    };
    let background = house.registered().into_iter().filter(|one| one.access.is_none());
    let background: Vec<String> = background.map(|one| logical_id(&one.name)).collect();
    let mut broken = Vec::new();
    for setting in ALL.iter().filter(|setting| setting.is_of_the_template()) {
        let places = match setting.reader() {
            Reader::Mail => background.clone(),
            Reader::All | Reader::Requests | Reader::Api(_) => vec!["Globals".to_owned()],
        };
        let missing = places.iter().filter(|place| !is_set(place, setting));
        broken.extend(missing.map(|place| {
            format!("template.yaml: add {} to the environment of {place}", setting.name())
        }));
    }
    broken
}

/// The variables that no setting is.
fn strange_variables(house: &House) -> Vec<String> {
    let known = |name: &str| name == NOT_READ || ALL.iter().any(|setting| setting.name() == name);
    let strange = variables(house).into_iter().filter(|(_, name, _)| !known(name));
    strange
        .map(|(place, name, _)| {
            format!("template.yaml: {place} sets {name}, which shared/src/config/settings.rs lacks")
        })
        .collect()
}

/// The parameter that a value is.
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
            &format!("template.yaml: {parameter} must have {wanted}, as {name} has"),
        ));
    }
    broken
}

fn examples(house: &House) -> Vec<String> {
    let file: serde_json::Value = serde_json::from_str(&house.read("events/env.json")).unwrap();
    let there = file["Parameters"].as_object().expect("events/env.json has Parameters");
    let wanted: BTreeSet<&str> =
        ALL.iter().map(|setting| setting.name()).filter(|name| !name.starts_with("AWS_")).collect();
    let missing = wanted.iter().filter(|name| !there.contains_key(**name));
    let missing = missing.map(|name| format!("events/env.json: add {name}"));
    let strange = there.keys().filter(|name| !wanted.contains(name.as_str()));
    missing.chain(strange.map(|name| format!("events/env.json: {name} is no setting"))).collect()
}

/// The words in code font that look like a setting's name and are none.
fn strange_names(house: &House, path: &str) -> Vec<String> {
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

/// The rows of the table in docs/settings.md.
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

/// The parameters that a text names, in code font.
fn parameters_in(house: &House, text: &str) -> String {
    let parameters = house.template()["Parameters"].as_mapping().expect("Parameters").keys();
    let named = parameters.filter_map(Value::as_str).filter(|name| {
        text.contains(&format!("${{{name}}}")) || text.contains(&format!("!Ref {name}\n"))
    });
    let named: Vec<String> = named.map(|name| format!("`{name}`")).collect();
    if named.is_empty() { "–".to_owned() } else { named.join(", ") }
}

#[test]
fn a_setting_is_a_row_of_the_docs() {
    let rows = rows(&House::here());
    assert_eq!(rows.len(), ALL.len());
    let row = format!("| `JWT_TYPE` | {} | `JwtType` | – | requests |", JWT_TYPE.about());
    assert!(rows.contains(&row), "{rows:#?}");
}
