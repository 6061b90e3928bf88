//! `/.well-known/apple-app-site-association` and `/.well-known/assetlinks.json`: the apps that open
//! invitation links themselves.

use lambda_http::http::{StatusCode, header};
use lambda_http::{Body, Response};
use serde_json::{Value, json};
use shared::AppLinks;
use shared::http;

use crate::page::CACHE;

/// Returns the apps of iOS. `None` if there are none.
pub(crate) fn apple(apps: &AppLinks) -> Option<Response<Body>> {
    let components = json!([
        // A sign-in that began in the browser ends there.
        {"/": "/i/opened", "exclude": true},
        {"/": "/i/*"},
    ]);
    let details = json!([{"appIDs": apps.ios, "components": components}]);
    (!apps.ios.is_empty()).then(|| answer(&json!({"applinks": {"details": details}})))
}

/// Returns the apps of Android. `None` if there are none. Which paths an app opens is in its manifest.
pub(crate) fn android(apps: &AppLinks) -> Option<Response<Body>> {
    let statement = |(package, fingerprints): (&String, &Vec<String>)| {
        json!({
            "relation": ["delegate_permission/common.handle_all_urls"],
            "target": {
                "namespace": "android_app",
                "package_name": package,
                "sha256_cert_fingerprints": fingerprints,
            },
        })
    };
    let statements: Vec<Value> = apps.android.iter().map(statement).collect();
    (!statements.is_empty()).then(|| answer(&Value::Array(statements)))
}

fn answer(value: &Value) -> Response<Body> {
    let mut response = http::json(StatusCode::OK, value);
    response.headers_mut().insert(header::CACHE_CONTROL, CACHE);
    response
}
