//! Errors that teach: at every operation of the reference that takes a body, what is refused says
//! what the operation takes.

use harness::{App, Person};
use reqwest::Method;
use serde_json::{Value, json};
use shared::api::native::reference::document;

/// An operation that takes JSON: its method, a path with values for its variables, and its schema.
struct Taking {
    method: Method,
    path: String,
    schema: Value,
}

impl Taking {
    async fn sends(&self, person: &Person, body: &str) -> harness::Answer {
        let request = person.request(self.method.clone(), &self.path);
        let request = request.header("content-type", "application/json").body(body.to_owned());
        person.sends(request).await
    }
}

/// Returns every operation of the reference that takes JSON.
fn all() -> Vec<Taking> {
    let document = document(&json!({}));
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let content = &operation["requestBody"]["content"]["application/json"];
            let Some(name) = content["schema"]["$ref"].as_str() else { continue };
            let schema = document.pointer(name.trim_start_matches('#')).unwrap();
            let part =
                |part: &str| if part.starts_with('{') { "1".to_owned() } else { part.to_owned() };
            found.push(Taking {
                method: method.to_uppercase().parse().unwrap(),
                path: path.split('/').map(part).collect::<Vec<_>>().join("/"),
                schema: schema.clone(),
            });
        }
    }
    assert!(found.len() >= 11, "only {} operations take a body", found.len());
    found
}

#[tokio::test]
async fn an_unknown_field_gets_every_field_that_the_reference_names() {
    let app = App::start().await;
    let alice = app.owner().await;
    for operation in all() {
        let answer = operation.sends(&alice, r#"{"no_such_field":1}"#).await;
        let place = format!("{} {}: {}", operation.method, operation.path, answer.text);
        let fields = operation.schema["properties"].as_object().unwrap();
        let answer = answer.refuses(422, "invalid_body");
        let errors = answer.json["errors"].as_array().unwrap();
        let unknown = errors.iter().find(|error| error["code"] == "unknown_field").expect(&place);
        assert_eq!(unknown["pointer"], "/no_such_field", "{place}");
        let detail = unknown["detail"].as_str().unwrap();
        let named = detail.split("The fields are ").nth(1).expect(&place).trim_end_matches('.');
        let mut named: Vec<&str> = named.split(", ").collect();
        named.sort_unstable();
        assert_eq!(named, fields.keys().collect::<Vec<_>>(), "{place}");
    }
}

#[tokio::test]
async fn a_misspelled_field_gets_the_nearest_one() {
    let app = App::start().await;
    let alice = app.owner().await;
    for operation in all() {
        let fields = operation.schema["properties"].as_object().unwrap();
        let Some(field) = fields.keys().find(|field| field.len() > 4) else { continue };
        let misspelled = format!("{}x", &field[..field.len() - 1]);
        let answer = operation.sends(&alice, &json!({ misspelled: null }).to_string()).await;
        let hint = format!("Do you mean '{field}'?");
        assert!(
            answer.text.contains(&hint),
            "{} {}: {}",
            operation.method,
            operation.path,
            answer.text
        );
    }
}

#[tokio::test]
async fn a_wrong_type_names_the_expected_one_and_broken_json_has_its_place() {
    let app = App::start().await;
    let alice = app.owner().await;
    for operation in all() {
        let place = format!("{} {}", operation.method, operation.path);
        let broken = operation.sends(&alice, "{\n  \"a\": }").await.refuses(400, "malformed_body");
        assert!(
            broken.text_at("/detail").contains("(line 2, column 8)"),
            "{place}: {}",
            broken.text
        );
        let array = operation.sends(&alice, "[]").await.refuses(422, "invalid_body");
        let error = &array.json["errors"][0];
        assert_eq!(
            (&error["pointer"], &error["code"]),
            (&json!(""), &json!("wrong_type")),
            "{place}"
        );
        for (field, schema) in operation.schema["properties"].as_object().unwrap() {
            let kinds = schema["type"].to_string();
            // A boolean is no value of these fields. Fields of other types are objects and names.
            if !kinds.contains("string") && !kinds.contains("integer") && !kinds.contains("array") {
                continue;
            }
            let answer = operation.sends(&alice, &json!({ field: true }).to_string()).await;
            let answer = answer.refuses(422, "invalid_body");
            let errors = answer.json["errors"].as_array().unwrap();
            let at = errors.iter().find(|error| error["pointer"] == format!("/{field}"));
            let at = at.unwrap_or_else(|| panic!("{place} {field}: {}", answer.text));
            assert_eq!(at["code"], "wrong_type", "{place}: {}", answer.text);
            assert!(at["detail"].as_str().unwrap().starts_with("This must be "), "{}", answer.text);
        }
    }
}
