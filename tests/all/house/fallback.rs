//! What no route takes, at every route of the template (docs/contracts/native.md#endpoints).

use harness::{Answer, App};
use reqwest::Method;

use super::routes::filled;
use super::tree::{House, routes};

/// Returns every path of the template, with its methods.
fn paths() -> Vec<(String, Vec<String>)> {
    let house = House::here();
    let mut all: Vec<(String, Vec<String>)> = Vec::new();
    for route in house.deployed().into_iter().flat_map(|(_, function)| routes(function)) {
        let (method, path) = route.split_once(' ').unwrap();
        if path == "$default" {
            continue;
        }
        match all.iter_mut().find(|(own, _)| own == path) {
            Some((_, methods)) => methods.push(method.to_owned()),
            None => all.push((path.to_owned(), vec![method.to_owned()])),
        }
    }
    assert!(all.len() > 50, "only {} paths", all.len());
    all
}

async fn sent(app: &App, method: Method, path: &str) -> Answer {
    Answer::to(app.nobody().request(method, path)).await
}

#[tokio::test]
async fn every_route_answers_a_preflight() {
    let app = App::start().await;
    let mut broken = Vec::new();
    for (path, methods) in paths() {
        for method in methods {
            let method = if method == "ANY" { "DELETE" } else { &method };
            let request = app
                .nobody()
                .request(Method::OPTIONS, &filled(&path))
                .header("origin", "https://app.example.com")
                .header("access-control-request-method", method)
                .header("access-control-request-headers", "authorization,content-type,traceparent");
            let answer = Answer::to(request).await;
            let expected = if path.starts_with("/group_") { 200 } else { 204 };
            let lists = |name: &str, value: &str| {
                answer.header(name).split([',', ' ']).any(|own| own == value)
            };
            let good = answer.status == expected
                && answer.header("access-control-allow-origin") == "*"
                && lists("access-control-allow-methods", method)
                && [
                    "authorization",
                    "content-type",
                    "traceparent",
                    "sentry-trace",
                    "baggage",
                    "tracestate",
                ]
                .iter()
                .all(|header| lists("access-control-allow-headers", header))
                && answer.headers.contains_key("allow");
            if !good {
                broken.push(format!("{method} {path}: {} {:?}", answer.status, answer.headers));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[tokio::test]
async fn options_names_the_methods_of_every_path() {
    let app = App::start().await;
    for (path, methods) in paths() {
        let answer = sent(&app, Method::OPTIONS, &filled(&path)).await;
        assert!([200, 204].contains(&answer.status), "{path}: {}", answer.status);
        for method in methods.iter().filter(|method| *method != "ANY") {
            assert!(answer.header("allow").contains(method.as_str()), "{method} {path}");
        }
    }
    for path in ["/", "/v1/nothing", "/v1/groups/", "/i", "/x/y/z"].into_iter().skip(1) {
        let answer = sent(&app, Method::OPTIONS, path).await.is(204);
        assert!(answer.header("allow").ends_with("OPTIONS"), "{path}");
    }
}

/// Returns whether the route, which ends in a variable for several segments, reaches the path.
fn reaches(route: &str, path: &str) -> bool {
    let (route, path): (Vec<&str>, Vec<&str>) =
        (route.split('/').collect(), path.split('/').collect());
    path.len() >= route.len()
        && route[..route.len() - 1]
            .iter()
            .zip(&path)
            .all(|(one, other)| one == other || one.starts_with('{') && !other.is_empty())
}

#[tokio::test]
async fn a_wrong_method_is_405_with_the_right_ones_at_every_route() {
    let app = App::start().await;
    let mut broken = Vec::new();
    let mut asked = 0;
    let all_paths = paths();
    let named = |methods: &[String]| !methods.iter().any(|method| method == "ANY");
    for (path, methods) in paths().into_iter().filter(|(_, methods)| named(methods)) {
        let place = filled(&path);
        let allowed = sent(&app, Method::OPTIONS, &place).await.header("allow").to_owned();
        let all = ["GET", "PUT", "PATCH", "DELETE", "POST"].into_iter();
        for wrong in all.filter(|method| !allowed.contains(method)) {
            asked += 1;
            let answer = sent(&app, wrong.parse().unwrap(), &place).await;
            // A path is also in the reach of the routes that end in anything. Their functions
            // answer 404 for what is no endpoint.
            let reached = all_paths.iter().any(|(other, methods)| {
                other.ends_with("+}")
                    && methods.iter().any(|method| method == wrong || method == "ANY")
                    && reaches(other, &place)
            });
            let good = reached && answer.status == 404
                || answer.status == 405
                    && methods
                        .iter()
                        .all(|method| answer.header("allow").contains(method.as_str()))
                    && !answer.text.contains(r#"{"message""#);
            if !good {
                broken.push(format!("{wrong} {path}: {} {}", answer.status, answer.text));
            }
        }
    }
    assert!(asked > 100, "only {asked} requests");
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[tokio::test]
async fn a_slash_too_many_is_redirected_at_every_route_without_a_twin() {
    let app = App::start().await;
    let all = paths();
    let mut asked = 0;
    for (path, methods) in &all {
        let twin = all.iter().any(|(other, _)| *other == format!("{path}/{{slash+}}"));
        let place = filled(path);
        let reached = all
            .iter()
            .any(|(other, _)| other.ends_with("+}") && reaches(other, &format!("{place}/")));
        if twin || reached {
            continue;
        }
        let method = methods[0].parse().unwrap();
        let answer = sent(&app, method, &format!("{place}/?q=%C3%A9&r")).await;
        assert_eq!(answer.status, 308, "{path}: {}", answer.text);
        assert_eq!(answer.header("location"), format!("{place}?q=%C3%A9&r"));
        asked += 1;
    }
    assert!(asked > 25, "only {asked} requests");
}

#[tokio::test]
async fn an_unknown_path_has_the_shape_of_its_api() {
    let app = App::start().await;
    for (path, part) in [
        ("/v1/grups", r#""code":"not_found""#),
        ("/nowhere", r#""code":"not_found""#),
        ("/i/a/b", "<h1>This link does not work</h1>"),
        ("/me/friends", r#""code":"E_NOT_FOUND""#),
        ("/user/groups/leave", r#"{"error":"The resource could not be found."}"#),
        ("/Platform/User/1", r#""ErrorStatus":"NotFound""#),
    ] {
        let answer = sent(&app, Method::GET, path).await.is(404);
        assert!(answer.text.contains(part), "{path}: {}", answer.text);
    }
    for (path, kind) in [
        ("/group_invites/users/1/x", "application/json"),
        ("/chembiohub/api/projects/", "text/html; charset=utf-8"),
    ] {
        let answer = sent(&app, Method::GET, path).await.is(404);
        assert_eq!((answer.text.as_str(), answer.header("content-type")), ("", kind), "{path}");
    }
}
