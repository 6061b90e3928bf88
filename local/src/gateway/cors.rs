//! The CORS headers, like an API Gateway HTTP API with a CORS configuration.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use crate::template::Cors;

/// The headers that the gateway sets itself. It ignores those of a function.
const OWN: [HeaderName; 6] = [
    header::ACCESS_CONTROL_ALLOW_ORIGIN,
    header::ACCESS_CONTROL_ALLOW_METHODS,
    header::ACCESS_CONTROL_ALLOW_HEADERS,
    header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
    header::ACCESS_CONTROL_EXPOSE_HEADERS,
    header::ACCESS_CONTROL_MAX_AGE,
];

/// A page's request: its origin, and whether the browser only asks whether it may send it.
pub(crate) struct Asked {
    origin: HeaderValue,
    preflight: bool,
}

impl Asked {
    /// Reads a request. `None` if no page of another origin sends it.
    pub(crate) fn of(method: &Method, headers: &HeaderMap) -> Option<Self> {
        let origin = headers.get(header::ORIGIN)?.clone();
        let preflight = *method == Method::OPTIONS
            && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        Some(Self { origin, preflight })
    }
}

/// Sets the CORS headers of an answer.
pub(crate) fn set(cors: &Cors, asked: &Asked, headers: &mut HeaderMap) {
    for name in &OWN {
        headers.remove(name);
    }
    let any = cors.allow_origins.iter().any(|origin| origin == "*");
    let own = cors.allow_origins.iter().any(|origin| asked.origin == origin.as_str());
    if !any && !own {
        return;
    }
    let origin = if any { HeaderValue::from_static("*") } else { asked.origin.clone() };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    let list = |names: &[String]| HeaderValue::from_str(&names.join(",")).ok();
    let mut add =
        |name, value: Option<HeaderValue>| headers.extend(value.map(|value| (name, value)));
    add(header::ACCESS_CONTROL_EXPOSE_HEADERS, list(&cors.expose_headers));
    if asked.preflight {
        add(header::ACCESS_CONTROL_ALLOW_METHODS, list(&cors.allow_methods));
        add(header::ACCESS_CONTROL_ALLOW_HEADERS, list(&cors.allow_headers));
        add(header::ACCESS_CONTROL_MAX_AGE, cors.max_age.map(HeaderValue::from));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(method: Method, origin: &str) -> Asked {
        let mut headers = HeaderMap::new();
        headers.insert(header::ORIGIN, origin.parse().unwrap());
        headers.insert(header::ACCESS_CONTROL_REQUEST_METHOD, HeaderValue::from_static("POST"));
        Asked::of(&method, &headers).unwrap()
    }

    fn cors(origins: &[&str]) -> Cors {
        Cors {
            allow_origins: origins.iter().map(|origin| (*origin).to_owned()).collect(),
            allow_methods: vec!["GET".into(), "POST".into()],
            allow_headers: vec!["authorization".into()],
            expose_headers: vec!["etag".into()],
            max_age: Some(60),
        }
    }

    fn shown(cors: &Cors, asked: &Asked) -> Vec<String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("function"));
        set(cors, asked, &mut headers);
        let mut shown: Vec<String> = headers
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        shown.sort();
        shown
    }

    #[test]
    fn a_preflight_learns_what_pages_may_send() {
        assert_eq!(
            shown(&cors(&["*"]), &asked(Method::OPTIONS, "https://app.example.com")),
            [
                "access-control-allow-headers: authorization",
                "access-control-allow-methods: GET,POST",
                "access-control-allow-origin: *",
                "access-control-expose-headers: etag",
                "access-control-max-age: 60",
            ]
        );
        assert_eq!(
            shown(&cors(&["*"]), &asked(Method::GET, "https://app.example.com")),
            ["access-control-allow-origin: *", "access-control-expose-headers: etag"]
        );
    }

    #[test]
    fn only_listed_origins_are_allowed() {
        let listed = cors(&["https://app.example.com", "https://b.example.com"]);
        let allowed = shown(&listed, &asked(Method::GET, "https://app.example.com"));
        assert!(allowed.contains(&"access-control-allow-origin: https://app.example.com".into()));
        assert!(shown(&listed, &asked(Method::GET, "https://evil.example")).is_empty());
        assert!(Asked::of(&Method::GET, &HeaderMap::new()).is_none());
    }
}
