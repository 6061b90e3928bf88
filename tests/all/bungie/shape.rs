//! Sends the published example to the demo data and compares keys, their order and types.

use harness::App;
use serde_json::{Value, json};

use super::{ACCOUNT, fails, posts};

/// The path of the published request. The test replaces the placeholders.
const PATH: &str =
    "/Platform/GroupV2/{groupId}/Members/IndividualInvite/{membershipType}/{membershipId}/";
/// The body of the published request, as printed.
const REQUEST: &str = r#"{
    // Type: string
    "message": ""
}"#;

/// The published response, as printed.
const RESPONSE: &str = r#"{
    // Type: [[GroupApplicationResponse|GroupsV2-GroupApplicationResponse]]
    "Response": {
        // Type: [[GroupApplicationResolveState|GroupsV2-GroupApplicationResolveState]]:Enum
        "resolution": 0
    },
    // Type: [[PlatformErrorCodes|Exceptions-PlatformErrorCodes]]:Enum
    "ErrorCode": 0,
    // Type: integer:int32
    "ThrottleSeconds": 0,
    // Type: string
    "ErrorStatus": "",
    // Type: string
    "Message": "",
    // Type: Dictionary&lt;string,string&gt;
    "MessageData": {
        "{string}": ""
    }
}"#;

/// Returns the text without the comments about types.
fn without_comments(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect()
}

/// Returns the keys of all objects in the text, in order.
fn keys(text: &str) -> Vec<String> {
    let mut keys = Vec::new();
    let mut rest = text;
    while let Some((_, tail)) = rest.split_once('"') {
        let (word, tail) = tail.split_once('"').expect("a string has an end");
        if tail.trim_start().starts_with(':') {
            keys.push(word.to_owned());
        }
        rest = tail;
    }
    keys
}

/// Returns the value with each leaf replaced by its type.
fn types(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), types(value))).collect()
        }
        Value::Array(items) => items.iter().map(types).collect(),
        Value::Number(_) => json!("number"),
        Value::String(_) => json!("string"),
        Value::Bool(_) => json!("bool"),
        Value::Null => Value::Null,
    }
}

#[tokio::test]
async fn the_published_request_gets_the_published_shape() {
    let app = App::with_demo().await;
    let owner = app.user("29842").claim("scope", json!("AdminGroups"));
    let path = PATH
        .replace("{groupId}", "3773")
        .replace("{membershipType}", "3")
        .replace("{membershipId}", ACCOUNT);
    let answer = posts(&owner, &path, without_comments(REQUEST)).await.is(200);

    let expected = without_comments(RESPONSE);
    // `{string}` is the placeholder for a dictionary's keys.
    let expected_keys: Vec<String> =
        keys(&expected).into_iter().filter(|key| key != "{string}").collect();
    assert_eq!(keys(&answer.text), expected_keys);
    let mut expected: Value = serde_json::from_str(&expected).unwrap();
    expected["MessageData"] = json!({});
    assert_eq!(types(&answer.json), types(&expected));
    assert_eq!(
        (&answer.json["ErrorCode"], &answer.json["Response"]["resolution"]),
        (&json!(1), &json!(0))
    );
    // The printed comments are not JSON.
    fails(posts(&owner, &path, REQUEST).await, 30);
}
