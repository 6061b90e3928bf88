//! Sends the published request to the demo data and compares the shape of the answer.

use harness::App;
use reqwest::Client;
use serde_json::{Value, json};

/// The published path, without its `$HOST:8443`.
const PATH: &str = "/api/v3/onezone/groups/HwUpk8jrwxKOe45uzLFX2GVC8lKEasj4q253sptVqF8/users/token";

/// The published responses: to the `curl` example, the 200, and a 400 as the example of an error.
const FROM_CURL: &str = r#"{
  "token": "MDAxNmxvY2F00aW9uIHJlZlFTUbnZpdGVthHo8xmai4RqqBO2MZM00mrYGgo"
}"#;
const OK: &str = r#"{
  "token" : "JKAxNWxvY2F0aW9uIG9uZXpvbmUKMDAzYmlkZW50aWZpZXIgOEhmSEFSSGdrbHFCa1pWSTRsNk1CVHZTU3Z0OThwcHA2OTQ4czhRN1NPawowMDFhY2lkIHRpbWUgPCAxNDk2MTQwMTQ0CjAwMmZzaWduYXR1cmUg88OIBmav38YI0Z2-dw-fvrZ3XP-J0HjCN0taT3_WungK"
}"#;
const BAD_REQUEST: &str = r#"{
  "error" : "Provided data could not be understood by the server"
}"#;

/// Returns the keys of a JSON object in order, each with the type of its value.
fn shape(text: &str) -> String {
    fn of(value: &Value) -> &'static str {
        match value {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        }
    }
    let object: serde_json::Map<String, Value> =
        serde_json::from_str(text).expect("the text is a JSON object");
    object.iter().map(|(key, value)| format!("{key}:{} ", of(value))).collect()
}

#[tokio::test]
async fn the_published_request_gets_the_published_response() {
    let running = App::with_demo().await.running;
    let client = Client::builder().no_proxy().build().unwrap();
    let claims = json!({"sub": "29842", "name": "Generic User"});
    let token: Value = client
        .post(format!("{}/local/token", running.url))
        .json(&claims)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let password = token["access_token"].as_str();
    // `curl -u username:password -X POST` sends neither a content type nor a body. The example
    // request has a body.
    let asked = || client.post(format!("{}{PATH}", running.url)).basic_auth("username", password);
    for request in [asked(), asked().json(&json!({}))] {
        let answer = request.send().await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["content-type"]),
            (200, &"application/json".parse().unwrap())
        );
        let text = answer.text().await.unwrap();
        assert_eq!(shape(&text), shape(OK));
        assert_eq!(shape(&text), shape(FROM_CURL));
    }
    let refused = asked().body("x").send().await.unwrap();
    assert_eq!(refused.status().as_u16(), 400);
    let text = refused.text().await.unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(&text).unwrap(),
        serde_json::from_str::<Value>(BAD_REQUEST).unwrap()
    );
    for (path, password, status) in
        [(PATH, Some("password"), 401), ("/groups/string/users/token", password, 404)]
    {
        let answer = client
            .post(format!("{}{path}", running.url))
            .basic_auth("username", password)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status().as_u16(), status);
        assert_eq!(shape(&answer.text().await.unwrap()), shape(BAD_REQUEST));
    }
}
