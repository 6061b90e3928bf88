//! Matches paths with the routes of `template.yaml`, like an API Gateway HTTP API.

use std::collections::BTreeMap;

/// The path of a route, such as `/v1/groups/{group}` or `/a/{rest+}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoutePath(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Static(String),
    Variable(String),
    Greedy(String),
}

/// A route that matches a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// How well the route matches, segment by segment. The greatest wins.
    pub rank: Vec<u8>,
    /// The values of the route's variables.
    pub parameters: BTreeMap<String, String>,
}

/// Returns the segments of a path, which are what its slashes separate.
pub fn segments(path: &str) -> Vec<&str> {
    path.strip_prefix('/').unwrap_or(path).split('/').collect()
}

impl RoutePath {
    /// Parses a route's path.
    pub fn new(path: &str) -> Self {
        Self(segments(path).into_iter().map(Part::new).collect())
    }

    /// Matches the whole of a path, given as its decoded segments. `None` if it does not match.
    pub fn matches<S: AsRef<str>>(&self, segments: &[S]) -> Option<Match> {
        let mut found = Match { rank: Vec::new(), parameters: BTreeMap::new() };
        for (index, part) in self.0.iter().enumerate() {
            let segment = segments.get(index)?.as_ref();
            found.rank.push(part.rank(segment)?);
            match part {
                Part::Static(_) => {}
                Part::Variable(name) => {
                    found.parameters.insert(name.clone(), segment.to_owned());
                }
                Part::Greedy(name) => {
                    // It matches the rest, which is empty after a trailing slash. The template has
                    // such a second route for each path with an optional slash.
                    let rest: Vec<&str> = segments[index..].iter().map(AsRef::as_ref).collect();
                    found.parameters.insert(name.clone(), rest.join("/"));
                    return Some(found);
                }
            }
        }
        (self.0.len() == segments.len()).then_some(found)
    }

    /// Matches the beginning of a path, and returns how well. It is empty if not even the first
    /// segment matches.
    pub fn matches_beginning<S: AsRef<str>>(&self, segments: &[S]) -> Vec<u8> {
        let pairs = self.0.iter().zip(segments);
        pairs.map_while(|(part, segment)| part.rank(segment.as_ref())).collect()
    }
}

impl Part {
    fn new(text: &str) -> Self {
        match text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) => match name.strip_suffix('+') {
                Some(name) => Self::Greedy(name.to_owned()),
                None => Self::Variable(name.to_owned()),
            },
            None => Self::Static(text.to_owned()),
        }
    }

    /// Returns how well this part matches a segment. `None` if it does not match.
    fn rank(&self, segment: &str) -> Option<u8> {
        match self {
            Self::Static(text) => (text == segment).then_some(3),
            Self::Variable(_) => (!segment.is_empty()).then_some(2),
            Self::Greedy(_) => Some(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rank(route: &str, path: &str) -> Option<Vec<u8>> {
        RoutePath::new(route).matches(&segments(path)).map(|found| found.rank)
    }

    #[test]
    fn a_route_matches_whole_paths_only() {
        assert_eq!(rank("/a/{id}", "/a/1"), Some(vec![3, 2]));
        for path in ["/a/1/", "/a/", "/a", "/b/1", "/"] {
            assert_eq!(rank("/a/{id}", path), None, "{path}");
        }
    }

    #[test]
    fn a_greedy_variable_takes_the_rest() {
        let found = RoutePath::new("/a/{id}/{rest+}").matches(&segments("/a/1/p/q")).unwrap();
        assert_eq!(
            (&found.parameters["id"], &found.parameters["rest"]),
            (&"1".into(), &"p/q".into())
        );
        assert_eq!(rank("/a/{slash+}", "/a/"), Some(vec![3, 1]));
        assert_eq!(rank("/a/{slash+}", "/a"), None);
    }

    #[test]
    fn the_beginning_of_a_path_tells_how_far_a_route_goes() {
        let rank = |path: &str| RoutePath::new("/a/{id}/b").matches_beginning(&segments(path));
        assert_eq!(rank("/a/1/b/c"), [3, 2, 3]);
        assert_eq!(rank("/a/1/x"), [3, 2]);
        assert!(rank("/b/1/b").is_empty());
    }

    proptest! {
        #[test]
        fn matching_never_panics(route in "(/[a-z{}+]{0,6}){0,4}", path in "\\PC{0,30}") {
            let route = RoutePath::new(&route);
            let _whole = route.matches(&segments(&path));
            let _beginning = route.matches_beginning(&segments(&path));
        }
    }
}
