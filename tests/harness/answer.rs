//! An answer of the service, with the assertions that tests make about it.

use reqwest::RequestBuilder;
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::answers;

/// An answer with its whole body.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
    /// The body as JSON; `null` if it is not JSON.
    pub json: Value,
}

impl Answer {
    /// Sends the request and returns the answer.
    ///
    /// # Panics
    /// The status is 500, or it is 401 and the answer does not say how to sign in.
    pub async fn to(request: RequestBuilder) -> Self {
        let answer = Self::whatever(request).await;
        assert_ne!(answer.status, 500, "{answer:#?}");
        assert!(
            answer.status != 401 || answer.header("www-authenticate").starts_with("Bearer"),
            "{answer:#?}"
        );
        answer
    }

    /// Sends the request and returns the answer, whatever its status.
    pub(crate) async fn whatever(request: RequestBuilder) -> Self {
        let (client, request) = request.build_split();
        let request = request.expect("the request is valid");
        let asked = answers::Asked::of(&request);
        let answer = client.execute(request).await.expect("the service answers");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = answer.text().await.expect("the body is text");
        answers::note(&asked, status, &headers, &text);
        let json = serde_json::from_str(&text).unwrap_or_default();
        Self { status, headers, text, json }
    }

    /// Reads the answer that a function returns to Lambda: `statusCode`, `headers`, `body`.
    pub fn of_function(answer: &Value) -> Self {
        let header = |(name, value): (&String, &Value)| {
            let value = value.as_str().expect("the header is text");
            Some((name.parse().ok()?, value.parse().ok()?))
        };
        let headers = answer["headers"].as_object().into_iter().flatten().filter_map(header);
        let text = answer["body"].as_str().unwrap_or_default().to_owned();
        Self {
            status: answer["statusCode"]
                .as_u64()
                .and_then(|status| status.try_into().ok())
                .expect("the answer has a status"),
            headers: headers.collect(),
            json: serde_json::from_str(&text).unwrap_or_default(),
            text,
        }
    }

    /// Asserts the status.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// Asserts that the answer is a problem (RFC 9457) with this status and code.
    #[track_caller]
    pub fn refuses(self, status: u16, code: &str) -> Self {
        assert_eq!(
            (self.status, self.json["code"].as_str()),
            (status, Some(code)),
            "{}",
            self.text
        );
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.json["status"], status);
        assert_eq!(self.json["type"], format!("/docs/problems/{code}"));
        assert!(
            self.json["instance"]
                .as_str()
                .is_some_and(|instance| instance.starts_with("urn:beckon:request:"))
        );
        assert!(self.json["title"].is_string() && self.json["detail"].is_string());
        self
    }

    /// Asserts that the problem's first error has this pointer and this code.
    #[track_caller]
    pub fn points_at(self, pointer: &str, code: &str) -> Self {
        let error = &self.json["errors"][0];
        assert_eq!(
            (error["pointer"].as_str(), error["code"].as_str()),
            (Some(pointer), Some(code)),
            "{}",
            self.text
        );
        self
    }

    /// Returns the value of a header, or an empty string.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("the header is text"))
    }

    /// Returns the string at this JSON pointer.
    #[track_caller]
    pub fn text_at(&self, pointer: &str) -> &str {
        self.json
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_else(|| panic!("no text at {pointer} in {}", self.text))
    }

    /// Returns the objects of a list.
    #[track_caller]
    pub fn data(&self) -> &[Value] {
        self.json["data"].as_array().unwrap_or_else(|| panic!("not a list: {}", self.text))
    }

    /// Returns this field of each object of a list.
    #[track_caller]
    pub fn each(&self, field: &str) -> Vec<String> {
        self.data()
            .iter()
            .map(|object| object[field].as_str().expect("the field is a string").to_owned())
            .collect()
    }

    /// Returns what each result of a request for many invites has at this pointer, or `null`.
    ///
    /// # Panics
    /// The answer has no results.
    pub fn results(&self, pointer: &str) -> Vec<&Value> {
        let results = self.json["results"].as_array().unwrap_or_else(|| panic!("{}", self.text));
        results.iter().map(|result| result.pointer(pointer).unwrap_or(&Value::Null)).collect()
    }

    /// Returns the code of each result's problem, or the status of a result without one.
    pub fn outcomes(&self) -> Vec<String> {
        let statuses = self.results("/status").into_iter().map(Value::to_string);
        let codes = self.results("/problem/code").into_iter();
        statuses
            .zip(codes)
            .map(|(status, code)| code.as_str().map_or(status, str::to_owned))
            .collect()
    }

    /// Returns the cursor of the next page; `None` on the last page.
    pub fn next_cursor(&self) -> Option<&str> {
        self.json["next_cursor"].as_str()
    }

    /// Returns the body without `instance`, which differs in every answer.
    pub fn without_instance(&self) -> Value {
        let mut body = self.json.clone();
        body.as_object_mut().expect("the body is an object").remove("instance");
        body
    }
}
