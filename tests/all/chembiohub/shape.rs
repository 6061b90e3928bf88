//! Sends the published examples (docs/contracts/chembiohub.md#objects) to the demo data.

use std::collections::BTreeMap;

use super::*;

/// The original's answer.
const EXAMPLE: &str = r#"{"created":"2016-10-25T13:22:12.249971","created_by":{"can_create_and_own_projects":false,"can_view_assayreg":true,"can_view_chemreg":true,"date_joined":"2016-10-01T09:00:00.934867","display_name":"In Viter","first_name":"In","id":1,"is_logged_in":true,"is_staff":false,"is_superuser":false,"last_login":"2016-10-25T13:20:10.243701","last_name":"Viter","resource_uri":"/chembiohub/api/users/1","username":"inviter"},"email":"a@b.c","first_name":"A","id":1,"last_name":"B","message":"Invite sent successfully to a@b.c, would you like to invite anyone else?","modified":"2016-10-25T13:22:12.249990","projects_selected":[{"id":1,"name":"P1"}],"resource_uri":"/chembiohub/api/invitations/1"}"#;

/// The fields that are `null`, because Beckon does not store them.
const NULL_HERE: [&str; 2] = ["/created_by/date_joined", "/created_by/last_login"];

/// Records the type of each value by its path.
fn types(value: &Value, pointer: &str, found: &mut BTreeMap<String, &'static str>) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    found.insert(pointer.to_owned(), kind);
    for (key, inside) in value.as_object().into_iter().flatten() {
        types(inside, &format!("{pointer}/{key}"), found);
    }
    for inside in value.as_array().into_iter().flatten() {
        types(inside, &format!("{pointer}/0"), found);
    }
}

/// Returns the type of each value by its path.
fn shape(value: &Value) -> BTreeMap<String, &'static str> {
    let mut found = BTreeMap::new();
    types(value, "", &mut found);
    found
}

#[tokio::test]
async fn the_published_request_gets_the_published_shape() {
    let app = App::with_demo().await;
    let inviter = app.user("1").email("inviter@example.com").name("In Viter");
    let body: Value =
        serde_json::from_str(r#"{"email":"a@b.c","first_name":"A","last_name":"B","projects_selected":[{"id":1,"name":"P1"}]}"#).unwrap();
    let answer = inviter.posts(PATH, &body).await.is(201);
    let example: Value = serde_json::from_str(EXAMPLE).unwrap();
    let mut expected = shape(&example);
    for pointer in NULL_HERE {
        assert_eq!(expected.insert(pointer.to_owned(), "null"), Some("string"));
    }
    assert_eq!(shape(&answer.json), expected);
    // `Value` sorts keys alphabetically, as Tastypie does, so parsing and writing keeps the text.
    assert_eq!(answer.text, answer.json.to_string());
    for same in ["email", "first_name", "last_name", "message", "projects_selected"] {
        assert_eq!(answer.json[same], example[same], "{same}");
    }
    for same in ["display_name", "first_name", "id", "last_name", "resource_uri"] {
        assert_eq!(answer.json["created_by"][same], example["created_by"][same], "{same}");
    }
    let id = &answer.json["id"];
    assert_eq!(answer.text_at("/resource_uri"), format!("/chembiohub/api/invitations/{id}"));
    assert_eq!(answer.header("location"), answer.text_at("/resource_uri"));
    assert_eq!(answer.header("content-type"), "application/json; charset=utf-8");
    assert_eq!(
        answer.text_at("/created").len(),
        EXAMPLE["{\"created\":\"".len()..].find('"').unwrap()
    );
}

#[tokio::test]
async fn the_wiki_s_three_parameters_are_sufficient() {
    let app = App::with_demo().await;
    let inviter = app.user("1");
    let body = serde_json::json!({"email": "a@b.c", "first_name": "A", "last_name": "B"});
    let answer = inviter.posts(PATH, &body).await.is(201);
    let mut expected: Vec<String> =
        serde_json::from_str::<BTreeMap<String, Value>>(EXAMPLE).unwrap().into_keys().collect();
    expected.retain(|key| key != "projects_selected");
    assert_eq!(answer.json.as_object().unwrap().keys().cloned().collect::<Vec<_>>(), expected);
}
