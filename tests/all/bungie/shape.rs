//! The published example against the demo data: the same keys in the same order, with the same
//! types.

use harness::App;
use serde_json::{Value, json};

use super::{ACCOUNT, fails, posts};

/// The example request's path and body in the original's documentation, with the demo group and an
/// account in place of the placeholders.
const PATH: &str =
    "/Platform/GroupV2/{groupId}/Members/IndividualInvite/{membershipType}/{membershipId}/";
const REQUEST: &str = r#"{
    // Type: string
    "message": ""
}"#;

/// The example response, as it is printed there.
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

/// The text without the comments that tell types.
fn without_comments(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect()
}

/// The keys of all objects in the text, in the order in which they stand.
fn keys(text: &str) -> Vec<String> {
    let mut keys = Vec::new();
    let mut rest = text;
    while let Some((_, tail)) = rest.split_once('"') {
        let (word, tail) = tail.split_once('"').expect("no escapes in this text");
        if tail.trim_start().starts_with(':') {
            keys.push(word.to_owned());
        }
        rest = tail;
    }
    keys
}

/// The value with only its type left of every leaf.
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
async fn the_seeds_own_example_gives_its_own_shape() {
    let app = App::with_demo().await;
    let owner = app.user("29842").claim("scope", json!("AdminGroups"));
    let path = PATH
        .replace("{groupId}", "3773")
        .replace("{membershipType}", "3")
        .replace("{membershipId}", ACCOUNT);
    let answer = posts(&owner, &path, without_comments(REQUEST)).await.is(200);

    let expected = without_comments(RESPONSE);
    // A dictionary's placeholder is no key.
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
    // The comments themselves are not JSON.
    fails(posts(&owner, &path, REQUEST).await, 30);
}
