//! The routes of `template.yaml`, and what follows from them for a request that none of them takes.

use std::sync::LazyLock;

use lambda_http::http::Method;
use shared::http::{RoutePath, segments};

/// A shape of answers: that of an API, or a page for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// The native API.
    Native,
    /// A page for people.
    Page,
    /// The evanta API.
    Evanta,
    /// The rownd API.
    Rownd,
    /// The onezone API.
    Onezone,
    /// The chembiohub API.
    Chembiohub,
    /// The bungie API.
    Bungie,
}

/// What a request gets that no route takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The methods of the path, for `OPTIONS`.
    Methods(String),
    /// The path is known without the slash at its end.
    WithoutSlash(String),
    /// The path is known, with these methods only.
    OtherMethods(String),
    /// The path is unknown.
    Unknown,
}

/// A route: the shape of its answers, its method and its path.
type Row = (Shape, &'static str, &'static str);

include!(concat!(env!("OUT_DIR"), "/routes.rs"));

static ROUTES: LazyLock<Vec<(Shape, &str, RoutePath)>> = LazyLock::new(|| {
    ROWS.iter().map(|(shape, method, path)| (*shape, *method, RoutePath::new(path))).collect()
});

/// The methods that an answer may name, in its order.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// Returns the shape of the API that the path belongs to: the API whose route has the longest
/// beginning in common with it. A path that shares no fixed part with any route is native.
pub fn shape_of(path: &str) -> Shape {
    let parts = segments(path);
    let beginnings =
        ROUTES.iter().map(|(shape, _, route)| (route.matches_beginning(&parts), *shape));
    // A fixed part has the highest rank.
    let beginnings = beginnings.filter(|(rank, _)| rank.contains(&FIXED));
    beginnings
        .max_by(|(one, _), (other, _)| one.cmp(other))
        .map_or(Shape::Native, |(_, shape)| shape)
}

/// The rank of a fixed part in [`RoutePath`].
const FIXED: u8 = 3;

/// Returns what a request with this method and decoded path gets.
pub fn outcome(method: &Method, path: &str) -> Outcome {
    let bare = path.trim_end_matches('/');
    let known = methods(path);
    let (known, redirect) = if known.is_empty() { (methods(bare), true) } else { (known, false) };
    if method == Method::OPTIONS {
        Outcome::Methods(allow(&known))
    } else if known.is_empty() {
        Outcome::Unknown
    } else if redirect && takes(&known, method.as_str()) {
        Outcome::WithoutSlash(bare.to_owned())
    } else {
        Outcome::OtherMethods(allow(&known))
    }
}

/// Returns the methods of the routes with this path.
fn methods(path: &str) -> Vec<&'static str> {
    let parts = segments(path);
    let takes = |route: &RoutePath| {
        // The routes with a variable `slash` exist only for the slash itself.
        let found = route.matches(&parts);
        found.is_some_and(|found| found.parameters.get("slash").is_none_or(String::is_empty))
    };
    ROUTES.iter().filter(|(_, _, route)| takes(route)).map(|(_, method, _)| *method).collect()
}

fn takes(known: &[&str], method: &str) -> bool {
    known.iter().any(|own| *own == method || own.eq_ignore_ascii_case("ANY"))
}

/// Returns the value of `Allow`. Every path answers `OPTIONS`.
fn allow(known: &[&str]) -> String {
    let all = METHODS.into_iter().filter(|method| *method == "OPTIONS" || takes(known, method));
    all.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_belongs_to_an_api() {
        for (path, shape) in [
            ("/", Shape::Native),
            ("/x", Shape::Native),
            ("/x/y", Shape::Native),
            ("/v1/grups", Shape::Native),
            ("/i", Shape::Page),
            ("/i/", Shape::Page),
            ("/i/a/b", Shape::Page),
            ("/unsubscribe", Shape::Page),
            ("/unsubscribe/a/b", Shape::Page),
            ("/group_invites/users", Shape::Evanta),
            ("/group_members/1", Shape::Evanta),
            ("/me", Shape::Rownd),
            ("/me/groups/1/x", Shape::Rownd),
            ("/user", Shape::Onezone),
            ("/api/v3/onezone/x", Shape::Onezone),
            ("/chembiohub/api/projects", Shape::Chembiohub),
            ("/chembiohub", Shape::Native),
            ("/GroupV2", Shape::Bungie),
            ("/platform/User", Shape::Bungie),
        ] {
            assert_eq!(shape_of(path), shape, "{path}");
        }
    }

    #[test]
    fn a_known_path_names_its_methods() {
        let other = |methods: &str| Outcome::OtherMethods(methods.into());
        assert_eq!(outcome(&Method::DELETE, "/v1/groups"), other("GET, POST, OPTIONS"));
        assert_eq!(outcome(&Method::PATCH, "/group_invites/groups"), other("GET, DELETE, OPTIONS"));
        assert_eq!(
            outcome(&Method::PUT, "/GroupV2/1/Members/InvitedIndividuals/"),
            other("GET, OPTIONS")
        );
        assert_eq!(
            outcome(&Method::PUT, "/GroupV2/1/Members/InvitedIndividuals/x"),
            Outcome::Unknown
        );
        assert_eq!(outcome(&Method::GET, "/v1/grups"), Outcome::Unknown);
    }

    #[test]
    fn a_slash_too_many_leads_to_the_path_without_it() {
        let bare = |path: &str| Outcome::WithoutSlash(path.into());
        assert_eq!(outcome(&Method::GET, "/v1/groups/"), bare("/v1/groups"));
        assert_eq!(outcome(&Method::POST, "/group_members//"), bare("/group_members"));
        assert_eq!(outcome(&Method::GET, "/i/bkn_x/"), bare("/i/bkn_x"));
        assert_eq!(
            outcome(&Method::DELETE, "/v1/groups/"),
            Outcome::OtherMethods("GET, POST, OPTIONS".into())
        );
        assert_eq!(outcome(&Method::GET, "/i/"), bare("/i"));
        assert_eq!(outcome(&Method::HEAD, "/i/"), bare("/i"));
        for path in ["/", "//", "/v1/", "//evil.example/", "/v1/groups//1/"] {
            assert_eq!(outcome(&Method::GET, path), Outcome::Unknown, "{path}");
        }
    }

    #[test]
    fn options_is_never_refused() {
        for (path, methods) in [
            ("/v1/groups", "GET, POST, OPTIONS"),
            ("/v1/groups/", "GET, POST, OPTIONS"),
            ("/nowhere", "OPTIONS"),
        ] {
            assert_eq!(outcome(&Method::OPTIONS, path), Outcome::Methods(methods.into()), "{path}");
        }
    }

    #[test]
    fn an_any_route_takes_every_method() {
        assert_eq!(
            outcome(&Method::TRACE, "/chembiohub/api/invitations"),
            Outcome::OtherMethods("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS".into())
        );
    }
}
