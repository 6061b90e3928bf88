//! Converts a function's answer to a response, like an API Gateway HTTP API.

use axum::body::Body;
use axum::http::{HeaderName, Response, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Headers of the connection, which the gateway sets itself.
const OF_THE_CONNECTION: [HeaderName; 4] =
    [header::CONNECTION, header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::UPGRADE];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status_code: u16,
    #[serde(default)]
    headers: Map<String, Value>,
    #[serde(default)]
    multi_value_headers: Map<String, Value>,
    #[serde(default)]
    cookies: Vec<String>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

/// The reason why a function's answer cannot be returned.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AnswerError {
    /// The answer does not have payload format 2.0.
    #[error("the answer has the wrong format: {0}")]
    Form(#[from] serde_json::Error),
    /// The body is marked as base64 but is not.
    #[error("the body is not base64: {0}")]
    Base64(#[from] base64::DecodeError),
    /// HTTP does not allow the status or a header.
    #[error("the answer is not valid HTTP: {0}")]
    Http(#[from] axum::http::Error),
}

/// Returns the response for a function's `answer`.
///
/// # Errors
/// `Form` if the answer does not have payload format 2.0, `Base64` if its body cannot be decoded,
/// `Http` if its status or a header is invalid. The gateway then answers 500.
pub(crate) fn response(answer: &str) -> Result<Response<Body>, AnswerError> {
    let answer: Answer = serde_json::from_str(answer)?;
    let text = answer.body.unwrap_or_default();
    let body = if answer.is_base64_encoded { STANDARD.decode(text)? } else { text.into_bytes() };
    let mut builder = Response::builder().status(answer.status_code);
    for (name, value) in answer.headers.iter().chain(&answer.multi_value_headers) {
        let name = HeaderName::try_from(name).map_err(axum::http::Error::from)?;
        for value in values(value).filter(|_| !OF_THE_CONNECTION.contains(&name)) {
            builder = builder.header(&name, value);
        }
    }
    for cookie in answer.cookies {
        builder = builder.header(header::SET_COOKIE, cookie);
    }
    let untyped = !body.is_empty()
        && builder.headers_ref().is_some_and(|headers| !headers.contains_key(header::CONTENT_TYPE));
    if untyped {
        builder = builder.header(header::CONTENT_TYPE, "text/plain;charset=UTF-8");
    }
    Ok(builder.body(Body::from(body))?)
}

fn values(value: &Value) -> impl Iterator<Item = String> {
    let all = match value {
        Value::Array(all) => all.clone(),
        one => vec![one.clone()],
    };
    all.into_iter().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn status_headers_cookies_and_body_are_returned() {
        let answer = json!({"statusCode": 201, "headers": {"x-a": "1", "content-length": "99"}, "multiValueHeaders": {"x-b": ["1", "2"]},
            "cookies": ["a=1", "b=2"], "body": "aGk=", "isBase64Encoded": true});
        let response = response(&answer.to_string()).unwrap();
        assert_eq!(response.status(), 201);
        assert_eq!(response.headers()["x-a"], "1");
        assert!(!response.headers().contains_key("content-length"));
        assert_eq!(response.headers().get_all("x-b").iter().count(), 2);
        assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
        assert_eq!(response.headers()["content-type"], "text/plain;charset=UTF-8");
        assert_eq!(axum::body::to_bytes(response.into_body(), 10).await.unwrap(), "hi");
    }

    #[test]
    fn an_invalid_answer_is_refused() {
        assert!(matches!(response(r#"{"body": "x"}"#), Err(AnswerError::Form(_))));
        assert!(matches!(
            response(r#"{"statusCode": 200, "body": "*", "isBase64Encoded": true}"#),
            Err(AnswerError::Base64(_))
        ));
        assert!(matches!(response(r#"{"statusCode": 99}"#), Err(AnswerError::Http(_))));
    }
}
