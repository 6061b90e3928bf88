//! The schemas of the document: collected from the types, and brought into the form that readers and
//! generators of clients expect.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use utoipa::openapi::{RefOr, Schema};

use super::operation::Shape;

const PREFIX: &str = "#/components/schemas/";

/// The schemas by name.
#[derive(Default)]
pub(super) struct Schemas {
    all: BTreeMap<String, Value>,
    requests: BTreeSet<String>,
}

impl Schemas {
    /// Adds the schema of a request's body, and returns a reference to it.
    pub(super) fn request(&mut self, shape: Shape) -> Value {
        let name = self.add(shape);
        self.requests.insert(name.clone());
        reference(&name)
    }

    /// Adds the schema of an answer, and returns a reference to it.
    pub(super) fn answer(&mut self, shape: Shape) -> Value {
        reference(&self.add(shape))
    }

    /// Adds the schema of a page of these objects, and returns a reference to it.
    pub(super) fn page(&mut self, shape: Shape) -> Value {
        let item = self.add(shape);
        let name = format!("{item}List");
        let schema = json!({
            "type": "object",
            "description": "A page of a list.",
            "properties": {
                "object": {"type": "string", "description": "Always `list`."},
                "data": {"type": "array", "description": "The objects on the page.", "items": reference(&item)},
                "next_cursor": {"type": ["string", "null"], "description": "The cursor of the next page; `null` on the last page."},
            },
            "required": ["data", "next_cursor", "object"],
        });
        self.all.insert(name.clone(), schema);
        reference(&name)
    }

    fn add(&mut self, shape: Shape) -> String {
        let mut found: Vec<(String, RefOr<Schema>)> = Vec::new();
        (shape.others)(&mut found);
        let name = (shape.name)();
        found.push((name.to_string(), (shape.schema)()));
        for (name, schema) in found {
            let schema = serde_json::to_value(schema).unwrap_or_default();
            self.all.insert(short(&name), renamed(schema));
        }
        short(&name)
    }

    /// Returns the named schemas. Values are in the fields that have them, and only objects and
    /// enumerations keep a name.
    pub(super) fn finish(self) -> Map<String, Value> {
        let Self { all, requests } = self;
        let inline: BTreeMap<String, Value> =
            all.iter().filter(|(_, schema)| is_value(schema)).map(owned).collect();
        let taken = reachable(&all, &requests);
        let named = all.iter().filter(|(name, _)| !inline.contains_key(*name));
        let finished = named.map(|(name, schema)| {
            let schema = overlapping(placed(flattened(schema.clone(), &all), &inline));
            let schema = if taken.contains(name) { closed(schema) } else { answered(schema) };
            (name.clone(), always(schema))
        });
        finished.collect()
    }
}

fn owned((name, schema): (&String, &Value)) -> (String, Value) {
    (name.clone(), schema.clone())
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("{PREFIX}{name}") })
}

/// Returns the name in the document of a type: `Invite` for `InviteBody`.
fn short(name: &str) -> String {
    name.strip_suffix("Body").filter(|short| !short.is_empty()).unwrap_or(name).to_owned()
}

/// Returns the name that a reference has.
fn target(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix(PREFIX)
}

/// Changes every object in a value, from the inside out.
fn each(value: Value, change: &impl Fn(Map<String, Value>) -> Value) -> Value {
    match value {
        Value::Object(object) => {
            let object = object.into_iter().map(|(key, value)| (key, each(value, change)));
            change(object.collect())
        }
        Value::Array(items) => items.into_iter().map(|item| each(item, change)).collect(),
        other => other,
    }
}

fn renamed(schema: Value) -> Value {
    each(schema, &|mut object| {
        let name =
            object.get("$ref").and_then(|found| found.as_str()?.strip_prefix(PREFIX)).map(short);
        if let Some(name) = name {
            object.insert("$ref".into(), format!("{PREFIX}{name}").into());
        }
        object.into()
    })
}

/// Returns whether the schema is that of a value: neither an object with fields nor an enumeration.
fn is_value(schema: &Value) -> bool {
    !["properties", "enum", "oneOf", "anyOf", "allOf"].iter().any(|key| schema.get(key).is_some())
}

/// Returns the names of these schemas and of all to which they refer.
fn reachable(all: &BTreeMap<String, Value>, from: &BTreeSet<String>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut left: Vec<String> = from.iter().cloned().collect();
    while let Some(name) = left.pop() {
        if let Some(schema) = all.get(&name) {
            referred(schema, &mut left);
        }
        let is_new = found.insert(name);
        if !is_new {
            left.retain(|name| !found.contains(name));
        }
    }
    found
}

fn referred(schema: &Value, names: &mut Vec<String>) {
    names.extend(target(schema).map(str::to_owned));
    match schema {
        Value::Object(object) => object.values().for_each(|inner| referred(inner, names)),
        Value::Array(items) => items.iter().for_each(|inner| referred(inner, names)),
        _ => {}
    }
}

/// Returns one object for a struct with flattened fields.
fn flattened(schema: Value, all: &BTreeMap<String, Value>) -> Value {
    let Some(parts) = schema.get("allOf").and_then(Value::as_array) else { return schema };
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for part in parts {
        let part = target(part).and_then(|name| all.get(name)).unwrap_or(part);
        let part = flattened(part.clone(), all);
        properties.extend(part["properties"].as_object().cloned().unwrap_or_default());
        required.extend(part["required"].as_array().cloned().unwrap_or_default());
    }
    let mut object = json!({"type": "object", "properties": properties, "required": required});
    if let Some(description) = schema.get("description") {
        object["description"] = description.clone();
    }
    object
}

/// Puts the schema of each value in the place of its reference.
fn placed(schema: Value, inline: &BTreeMap<String, Value>) -> Value {
    each(schema, &|mut object| {
        let value = target(&Value::Object(object.clone())).and_then(|name| inline.get(name));
        if let Some(value) = value {
            let mut value = placed(value.clone(), inline);
            object.remove("$ref");
            for (key, given) in object {
                value[key] = given;
            }
            return value;
        }
        if let Some(value) = or_null(&object).or_else(|| only(&object)) {
            return value;
        }
        if let Some(description) = object.get("oneOf").and_then(description_of_the_other) {
            object.insert("description".into(), description);
        }
        object.into()
    })
}

/// Returns the only alternative of an object that has one, with the object's other keys.
fn only(object: &Map<String, Value>) -> Option<Value> {
    let [only] = object.get("oneOf")?.as_array()?.as_slice() else { return None };
    let mut only = only.clone();
    for (key, value) in object.iter().filter(|(key, _)| *key != "oneOf") {
        only[key.as_str()] = value.clone();
    }
    Some(only)
}

/// Returns the schema of a value that may be `null`, from that of `null` beside that of the value.
fn or_null(object: &Map<String, Value>) -> Option<Value> {
    let [null, value] = object.get("oneOf")?.as_array()?.as_slice() else { return None };
    let kind = value.get("type").filter(|_| is_value(value))?.clone();
    (null.get("type")? == "null").then(|| {
        let mut value = value.clone();
        value["type"] = json!([kind, "null"]);
        value
    })
}

/// Allows an answer to match several of an untagged enum's types: an object with more fields matches
/// the type with fewer too, because an answer's objects are not closed.
fn overlapping(schema: Value) -> Value {
    each(schema, &|mut object| {
        let is_of_types = object
            .get("oneOf")
            .and_then(Value::as_array)
            .is_some_and(|cases| cases.iter().all(|case| target(case).is_some()));
        if is_of_types {
            let cases = object.remove("oneOf").unwrap_or_default();
            object.insert("anyOf".into(), cases);
        }
        object.into()
    })
}

/// Returns the description of the reference beside `null`.
fn description_of_the_other(cases: &Value) -> Option<Value> {
    let [null, other] = cases.as_array()?.as_slice() else { return None };
    (null.get("type")? == "null").then(|| other.get("description").cloned()).flatten()
}

/// Closes every object of a request: unknown fields are refused.
fn closed(schema: Value) -> Value {
    each(schema, &|mut object| {
        if object.contains_key("properties")
            && object.get("type").is_some_and(|kind| kind == "object")
        {
            object.insert("additionalProperties".into(), false.into());
        }
        object.into()
    })
}

/// Requires of every object of an answer the fields that can be `null`. Fields that an answer can
/// lack are never `null`, and the type does not require them.
fn answered(schema: Value) -> Value {
    each(schema, &|mut object| {
        let Some(Value::Object(properties)) = object.get("properties") else {
            return object.into();
        };
        let given = object.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        let is_required = |name: &str, field: &Value| {
            given.iter().any(|one| one == name) || can_be_null(field) || name == "object"
        };
        let required: Vec<&String> = properties
            .iter()
            .filter(|(name, field)| is_required(name, field))
            .map(|(name, _)| name)
            .collect();
        let required = json!(required);
        object.insert("required".into(), required);
        object.into()
    })
}

fn can_be_null(field: &Value) -> bool {
    let named = |kind: &Value| kind == "null";
    field.get("type").and_then(Value::as_array).is_some_and(|kinds| kinds.iter().any(named))
        || field
            .get("oneOf")
            .and_then(Value::as_array)
            .is_some_and(|cases| cases.iter().any(|case| case.get("type").is_some_and(named)))
}

/// Turns the description "Always `invite`." into an enumeration of that word, and the schema of `()`
/// into that of `null`. Each case of a tagged enum gets a title, after which clients name its type.
fn always(schema: Value) -> Value {
    each(schema, &|mut object| {
        // Generators take a field with a default for required. The descriptions name the defaults.
        let defaults_to_null = object.remove("default").is_some_and(|default| default.is_null());
        if defaults_to_null
            && !["type", "$ref", "oneOf"].iter().any(|key| object.contains_key(*key))
        {
            object.insert("type".into(), "null".into());
        }
        let kind = object.get("properties").and_then(|fields| fields["kind"]["enum"][0].as_str());
        if let Some(kind) = kind.map(str::to_owned) {
            object.insert("title".into(), format!("{kind} invitee").into());
        }
        let word = object.get("description").and_then(|text| {
            text.as_str()?.strip_prefix("Always `")?.strip_suffix("`.").map(str::to_owned)
        });
        if let Some(word) = word.filter(|word| word != "null") {
            object.insert("enum".into(), json!([word]));
        }
        object.into()
    })
}
