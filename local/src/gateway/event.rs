//! Builds the event of a request, like an API Gateway HTTP API (payload format 2.0).

use std::collections::BTreeMap;
use std::net::IpAddr;

use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use shared::domain::clock::Timestamp;
use url::form_urlencoded;

use super::routes::{Matched, decoded};

/// The context of a request.
pub(crate) struct RequestContext<'a> {
    /// The host and port of the API, such as `127.0.0.1:3000`.
    pub(crate) domain: &'a str,
    /// The caller's address.
    pub(crate) peer: IpAddr,
    /// The time of the request.
    pub(crate) now: Timestamp,
    /// The request's id.
    pub(crate) request_id: &'a str,
}

/// Builds the event for a request with `body` on the route `matched`.
///
/// It has the details of the real gateway:
///
/// - An absent body, query or cookie has no field.
/// - `rawPath` is percent-decoded and ends at a decoded `?`; `rawQueryString` is not decoded.
/// - Only some text types are not encoded as base64.
pub(crate) fn build(
    parts: &Parts,
    body: &[u8],
    matched: &Matched<'_>,
    context: &RequestContext<'_>,
) -> Value {
    let query = parts.uri.query().unwrap_or_default();
    let mut event = json!({
        "version": "2.0",
        "routeKey": matched.key,
        "rawPath": raw_path(parts.uri.path()),
        "rawQueryString": query,
        "headers": headers(&parts.headers, context),
        "requestContext": request_context(parts, matched, context),
        "isBase64Encoded": false,
    });
    let cookies = cookies(&parts.headers);
    if !cookies.is_empty() {
        event["cookies"] = json!(cookies);
    }
    if !query.is_empty() {
        event["queryStringParameters"] = json!(query_parameters(query));
    }
    if !matched.parameters.is_empty() {
        event["pathParameters"] = json!(matched.parameters);
    }
    if !body.is_empty() {
        let text = std::str::from_utf8(body).ok().filter(|_| is_text(&parts.headers));
        event["isBase64Encoded"] = json!(text.is_none());
        event["body"] = text.map_or_else(|| json!(STANDARD.encode(body)), |text| json!(text));
    }
    event
}

fn raw_path(path: &str) -> String {
    let decoded = decoded(path);
    decoded.split_once('?').map_or(decoded.as_str(), |(before, _)| before).to_owned()
}

fn request_context(parts: &Parts, matched: &Matched<'_>, context: &RequestContext<'_>) -> Value {
    let agent = parts
        .headers
        .get(header::USER_AGENT)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    json!({
        "accountId": "123456789012",
        "apiId": "local",
        "domainName": context.domain,
        "domainPrefix": context.domain.split(['.', ':']).next().unwrap_or_default(),
        "http": {
            "method": parts.method.as_str(),
            "path": raw_path(parts.uri.path()),
            "protocol": format!("{:?}", parts.version),
            "sourceIp": context.peer.to_string(),
            "userAgent": agent.unwrap_or_default(),
        },
        "requestId": context.request_id,
        "routeKey": matched.key,
        "stage": "$default",
        "time": common_log_time(context.now),
        "timeEpoch": context.now.seconds() * 1000,
    })
}

/// Formats the time as the gateway does: `12/Mar/2020:19:03:58 +0000`.
fn common_log_time(now: Timestamp) -> String {
    jiff::Timestamp::from_second(now.seconds())
        .map(|time| time.strftime("%d/%b/%Y:%H:%M:%S %z").to_string())
        .unwrap_or_default()
}

/// Returns the headers with lower-case names and values joined by commas. Cookies are left out, and
/// the gateway's headers about the caller are added.
fn headers(headers: &HeaderMap, context: &RequestContext<'_>) -> Map<String, Value> {
    let mut joined: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in headers.iter().filter(|(name, _)| *name != header::COOKIE) {
        append(&mut joined, name.as_str(), &String::from_utf8_lossy(value.as_bytes()));
    }
    append(&mut joined, "x-forwarded-for", &context.peer.to_string());
    joined.insert("x-forwarded-proto".into(), "http".into());
    if let Some((_, port)) = context.domain.rsplit_once(':') {
        joined.insert("x-forwarded-port".into(), port.into());
    }
    joined.into_iter().map(|(name, value)| (name, Value::String(value))).collect()
}

fn append(joined: &mut BTreeMap<String, String>, name: &str, value: &str) {
    joined
        .entry(name.to_owned())
        .and_modify(|all| {
            all.push(',');
            all.push_str(value);
        })
        .or_insert_with(|| value.to_owned());
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    let values = headers
        .get_all(header::COOKIE)
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    values
        .flat_map(|value| {
            value.split(';').map(|cookie| cookie.trim().to_owned()).collect::<Vec<_>>()
        })
        .filter(|cookie| !cookie.is_empty())
        .collect()
}

fn query_parameters(query: &str) -> BTreeMap<String, String> {
    let mut joined = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        append(&mut joined, &name, &value);
    }
    joined
}

/// Returns whether the gateway leaves a body of this type as text. Every other body, also a form
/// and one without a type, arrives as base64. This was measured at the real gateway and differs
/// from its documentation.
fn is_text(headers: &HeaderMap) -> bool {
    let value =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind.starts_with("text/")
        || matches!(
            kind.as_str(),
            "application/json" | "application/xml" | "application/javascript"
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    fn event(request: Request<&str>) -> Value {
        let (parts, body) = request.into_parts();
        let matched = Matched {
            function: "F",
            key: "POST /a/{id}",
            parameters: BTreeMap::from([("id".into(), "1".into())]),
        };
        let context = RequestContext {
            domain: "127.0.0.1:3000",
            peer: IpAddr::from([127, 0, 0, 1]),
            now: Timestamp::from_seconds(1_584_039_838),
            request_id: "r-1",
        };
        build(&parts, body.as_bytes(), &matched, &context)
    }

    #[test]
    fn headers_are_lower_case_and_joined_and_cookies_are_separate() {
        let request = Request::post("/a/1")
            .header("X-Two", "1")
            .header("x-two", "2")
            .header("Cookie", "a=1; b=2")
            .body("")
            .unwrap();
        let event = event(request);
        assert_eq!(event["headers"]["x-two"], "1,2");
        assert_eq!(event["cookies"], json!(["a=1", "b=2"]));
        assert!(event["headers"].get("cookie").is_none());
        assert!(event.get("body").is_none());
    }

    #[test]
    fn the_event_has_the_raw_and_the_decoded_query() {
        let event = event(Request::post("/a/%31%20x?state=a%20b&state=c&flag").body("").unwrap());
        assert_eq!(event["rawQueryString"], "state=a%20b&state=c&flag");
        assert_eq!(event["queryStringParameters"], json!({"state": "a b,c", "flag": ""}));
        assert_eq!(event["rawPath"], "/a/1 x");
        assert_eq!(event["pathParameters"], json!({"id": "1"}));
    }

    #[test]
    fn only_text_bodies_are_not_base64() {
        let json = event(
            Request::post("/a/1")
                .header("content-type", "application/json; charset=utf-8")
                .body("{}")
                .unwrap(),
        );
        assert_eq!((&json["body"], &json["isBase64Encoded"]), (&json!("{}"), &json!(false)));
        let form = event(
            Request::post("/a/1")
                .header("content-type", "application/x-www-form-urlencoded")
                .body("a=1")
                .unwrap(),
        );
        assert_eq!((&form["body"], &form["isBase64Encoded"]), (&json!("YT0x"), &json!(true)));
        assert_eq!(event(Request::post("/a/1").body("x").unwrap())["isBase64Encoded"], true);
    }

    #[test]
    fn the_context_matches_the_gateway_s() {
        let context = &event(Request::post("/a/1").header("user-agent", "curl").body("").unwrap())
            ["requestContext"];
        assert_eq!(context["time"], "12/Mar/2020:19:03:58 +0000");
        assert_eq!(context["timeEpoch"], 1_584_039_838_000_i64);
        assert_eq!(context["http"]["protocol"], "HTTP/1.1");
        assert_eq!(context["http"]["sourceIp"], "127.0.0.1");
        assert_eq!(context["stage"], "$default");
    }

    #[test]
    fn lambda_http_parses_the_event() {
        let text = event(Request::post("/a/1").header("host", "127.0.0.1:3000").body("x").unwrap())
            .to_string();
        let request = lambda_http::request::from_str(&text).unwrap();
        assert_eq!(request.uri(), "http://127.0.0.1:3000/a/1");
        assert!(matches!(request.body(), lambda_http::Body::Binary(bytes) if bytes == b"x"));
    }
}
