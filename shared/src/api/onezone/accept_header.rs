//! Checks the `Accept` header: the API answers with JSON only
//! (docs/contracts/onezone.md#order-of-checks).

use lambda_http::Request;
use lambda_http::http::header;

use super::failure::Failure;

/// Refuses a request whose client does not accept JSON.
///
/// # Errors
/// 406.
pub fn acceptable(request: &Request) -> Result<(), Failure> {
    let values =
        request.headers().get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges: Vec<(u8, bool)> =
        values.flat_map(|value| value.split(',')).filter_map(range).collect();
    // The most specific range that covers JSON decides (RFC 9110 §12.5.1).
    let closest = ranges.iter().filter(|(closeness, _)| *closeness > 0).max();
    let refused = !ranges.is_empty() && !closest.is_some_and(|(_, wanted)| *wanted);
    if refused { Err(Failure::not_acceptable()) } else { Ok(()) }
}

/// Returns how closely a media range names JSON (0 for not at all), and whether its weight is above
/// 0.
fn range(text: &str) -> Option<(u8, bool)> {
    let mut parts = text.split(';').map(|part| part.trim().to_ascii_lowercase());
    let closeness = match parts.next()?.as_str() {
        "" => return None,
        "application/json" => 3,
        "application/*" => 2,
        "*/*" => 1,
        _ => 0,
    };
    let weight = parts.find_map(|part| part.strip_prefix("q=").map(str::to_owned));
    let wanted = weight.is_none_or(|weight| weight.parse::<f32>().is_ok_and(|weight| weight > 0.0));
    Some((closeness, wanted))
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
    fn only_a_client_that_accepts_json_is_answered() {
        let taken: [&[&str]; 9] = [
            &[],
            &[""],
            &["*/*"],
            &["application/json"],
            &["Application/JSON; charset=utf-8"],
            &["application/*;q=0.1"],
            &["text/html, application/json;q=0.9"],
            &["text/html", "*/*"],
            &["*/*;q=0, application/json"],
        ];
        for values in taken {
            assert!(acceptable(&with("accept", values)).is_ok(), "{values:?}");
        }
        let refused: [&[&str]; 6] = [
            &["text/html"],
            &["application/xml"],
            &["application/jsonp"],
            &["application/json;q=0"],
            &["application/json; q=0, */*"],
            &["text/*", "image/png"],
        ];
        for values in refused {
            assert!(acceptable(&with("accept", values)).is_err(), "{values:?}");
        }
    }
}
