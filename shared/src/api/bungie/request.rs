//! Reads the API key, the caller, and the parameters of path, query and body.

use lambda_http::{Request, RequestExt};
use serde::Deserialize;

use super::answer::Failure;
use super::code::PlatformErrorCode as Code;
use super::membership::MembershipType;
use crate::Service;
use crate::auth::{Caller, Unauthenticated};
use crate::domain::identity::Account;
use crate::domain::ids::GroupId;
use crate::domain::invisible::{in_value, trim};
use crate::domain::text::{Message, NotAMessage};
use crate::http::{
    RequestError, header, lenient_json, no_further_path, query_parameter, raw_body, visible_query,
};

/// The scope that a token needs to manage a group's invites (docs/contracts/bungie.md#credentials).
const ADMIN_GROUPS: &str = "AdminGroups";

/// The number of results on a page (docs/contracts/bungie.md#pages).
pub(super) const PAGE_SIZE: usize = 50;

/// The highest page number. A group has at most 10,000 pending invites.
const LAST_PAGE: usize = 200;

/// Returns the caller of an endpoint that manages a group's invites. It checks the API key, then
/// the token, then its scope.
///
/// # Errors
/// - `NotFound` under an unknown prefix, or if the path continues after its slash.
/// - `ApiKeyMissingFromRequest` or `ApiInvalidOrExpiredKey` for the API key.
/// - `WebAuthRequired` for the token, or `SystemDisabled` if the issuer cannot be reached.
/// - `AccessNotPermittedByApplicationScope` if the token lacks the scope.
pub async fn administrator(service: &Service, request: &Request) -> Result<Caller, Failure> {
    check_api_key(service, request)?;
    let caller = service.caller(request).await?;
    if caller.has_scope(ADMIN_GROUPS) {
        Ok(caller)
    } else {
        Err(Code::AccessNotPermittedByApplicationScope.into())
    }
}

/// Returns the caller of an endpoint that needs an API key only. `None` if the request has no
/// token. A token may have any scope.
///
/// # Errors
/// - `NotFound` under an unknown prefix, or if the path continues after its slash.
/// - `ApiKeyMissingFromRequest` or `ApiInvalidOrExpiredKey` for the API key.
/// - `WebAuthRequired` for a token that is not valid, or `SystemDisabled` if the issuer cannot be
///   reached.
pub async fn anybody(service: &Service, request: &Request) -> Result<Option<Caller>, Failure> {
    check_api_key(service, request)?;
    match service.caller(request).await {
        Ok(caller) => Ok(Some(caller)),
        Err(Unauthenticated::Missing) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Refuses a path under another prefix than `/Platform` and `/platform`. The routes have a variable
/// there.
fn known_prefix(request: &Request) -> Result<(), RequestError> {
    let parameters = request.path_parameters_ref();
    match parameters.and_then(|parameters| parameters.first("platform")) {
        None | Some("Platform" | "platform") => Ok(()),
        Some(_) => Err(RequestError::UnknownPath(None)),
    }
}

/// Checks the API key, and that the path is one of the API and ends after its slash.
fn check_api_key(service: &Service, request: &Request) -> Result<(), Failure> {
    no_further_path(request)?;
    known_prefix(request)?;
    let keys = &service.api.bungie_api_keys;
    match header(request, "x-api-key") {
        None => Err(Code::ApiKeyMissingFromRequest.into()),
        Some(key) if keys.take(key) => Ok(()),
        Some(_) => Err(Code::ApiInvalidOrExpiredKey.into()),
    }
}

/// Returns the group of the path.
///
/// # Errors
/// `ParameterParseFailure` if the id is not an int64.
pub fn group(request: &Request) -> Result<GroupId, Failure> {
    let id = int64(parameter(request, "groupId"))?;
    GroupId::parse(id).map_err(|_| Code::ParameterParseFailure.into())
}

/// Returns the account of the path.
///
/// # Errors
/// - `ParameterParseFailure` if the id is not an int64.
/// - `ParameterInvalidRange` if the membership type is unknown, or the id is 0.
pub fn account(request: &Request) -> Result<Account, Failure> {
    let kind = MembershipType::parse(parameter(request, "membershipType"));
    let id = int64(parameter(request, "membershipId"))?;
    let kind = kind.ok_or(Code::ParameterInvalidRange)?;
    Account::new(kind.number(), id).map_err(|_| Code::ParameterInvalidRange.into())
}

/// Returns the index of the path parameter among `names`. The parameter is one of the names or an
/// index.
///
/// # Errors
/// `ParameterInvalidRange` for any other text.
pub(super) fn one_of(request: &Request, name: &str, names: &[&str]) -> Result<usize, Failure> {
    let text = parameter(request, name);
    let found = names
        .iter()
        .enumerate()
        .position(|(number, name)| text == *name || text == number.to_string());
    found.ok_or_else(|| Code::ParameterInvalidRange.into())
}

/// Returns the page number from the query parameter `currentpage` or `currentPage`, 1 by default.
///
/// # Errors
/// `ParameterInvalidRange` if it is not a number from 1 to 200, or is repeated.
pub fn current_page(request: &Request) -> Result<usize, Failure> {
    let names = ["currentpage", "currentPage"];
    visible_query(request, &names)?;
    let texts = names.map(|name| query_parameter(request, name)).concat();
    let page = match texts.as_slice() {
        [] => Some(1),
        [text] => Some(text).filter(|text| is_plain(text)).and_then(|text| text.parse().ok()),
        _ => None,
    };
    page.filter(|page| (1..=LAST_PAGE).contains(page))
        .ok_or_else(|| Code::ParameterInvalidRange.into())
}

/// The body of an invite: `GroupApplicationRequest`. Unknown fields are ignored, as in the
/// original.
#[derive(Deserialize)]
struct ApplicationRequest {
    message: Option<String>,
}

/// Returns the message of the body. `None` if it is absent or empty. The declared media type is
/// ignored.
///
/// # Errors
/// - `MissingPostBody` without a body.
/// - `JsonDeserializationError` if the body is not JSON.
/// - `InvalidPostBody` if the body is not an object, or its message is not a text.
/// - `ValidationLengthError` for more than 500 characters, or a body above the service's limit.
/// - `InvalidParameters` for control characters, and for invisible ones that no script needs.
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
    message.map_err(|why| match why {
        NotAMessage::TooLong => Code::ValidationLengthError.into(),
        NotAMessage::HiddenCharacter(character) => {
            Failure::of_character(Code::InvalidParameters, Some(character))
        }
    })
}

fn parameter<'a>(request: &'a Request, name: &str) -> &'a str {
    let parameters = request.path_parameters_ref();
    trim(parameters.and_then(|parameters| parameters.first(name)).unwrap_or_default())
}

fn int64(text: &str) -> Result<&str, Failure> {
    if is_int64(text) {
        Ok(text)
    } else {
        Err(Failure::of_character(Code::ParameterParseFailure, in_value(text)))
    }
}

/// Returns whether `text` is an int64 in plain decimal digits, without a sign or leading zeros.
pub(super) fn is_int64(text: &str) -> bool {
    is_plain(text) && text.parse::<i64>().is_ok()
}

/// Returns whether `text` consists of decimal digits without leading zeros.
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
        fn an_int64_has_one_spelling(number in 0..=i64::MAX, text in "\\PC{0,24}") {
            let written = number.to_string();
            prop_assert_eq!(int64(&written), Ok(written.as_str()));
            if let Ok(read) = int64(&text) {
                prop_assert_eq!(read.parse::<i64>().unwrap().to_string(), text.clone());
            }
        }
    }
}
