//! The size of answers, and lists that end where their answer would become too large
//! (docs/contracts/native.md#limits-on-size).

use std::io;

use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use lambda_http::http::{HeaderName, HeaderValue, header};
use lambda_http::{Body, Response};
use serde::Serialize;

/// The most bytes of the JSON that a function returns to Lambda. Lambda's own limit is 6,291,556
/// bytes, above which API Gateway answers 502.
pub const MAX_ANSWER: usize = 5_800_000;

/// The bytes that are kept free for what depends on the items: a cursor, a link to the next page, a
/// count.
const KEPT_FREE: usize = 32_768;

/// The header of a list that ended early and has no next page.
const TRUNCATED: HeaderName = HeaderName::from_static("beckon-truncated");

/// Returns the bytes of the JSON that a function returns to Lambda for this response.
pub fn answer_size(response: &Response<Body>) -> usize {
    let mut answer = ApiGatewayV2httpResponse::default();
    answer.status_code = i64::from(response.status().as_u16());
    answer.headers = response.headers().clone();
    let cookies = response.headers().get_all(header::SET_COOKIE).iter();
    answer.cookies = cookies.map(|value| value.to_str().unwrap_or_default().to_owned()).collect();
    answer.headers.remove(header::SET_COOKIE);
    // The length of the body is counted below, without a copy of it.
    let body = match response.body() {
        Body::Text(text) => r#","body":"#.len() + size(text),
        Body::Binary(bytes) => {
            answer.is_base64_encoded = true;
            r#","body":"""#.len() + bytes.len().div_ceil(3) * 4
        }
        _ => 0,
    };
    size(&answer) + body
}

/// Returns the bytes of a value as JSON.
fn size<T: Serialize + ?Sized>(value: &T) -> usize {
    let mut counter = Counter::default();
    // A counter never fails, and bodies are structs of texts, numbers and maps with text keys.
    match serde_json::to_writer(&mut counter, value) {
        Ok(()) => counter.bytes,
        Err(_) => usize::MAX,
    }
}

/// Returns the bytes of a value as JSON within a JSON text, as the body of an answer has it.
fn escaped_size<T: Serialize + ?Sized>(value: &T) -> usize {
    let mut counter = Counter::default();
    match serde_json::to_writer(&mut counter, value) {
        // JSON has no control characters, so only these two are escaped in a text.
        Ok(()) => counter.bytes.saturating_add(counter.quotes_and_backslashes),
        Err(_) => usize::MAX,
    }
}

#[derive(Default)]
struct Counter {
    bytes: usize,
    quotes_and_backslashes: usize,
}

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes += bytes.len();
        self.quotes_and_backslashes +=
            bytes.iter().filter(|byte| matches!(byte, b'"' | b'\\')).count();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Returns how many of the items fit into the answer that `render` makes of them.
pub fn fitting<T: Serialize>(items: &[T], render: impl FnOnce(&[T]) -> Response<Body>) -> usize {
    let mut left = MAX_ANSWER.saturating_sub(answer_size(&render(&[]))).saturating_sub(KEPT_FREE);
    let fits = |item: &&T| {
        let taken = escaped_size(*item).saturating_add(1);
        let fits = taken <= left;
        left = left.saturating_sub(taken);
        fits
    };
    items.iter().take_while(fits).count()
}

/// Returns the answer with a list that has no pages. It ends where the answer would become too
/// large, and says so in the header `Beckon-Truncated`.
pub fn whole_list<T: Serialize>(
    items: &[T],
    render: impl Fn(&[T]) -> Response<Body>,
) -> Response<Body> {
    let fitting = fitting(items, &render);
    let answer = render(&items[..fitting]);
    truncated_unless(fitting == items.len(), answer)
}

/// Returns the answer with a list, which says so if the list is not `complete`.
pub fn truncated_unless(complete: bool, answer: Response<Body>) -> Response<Body> {
    if complete { answer } else { truncated(answer) }
}

/// Adds the header that tells that a list ended early.
fn truncated(mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().insert(TRUNCATED, HeaderValue::from_static("true"));
    response
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures::FutureExt;
    use lambda_http::http::StatusCode;
    use lambda_http::lambda_runtime::{Context, LambdaEvent};
    use lambda_http::request::LambdaRequest;
    use lambda_http::{Adapter, Request, Service as _, service_fn};
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::{json as answer, respond};
    use super::*;

    /// Returns the text that the function's runtime returns to Lambda for this response.
    fn sent(response: Response<Body>) -> String {
        let event = json!({"version": "2.0", "routeKey": "$default", "rawPath": "/", "rawQueryString": "", "headers": {},
            "requestContext": {"http": {"method": "GET", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": ""},
            "requestId": "r", "routeKey": "$default", "stage": "$default", "timeEpoch": 0}, "isBase64Encoded": false});
        let request: LambdaRequest = serde_json::from_str(&event.to_string()).unwrap();
        let handler = service_fn(move |_: Request| {
            let response = response.clone();
            async move { Ok::<_, Infallible>(response) }
        });
        let sending = Adapter::from(handler).call(LambdaEvent::new(request, Context::default()));
        serde_json::to_string(&sending.now_or_never().unwrap().unwrap()).unwrap()
    }

    fn listed(items: &[String]) -> Response<Body> {
        answer(StatusCode::OK, &json!({ "results": items }))
    }

    #[test]
    fn a_list_ends_where_its_answer_would_become_too_large() {
        for unit in ["a", "\"", "\\", "\u{1}", "é", "🎉"] {
            let items = vec![unit.repeat(5_000); 3_000];
            let response = whole_list(&items, listed);
            let size = sent(response.clone()).len();
            assert!(size <= MAX_ANSWER, "{unit:?}: {size}");
            assert!(size > MAX_ANSWER - KEPT_FREE - 50_000, "{unit:?}: {size}");
            assert_eq!(response.headers()[TRUNCATED], "true");
        }
        let response = whole_list(&["a".to_owned()], listed);
        assert!(!response.headers().contains_key(TRUNCATED));
    }

    #[test]
    fn an_item_that_is_too_large_ends_the_list() {
        let items = ["a".to_owned(), "b".repeat(6_000_000), "c".to_owned()];
        assert_eq!(fitting(&items, listed), 1);
    }

    proptest! {
        #[test]
        fn the_measure_is_what_the_runtime_sends(
            texts in prop::collection::vec("\\PC{0,20}|[\"\\\\\u{0}-\u{1f}]{0,9}", 0..5),
            header in "[ -~]{0,20}",
        ) {
            let mut response = listed(&texts);
            response.headers_mut().insert("x-any", header.parse().unwrap());
            response.headers_mut().append(header::SET_COOKIE, HeaderValue::from_static("a=1"));
            prop_assert_eq!(answer_size(&response), sent(response).len());
        }

        #[test]
        fn bytes_are_measured_in_base64(bytes in prop::collection::vec(any::<u8>(), 0..50)) {
            let response = respond(StatusCode::OK, "image/png", Body::Binary(bytes));
            prop_assert_eq!(answer_size(&response), sent(response).len());
        }

        #[test]
        fn items_add_up(texts in prop::collection::vec("\\PC{0,20}|[\"\\\\\u{0}-\u{1f}]{0,9}", 1..5)) {
            let items: usize = texts.iter().map(|text| escaped_size(text) + 1).sum();
            prop_assert_eq!(answer_size(&listed(&[])) + items - 1, answer_size(&listed(&texts)));
        }
    }
}
