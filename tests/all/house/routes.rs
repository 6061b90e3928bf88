//! The routes that need credentials.

use reqwest::Method;

use super::access::needs_sign_in;
use super::tree::{House, routes};
use harness::App;

/// Returns the path with a value for each of its variables.
pub(super) fn filled(path: &str) -> String {
    let value = |variable: &str| match variable {
        "namespace" => "chembiohub".to_owned(),
        "platform" => "Platform".to_owned(),
        "slash+" => String::new(),
        name if name.ends_with('+') => "x".to_owned(),
        _ => "1".to_owned(),
    };
    let part = |part: &str| match part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        Some(variable) => value(variable),
        None => part.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn every_function_that_is_not_public_needs_credentials() {
    let app = App::start().await;
    let nobody = app.nobody();
    let house = House::here();
    let mut broken = Vec::new();
    let mut asked = 0;
    let deployed = house.deployed().into_iter();
    for (id, function) in deployed.filter(|(id, _)| needs_sign_in(&house, id)) {
        for route in routes(function) {
            let (method, path) = route.split_once(' ').unwrap();
            let method = if method == "ANY" { Method::GET } else { method.parse().unwrap() };
            let request = nobody.request(method, &filled(path)).header("x-api-key", "key");
            let status = nobody.sends(request).await.status;
            asked += 1;
            if status != 401 {
                broken.push(format!("{id}: {route} answers {status} without credentials"));
            }
        }
    }
    assert!(asked > 60, "only {asked} routes were tested");
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
