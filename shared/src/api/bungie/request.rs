//! What the endpoints read from a request: the key, the token and its scope, the ids of the path,
//! the page.

use lambda_http::{Request, RequestExt};
use serde::Deserialize;

use super::answer::Failure;
use super::code::PlatformErrorCode as Code;
use super::membership::MembershipType;
use crate::Service;
use crate::auth::{Caller, Unauthenticated};
use crate::domain::identity::Account;
use crate::domain::ids::GroupId;
use crate::domain::text::{Message, NotAMessage};
use crate::http::{header, lenient_json, no_further_path, query_parameter, raw_body};

/// The scope that whoever handles a group's invites needs (docs/contracts/bungie.md#credentials).
const ADMIN_GROUPS: &str = "AdminGroups";

/// How many results a page has (docs/contracts/bungie.md#pages).
pub(super) const PAGE: usize = 50;

/// The last page that may be asked for: a group has 10,000 live invites at most.
const LAST_PAGE: usize = 200;

/// Who handles a group's invites: the key, then the token, then its scope.
///
/// # Errors
/// `ApiKeyMissingFromRequest`, `ApiInvalidOrExpiredKey`, `WebAuthRequired`,
/// `AccessNotPermittedByApplicationScope`; `NotFound` where the path goes on behind its slash.
pub async fn administrator(service: &Service, request: &Request) -> Result<Caller, Failure> {
    application(service, request)?;
    let caller = service.caller(request).await?;
    if caller.has_scope(ADMIN_GROUPS) {
        Ok(caller)
    } else {
        Err(Code::AccessNotPermittedByApplicationScope.into())
    }
}

/// Who asks what anybody with a key may ask: nobody in particular, or somebody with a token of any
/// scope.
///
/// # Errors
/// `ApiKeyMissingFromRequest`, `ApiInvalidOrExpiredKey`, and `WebAuthRequired` for a token that is
/// not good; `NotFound` where the path goes on behind its slash.
pub async fn anybody(service: &Service, request: &Request) -> Result<Option<Caller>, Failure> {
    application(service, request)?;
    match service.caller(request).await {
        Ok(caller) => Ok(Some(caller)),
        Err(Unauthenticated::Missing) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Checks which application asks.
fn application(service: &Service, request: &Request) -> Result<(), Failure> {
    no_further_path(request)?;
    let keys = &service.api.bungie_api_keys;
    match header(request, "x-api-key") {
        None => Err(Code::ApiKeyMissingFromRequest.into()),
        Some(key) if keys.take(key) => Ok(()),
        Some(_) => Err(Code::ApiInvalidOrExpiredKey.into()),
    }
}

/// The group of the path: only ids that are int64 can be named here.
///
/// # Errors
/// `ParameterParseFailure`.
pub fn group(request: &Request) -> Result<GroupId, Failure> {
    let id = int64(parameter(request, "groupId"))?;
    GroupId::parse(id).map_err(|_| Code::ParameterParseFailure.into())
}

/// The account of the path.
///
/// # Errors
/// `ParameterParseFailure` for an id that is no int64, `ParameterInvalidRange` for a membership
/// type that nobody has, and for the id 0.
pub fn account(request: &Request) -> Result<Account, Failure> {
    let kind = MembershipType::parse(parameter(request, "membershipType"));
    let id = int64(parameter(request, "membershipId"))?;
    let kind = kind.ok_or(Code::ParameterInvalidRange)?;
    Account::new(kind.number(), id).map_err(|_| Code::ParameterInvalidRange.into())
}

/// The parameter of the path as one of these names, or as its place among them.
///
/// # Errors
/// `ParameterInvalidRange` for anything else.
pub(super) fn one_of(request: &Request, name: &str, names: &[&str]) -> Result<usize, Failure> {
    let text = parameter(request, name);
    let found = names
        .iter()
        .enumerate()
        .position(|(number, name)| text == *name || text == number.to_string());
    found.ok_or_else(|| Code::ParameterInvalidRange.into())
}

/// The page asked for, from 1: `currentpage`, in whatever case.
///
/// # Errors
/// `ParameterInvalidRange` for what is no page, and where it stands twice.
pub fn current_page(request: &Request) -> Result<usize, Failure> {
    let texts = ["currentpage", "currentPage"].map(|name| query_parameter(request, name)).concat();
    let page = match texts.as_slice() {
        [] => Some(1),
        [text] => Some(text).filter(|text| is_plain(text)).and_then(|text| text.parse().ok()),
        _ => None,
    };
    page.filter(|page| (1..=LAST_PAGE).contains(page))
        .ok_or_else(|| Code::ParameterInvalidRange.into())
}

/// `GroupApplicationRequest`: the body of an invite. Fields that it does not have pass unread, as
/// they do with the original.
#[derive(Deserialize)]
struct ApplicationRequest {
    message: Option<String>,
}

/// The message of the body, which is there, whatever its declared type; none where it is empty.
///
/// # Errors
/// `MissingPostBody`, `JsonDeserializationError` for what is no JSON, `InvalidPostBody` for another
/// JSON than an object with a text as its message, `ValidationLengthError` above 500 characters or
/// above the service's own limit, `InvalidParameters` for control characters.
pub(super) fn message(service: &Service, request: &Request) -> Result<Option<Message>, Failure> {
    let bytes = raw_body(request, service.body_limit)?;
    if bytes.is_empty() {
        return Err(Code::MissingPostBody.into());
    }
    let ApplicationRequest { message } = lenient_json(bytes)?;
    let message = message
        .filter(|message| !message.is_empty())
        .map(|message| Message::parse(&message))
        .transpose();
    message.map_err(|why| {
        match why {
            NotAMessage::TooLong => Code::ValidationLengthError,
            NotAMessage::ControlCharacter => Code::InvalidParameters,
        }
        .into()
    })
}

fn parameter<'a>(request: &'a Request, name: &str) -> &'a str {
    request.path_parameters_ref().and_then(|parameters| parameters.first(name)).unwrap_or_default()
}

fn int64(text: &str) -> Result<&str, Failure> {
    if is_int64(text) { Ok(text) } else { Err(Code::ParameterParseFailure.into()) }
}

/// Whether the text is an int64 as ids have it: decimal digits, without sign and leading zeros.
pub(super) fn is_int64(text: &str) -> bool {
    is_plain(text) && text.parse::<i64>().is_ok()
}

/// Whether the text is digits, without leading zeros.
fn is_plain(text: &str) -> bool {
    text == "0"
        || (!text.is_empty()
            && !text.starts_with('0')
            && text.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn int64_is_plain_digits_only() {
        for text in ["0", "1", "9223372036854775807", "3773"] {
            assert_eq!(int64(text), Ok(text));
        }
        let wrong = [
            "",
            "-1",
            "+1",
            "01",
            "00",
            "1.0",
            "1e3",
            "9223372036854775808",
            "99999999999999999999",
            "0x10",
            "１",
            " 1",
            "1 ",
            "1;x",
            "1#",
            "NaN",
            "null",
            "%31",
            "٣",
        ];
        for text in wrong {
            assert_eq!(int64(text), Err(Code::ParameterParseFailure.into()), "{text}");
        }
    }

    proptest! {
        #[test]
        fn an_int64_reads_as_it_is_written(number in 0..=i64::MAX, text in "\\PC{0,24}") {
            let written = number.to_string();
            prop_assert_eq!(int64(&written), Ok(written.as_str()));
            if let Ok(read) = int64(&text) {
                prop_assert_eq!(read.parse::<i64>().unwrap().to_string(), text.clone());
            }
        }
    }
}
