//! A panic of a handler, in each API: the API's own 500, one line of log without what was sent, and
//! the next request is served.

use serde_json::{Value, json};

use crate::emulator::Setup;
use crate::report::Report;

/// Each API, and a field of its 500 that no gateway would send.
const APIS: [(&str, &str, &str); 6] = [
    ("bungie", "/ErrorStatus", "UnhandledException"),
    ("chembiohub", "/traceback", "panic-1"),
    ("evanta", "/errors/0", "internal_error"),
    ("native", "/instance", "urn:beckon:request:panic-1"),
    ("onezone", "/error", "Internal server error"),
    ("rownd", "/code", "E_INTERNAL"),
];

pub(crate) async fn run(setup: &Setup) -> Report {
    let mut report = Report::default();
    let emulator = setup.start("panics", "panics", None).await;
    for (api, field, word) in APIS {
        let (_, panicked) = emulator.invoke(&event(&format!("/{api}/panic"))).await;
        let answer: Value = serde_json::from_str(&panicked).unwrap_or_default();
        let body: Value =
            serde_json::from_str(answer["body"].as_str().unwrap_or_default()).unwrap_or_default();
        let is_api =
            answer["statusCode"] == 500 && body.pointer(field).is_some_and(|found| found == word);
        report.note(&format!("{api}: a panic is answered by the API"), is_api, || panicked.clone());
        let (_, next) = emulator.invoke(&event(&format!("/{api}"))).await;
        let served = serde_json::from_str::<Value>(&next)
            .is_ok_and(|answer| answer["statusCode"] == 200 && answer["body"] == "7");
        report
            .note(&format!("{api}: the request after a panic is served"), served, || next.clone());
    }
    let log = emulator.log();
    let logged = log.matches("Panicked at tests/rie/panics/src/main.rs").count();
    report.note("each panic is logged once, by its place", logged == APIS.len(), || log.clone());
    report.note("no panic's message is logged", !log.contains("ada@example.com"), || log.clone());
    report
}

fn event(path: &str) -> String {
    let http = json!({"method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "test"});
    let context = json!({"accountId": "1", "apiId": "a", "domainName": "d", "domainPrefix": "d", "http": http, "requestId": "panic-1",
        "routeKey": "$default", "stage": "$default", "time": "01/Jan/2026:00:00:00 +0000", "timeEpoch": 1_767_225_600_000_i64});
    let event = json!({"version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "", "headers": {},
        "requestContext": context, "isBase64Encoded": false});
    event.to_string()
}
