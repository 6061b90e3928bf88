//! An answer of the service, and what must hold of it.

use reqwest::RequestBuilder;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    /// The body, where it is JSON.
    pub(crate) json: Value,
}

impl Answer {
    /// The answer to the request. No request may be answered with 500, and every 401 says how to
    /// sign in.
    pub(crate) async fn to(request: RequestBuilder) -> Self {
        let answer = request.send().await.expect("the service answers");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = answer.text().await.expect("a body of text");
        let json = serde_json::from_str(&text).unwrap_or_default();
        let answer = Self { status, headers, text, json };
        assert_ne!(answer.status, 500, "{answer:#?}");
        assert!(
            answer.status != 401 || answer.header("www-authenticate").starts_with("Bearer"),
            "{answer:#?}"
        );
        answer
    }

    /// This answer, which must have this status.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// This answer, which must be the problem with this status and code, in the form of RFC 9457.
    #[track_caller]
    pub(crate) fn refuses(self, status: u16, code: &str) -> Self {
        assert_eq!(
            (self.status, self.json["code"].as_str()),
            (status, Some(code)),
            "{}",
            self.text
        );
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.json["status"], status);
        assert_eq!(self.json["type"], format!("urn:beckon:problem:{}", code.replace('_', "-")));
        assert!(
            self.json["instance"]
                .as_str()
                .is_some_and(|instance| instance.starts_with("urn:beckon:request:"))
        );
        assert!(self.json["title"].is_string() && self.json["detail"].is_string());
        self
    }

    /// This answer, which must point at this field with this code.
    #[track_caller]
    pub(crate) fn points_at(self, pointer: &str, code: &str) -> Self {
        let error = &self.json["errors"][0];
        assert_eq!(
            (error["pointer"].as_str(), error["code"].as_str()),
            (Some(pointer), Some(code)),
            "{}",
            self.text
        );
        self
    }

    /// A header's value; empty where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a header of text"))
    }

    /// The text at this pointer.
    #[track_caller]
    pub(crate) fn text_at(&self, pointer: &str) -> &str {
        self.json
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_else(|| panic!("no text at {pointer} in {}", self.text))
    }

    /// A list's objects.
    #[track_caller]
    pub(crate) fn data(&self) -> &[Value] {
        self.json["data"].as_array().unwrap_or_else(|| panic!("not a list: {}", self.text))
    }

    /// This field of each of a list's objects.
    #[track_caller]
    pub(crate) fn each(&self, field: &str) -> Vec<String> {
        self.data()
            .iter()
            .map(|object| object[field].as_str().expect("a text").to_owned())
            .collect()
    }

    /// Where a list goes on.
    pub(crate) fn next_cursor(&self) -> Option<&str> {
        self.json["next_cursor"].as_str()
    }

    /// The body without what every request has of its own.
    pub(crate) fn without_instance(&self) -> Value {
        let mut body = self.json.clone();
        body.as_object_mut().expect("an object").remove("instance");
        body
    }
}
