//! Headers and cookies with a single value.

use lambda_http::Request;

/// Returns a header's value. `None` if the header is absent, empty, repeated, or not plain text.
pub fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    let mut values = request.headers().get_all(name).iter();
    let (first, second) = (values.next()?, values.next());
    let value = first.to_str().ok().filter(|_| second.is_none())?;
    (!value.is_empty()).then_some(value)
}

/// Returns the value of the cookie `name`. `None` if it is absent or repeated.
pub fn cookie(request: &Request, name: &str) -> Option<String> {
    let headers =
        request.headers().get_all("cookie").iter().filter_map(|value| value.to_str().ok());
    let pairs =
        headers.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(own, _)| *own == name).map(|(_, value)| value.to_owned());
    let (first, second) = (values.next(), values.next());
    first.filter(|_| second.is_none())
}

#[cfg(test)]
mod tests {
    use lambda_http::Body;

    use super::*;

    fn with(name: &'static str, values: &[&str]) -> Request {
        let mut request = Request::new(Body::Empty);
        for value in values {
            request.headers_mut().append(name, value.parse().unwrap());
        }
        request
    }

    #[test]
    fn a_header_that_is_empty_or_repeated_has_no_value() {
        assert_eq!(header(&with("x-api-key", &["k"]), "x-api-key"), Some("k"));
        assert_eq!(header(&with("x-api-key", &["k", "k"]), "X-API-Key"), None);
        assert_eq!(header(&with("x-api-key", &[""]), "x-api-key"), None);
    }

    #[test]
    fn a_cookie_is_found_among_others_unless_it_is_repeated() {
        let request = with("cookie", &["a=1; chembiohub_sessionid=x.y=z", "b=2"]);
        assert_eq!(cookie(&request, "chembiohub_sessionid").as_deref(), Some("x.y=z"));
        assert_eq!(cookie(&request, "b").as_deref(), Some("2"));
        assert_eq!(cookie(&with("cookie", &["a=1; a=2"]), "a"), None);
    }
}
