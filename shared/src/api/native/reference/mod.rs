//! The reference: the native API as an OpenAPI 3.1 document, from the types of its bodies and from
//! the operations that `operations/` declares.
//!
//! `docs/openapi.json` is this document. Functions serve that file, and do not compile this module.

mod operation;
mod operations;
mod responses;
mod schemas;
mod values;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

pub use operation::Operation;
pub use operations::all;

use crate::api::native::block::BlockKind;
use crate::domain::email::EmailAddress;
use crate::domain::ids::{GroupId, InviteId, UserId};
use operation::{Callers, Content, Parameter, Shape};
use schemas::Schemas;

const ABOUT: &str = "\
Group invitations: make them, mail them, follow them, accept them.

Requests and answers are JSON in UTF-8, times are RFC 3339 in UTC, ids are strings. Every operation \
that is not marked as public needs an access token (a JWT of your issuer) as \
`Authorization: Bearer <token>`. An unknown field or query parameter is refused, so that a typo never \
passes silently.

Errors are RFC 9457 problems with one stable `code` per reason. `type` leads to a page that explains \
the code. The gateway in front of the service can also answer by itself, with \
`{\"message\": \"…\"}`: 429 above the deployment's throttle, and 503 if a function does not answer.";

/// A variable of paths.
struct PathParameter {
    name: &'static str,
    description: &'static str,
    shape: fn() -> Shape,
}

const PATH_PARAMETERS: &[PathParameter] = &[
    PathParameter { name: "group", description: "The group's id.", shape: Shape::of::<GroupId> },
    PathParameter {
        name: "invite",
        description: "The invite's id in the group.",
        shape: Shape::of::<InviteId>,
    },
    PathParameter {
        name: "kind",
        description: "The kind of the sender.",
        shape: Shape::of::<BlockKind>,
    },
    PathParameter {
        name: "id",
        description: "The id of the user or group, percent-encoded.",
        shape: Shape::of::<UserId>,
    },
    PathParameter {
        name: "email",
        description: "The address, percent-encoded.",
        shape: Shape::of::<EmailAddress>,
    },
    PathParameter {
        name: "user",
        description: "The user's id, percent-encoded.",
        shape: Shape::of::<UserId>,
    },
    PathParameter { name: "token", description: "The token.", shape: Shape::of::<String> },
];

/// Returns the document. `examples` has real answers: by operation, status, and code or name.
pub fn document(examples: &Value) -> Value {
    let mut schemas = Schemas::default();
    schemas.answer(responses::problem());
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for operation in all() {
        let described = described(&operation, &mut schemas, &examples[operation.id]);
        paths.entry(operation.path).or_default().insert(operation.method.to_owned(), described);
    }
    sorted(json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Beckon: the native API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": {"name": env!("CARGO_PKG_LICENSE"), "identifier": env!("CARGO_PKG_LICENSE")},
        },
        "servers": [{"url": "/"}],
        "tags": operations::TAGS.map(|(name, about)| json!({"name": name, "description": about})),
        "security": [{"accessToken": []}],
        "paths": paths,
        "components": {
            "schemas": schemas.finish(),
            "securitySchemes": {
                "accessToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "An access token of the deployment's issuer."},
            },
        },
    }))
}

/// Returns the value with the keys of every object in alphabetical order, whatever order
/// `serde_json` keeps.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let sorted: BTreeMap<String, Value> =
                object.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            Value::Object(sorted.into_iter().collect())
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}

fn described(operation: &Operation, schemas: &mut Schemas, examples: &Value) -> Value {
    let mut parameters: Vec<Value> = variables(operation.path).map(path_parameter).collect();
    parameters.extend(operation.parameters.iter().map(parameter));
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": parameters,
        "responses": responses::of(operation, schemas, examples),
    });
    if !operation.description.is_empty() {
        described["description"] = operation.description.into();
    }
    match operation.callers {
        Callers::SignedIn => {}
        Callers::Everyone => described["security"] = json!([]),
        Callers::Either => described["security"] = json!([{}, {"accessToken": []}]),
    }
    if let Some(body) = request_body(operation, schemas) {
        described["requestBody"] = body;
    }
    described
}

/// Returns the names of the variables in a path.
fn variables(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn path_parameter(name: &str) -> Value {
    let known = PATH_PARAMETERS.iter().find(|parameter| parameter.name == name);
    let description = known.map_or("", |parameter| parameter.description);
    let schema = known.map(|parameter| ((parameter.shape)().schema)());
    json!({"name": name, "in": "path", "required": true, "description": description, "schema": schema})
}

fn parameter(parameter: &Parameter) -> Value {
    let Parameter { place, name, description, schema } = parameter;
    json!({"name": name, "in": place, "description": description, "schema": schema})
}

fn request_body(operation: &Operation, schemas: &mut Schemas) -> Option<Value> {
    let mut content: Map<String, Value> = Map::new();
    for body in &operation.bodies {
        match body {
            Content::One(shape) | Content::Page(shape) => {
                let schema = json!({ "schema": schemas.request(*shape) });
                if operation.method == "patch" {
                    content.insert("application/merge-patch+json".into(), schema.clone());
                }
                // Two bodies of the same media type are alternatives.
                let schema = match content.remove("application/json") {
                    Some(other) => {
                        json!({"schema": {"oneOf": [other["schema"], schema["schema"]]}})
                    }
                    None => schema,
                };
                content.insert("application/json".into(), schema);
            }
            Content::Text(kind) => {
                content.insert((*kind).into(), json!({"schema": {"type": "string"}}));
            }
        }
    }
    (!content.is_empty()).then(|| json!({"required": operation.needs_body, "content": content}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_variable_is_described() {
        for operation in all() {
            for name in variables(operation.path) {
                let known = PATH_PARAMETERS.iter().any(|parameter| parameter.name == name);
                assert!(known, "add {name} of {} to PATH_PARAMETERS", operation.path);
            }
        }
    }

    #[test]
    fn every_reference_has_its_schema_and_every_field_its_description() {
        let document = document(&Value::Null);
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let text = document.to_string();
        for part in text.split("\"#/components/schemas/").skip(1) {
            let name = part.split('"').next().unwrap();
            assert!(schemas.contains_key(name), "{name}");
        }
        for (name, schema) in schemas {
            let cases = schema.get("oneOf").and_then(Value::as_array).cloned();
            for object in cases.unwrap_or_else(|| vec![schema.clone()]) {
                for (field, about) in object["properties"].as_object().into_iter().flatten() {
                    // The tag of an enum has no comment; its variant has one.
                    let described = about.get("description").is_some() || field == "kind";
                    assert!(described, "{name}.{field}: add a doc comment");
                }
            }
        }
    }

    #[test]
    fn operations_have_different_ids() {
        let mut ids: Vec<&str> = all().iter().map(|operation| operation.id).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }
}
