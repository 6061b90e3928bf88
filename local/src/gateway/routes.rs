//! Chooses the route of a request, like an API Gateway HTTP API.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use shared::http::{Match, RoutePath, segments};

use crate::template::Template;

/// The routes of all functions.
#[derive(Debug)]
pub(crate) struct Routes(Vec<Entry>);

/// The route of a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Matched<'a> {
    /// The logical id of the route's function.
    pub(crate) function: &'a str,
    /// The route key in the event, such as `GET /v1/groups/{group}`.
    pub(crate) key: &'a str,
    /// The path's variables, percent-decoded.
    pub(crate) parameters: BTreeMap<String, String>,
}

#[derive(Debug)]
struct Entry {
    function: String,
    key: String,
    /// `None` for `ANY`.
    method: Option<String>,
    /// `None` for `$default`.
    path: Option<RoutePath>,
}

/// How well a route fits a request. The greatest wins: first by segment, then a named method before
/// `ANY`. `$default` has no segments, so every path wins against it.
type Rank = (Vec<u8>, bool);

impl Routes {
    /// Returns the routes of every function in `template`.
    pub(crate) fn new(template: &Template) -> Self {
        let entries = template.functions.iter().flat_map(|function| {
            function.routes.iter().map(|route| {
                Entry::new(&function.id, route.method.as_deref(), route.path.as_deref())
            })
        });
        Self(entries.collect())
    }

    /// Returns the route for `method` and the percent-encoded `path`.
    pub(crate) fn find(&self, method: &str, path: &str) -> Option<Matched<'_>> {
        let segments: Vec<String> = segments(path).into_iter().map(decoded).collect();
        let fitting =
            self.0.iter().filter_map(|entry| Some((entry, entry.fit(method, &segments)?)));
        let (entry, (_, parameters)) =
            fitting.max_by(|(_, (left, _)), (_, (right, _))| left.cmp(right))?;
        Some(Matched { function: &entry.function, key: &entry.key, parameters })
    }
}

impl Entry {
    fn new(function: &str, method: Option<&str>, path: Option<&str>) -> Self {
        let method = method.map(str::to_ascii_uppercase).filter(|method| method != "ANY");
        let path = path.filter(|path| *path != "$default");
        let key = path.map_or_else(
            || "$default".to_owned(),
            |path| format!("{} {path}", method.as_deref().unwrap_or("ANY")),
        );
        Self { function: function.to_owned(), key, method, path: path.map(RoutePath::new) }
    }

    fn fit(&self, method: &str, segments: &[String]) -> Option<(Rank, BTreeMap<String, String>)> {
        if self.method.as_deref().is_some_and(|own| own != method) {
            return None;
        }
        let Some(path) = &self.path else {
            return Some(((Vec::new(), false), BTreeMap::new()));
        };
        let Match { rank, parameters } = path.matches(segments)?;
        Some(((rank, self.method.is_some()), parameters))
    }
}

/// Returns `text` percent-decoded. Invalid UTF-8 becomes replacement characters.
pub(crate) fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(list: &[(&str, Option<&str>, Option<&str>)]) -> Routes {
        Routes(
            list.iter()
                .map(|(function, method, path)| Entry::new(function, *method, *path))
                .collect(),
        )
    }

    fn found<'a>(routes: &'a Routes, method: &str, path: &str) -> Option<&'a str> {
        routes.find(method, path).map(|matched| matched.function)
    }

    #[test]
    fn static_wins_over_variable_over_greedy_over_default() {
        let routes = routes(&[
            ("default", None, None),
            ("greedy", Some("GET"), Some("/a/{rest+}")),
            ("variable", Some("GET"), Some("/a/{id}")),
            ("static", Some("GET"), Some("/a/me")),
        ]);
        assert_eq!(found(&routes, "GET", "/a/me"), Some("static"));
        assert_eq!(found(&routes, "GET", "/a/you"), Some("variable"));
        assert_eq!(found(&routes, "GET", "/a/you/there"), Some("greedy"));
        assert_eq!(found(&routes, "GET", "/b"), Some("default"));
        assert_eq!(found(&routes, "POST", "/a/me"), Some("default"));
    }

    #[test]
    fn a_named_method_wins_over_any() {
        let routes = routes(&[("any", Some("ANY"), Some("/a")), ("get", Some("GET"), Some("/a"))]);
        assert_eq!(found(&routes, "GET", "/a"), Some("get"));
        assert_eq!(found(&routes, "DELETE", "/a"), Some("any"));
        assert_eq!(routes.find("DELETE", "/a").unwrap().key, "ANY /a");
    }

    #[test]
    fn undeclared_methods_and_paths_match_no_route() {
        let routes = routes(&[("get", Some("GET"), Some("/a/{id}"))]);
        assert_eq!(found(&routes, "HEAD", "/a/1"), None);
        assert_eq!(found(&routes, "GET", "/a/1/"), None);
        assert_eq!(found(&routes, "GET", "/a/"), None);
        assert_eq!(found(&routes, "GET", "/a"), None);
    }

    #[test]
    fn a_greedy_route_matches_the_trailing_slash() {
        let routes = routes(&[
            ("bare", Some("POST"), Some("/a")),
            ("twin", Some("POST"), Some("/a/{slash+}")),
        ]);
        assert_eq!(found(&routes, "POST", "/a"), Some("bare"));
        assert_eq!(found(&routes, "POST", "/a/"), Some("twin"));
    }

    #[test]
    fn variables_are_percent_decoded() {
        let routes = routes(&[("get", Some("GET"), Some("/a/{id}/{rest+}"))]);
        let matched = routes.find("GET", "/a/x%2Fy%20z/p/q%C3%A9").unwrap();
        assert_eq!(matched.parameters["id"], "x/y z");
        assert_eq!(matched.parameters["rest"], "p/qé");
    }
}
