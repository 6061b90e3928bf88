//! Sends the published example to the demo data.

use std::collections::BTreeMap;

use harness::{Answer, App};
use serde_json::{Value, json};

use super::keys;

const GROUP: &str = "group_zjca79svvbqfeilwr8httcal";

/// The published request, as printed.
const REQUEST: &str = r##"{
  "roles": [
    "editor"
  ],
  "email": "randy@foo.com",
  "phone": 19199993333,
  "user_id": "user_mni5316glfgwtgljboxrv2it",
  "redirect_url": "/somewhere/on/my/site#",
  "app_variant_id": "<string>"
}"##;

/// The `invitation` of the published response, as printed.
const INVITATION: &str = r##"{
  "id": "c92kd7td7z4myhu7z5y637cp",
  "group_id": "group_zjca79svvbqfeilwr8httcal",
  "roles": [
    "editor"
  ],
  "state": "pending",
  "email": "randy@foo.com",
  "phone": 19199993333,
  "user_id": "user_mni5316glfgwtgljboxrv2it",
  "user_lookup_value": "randy@foo.com",
  "redirect_url": "/somewhere/on/my/site#",
  "app_variant_id": "<string>",
  "created_at": "2023-11-07T05:31:56Z",
  "created_by": "user_t6ftnnmw55pamuhfo9xvw0yl",
  "accepted_by": "user_vgzrk03xpenj6td8vwi9crh4",
  "ensured_user_id": "<string>"
}"##;

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Returns whether `part` is a subsequence of `whole`.
fn in_order(part: &[String], whole: &[String]) -> bool {
    let mut rest = whole.iter();
    part.iter().all(|key| rest.any(|other| other == key))
}

/// Records the types of the invite's fields. Asserts that the keys are in the published order and
/// that the values repeat the request.
fn note(seen: &mut BTreeMap<String, &'static str>, invite: &Value, text: &str, asked: &Value) {
    assert!(in_order(&keys(text), &keys(INVITATION)), "{text}");
    seen.extend(invite.as_object().unwrap().iter().map(|(key, value)| (key.clone(), kind(value))));
    for (key, value) in asked.as_object().unwrap() {
        assert_eq!(invite[key], *value, "{key}");
    }
    assert_eq!(
        (&invite["group_id"], &invite["created_by"]),
        (&json!(GROUP), &json!("user_t6ftnnmw55pamuhfo9xvw0yl"))
    );
}

/// Returns the text of the answer's `invitation`.
fn invitation(answer: &Answer) -> &str {
    let (_, rest) =
        answer.text.split_once("\"invitation\":").expect("the answer has an invitation");
    &rest[..rest.len() - 1]
}

/// The published request names three invitees at once, which is an error. So the test sends it once
/// with each of them.
#[tokio::test]
async fn the_published_request_gets_the_published_shape_for_each_invitee() {
    let app = App::with_demo().await;
    let owner = app.user("user_t6ftnnmw55pamuhfo9xvw0yl");
    let path = format!("/me/groups/{GROUP}/invites");
    let printed: Value = serde_json::from_str(REQUEST).unwrap();
    super::fails(owner.posts(&path, &printed).await, 400, "E_INVALID_BODY");

    let mut seen = BTreeMap::new();
    for invitee in ["email", "phone", "user_id"] {
        let mut asked = printed.clone();
        asked.as_object_mut().unwrap().retain(|key, _| {
            key == invitee || !["email", "phone", "user_id"].contains(&key.as_str())
        });
        let answer = owner.posts(&path, &asked).await.is(200);
        assert_eq!(keys(&answer.text), ["link", "invitation"]);
        assert!(
            answer.text_at("/link").starts_with(&format!("{}/i/bkn_", app.running.url)),
            "{}",
            answer.text
        );
        assert_eq!(answer.json["invitation"]["state"], "pending");
        note(&mut seen, &answer.json["invitation"], invitation(&answer), &asked);
        if invitee == "user_id" {
            assert_eq!(answer.json["invitation"]["ensured_user_id"], asked["user_id"]);
            assert!(answer.json["invitation"]["user_lookup_value"].is_null());
            let one = format!("{path}/{}", answer.text_at("/invitation/id"));
            app.user("user_mni5316glfgwtgljboxrv2it")
                .posts(&format!("{one}/accept"), &json!({}))
                .await
                .is(200);
            let accepted = owner.gets(&one).await.is(200);
            assert_eq!(
                (&accepted.json["state"], &accepted.json["accepted_by"]),
                (&json!("accepted"), &asked["user_id"])
            );
            note(&mut seen, &accepted.json, &accepted.text, &asked);
        }
    }
    let example: Value = serde_json::from_str(INVITATION).unwrap();
    let wanted: BTreeMap<String, &str> = example
        .as_object()
        .unwrap()
        .iter()
        .map(|(key, value)| (key.clone(), kind(value)))
        .collect();
    assert_eq!(seen, wanted);
    let lookup = owner.gets(&path).await.is(200);
    let values: Vec<&Value> = lookup.json["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|invite| &invite["user_lookup_value"])
        .collect();
    assert!(
        values.contains(&&json!("randy@foo.com")) && values.contains(&&json!("+19199993333")),
        "{values:?}"
    );
}
