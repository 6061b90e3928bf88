//! The requests of the rownd API. Unknown fields, and fields that only the service writes, are
//! ignored (docs/contracts/rownd.md#request).

mod group;
mod invite;
mod member;

pub use group::{AdmissionPolicy, GroupInput};
pub use invite::InviteInput;
pub(super) use invite::{is_numeric, variant};
pub(super) use member::member_id;
pub use member::{MemberInput, NewMemberInput, member_of_path, member_page, person_of_path};

use lambda_http::Request;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Failure;
use crate::domain::ids::GroupId;
use crate::domain::rule::InviteRule;
use crate::engine::NotFound;
use crate::http::{RequestError, json_or_undeclared, lenient_json, path_parameter, raw_body};

/// The rule that lets only owners create and manage invites.
pub const RULE: InviteRule = InviteRule::Owners;

/// Returns the id of the group in the path. The application is no group of this API.
///
/// # Errors
/// `UnknownPath` for a text that is not a valid id, and for the application.
pub fn group_of_path(request: &Request) -> Result<GroupId, RequestError> {
    let group = path_parameter(request, "group", GroupId::parse)?;
    if group == GroupId::application() {
        Err(RequestError::UnknownPath(Some(NotFound::Group)))
    } else {
        Ok(group)
    }
}

/// Reads the request's JSON object. The content type may be absent, else it must be JSON.
///
/// # Errors
/// - `E_BODY_TOO_LARGE` above `limit` bytes.
/// - `E_UNSUPPORTED_MEDIA_TYPE` for another content type.
/// - `E_MALFORMED_BODY` for a body that is not JSON.
/// - `E_INVALID_BODY` for invalid fields.
pub fn body<T: DeserializeOwned>(request: &Request, limit: usize) -> Result<T, Failure> {
    let bytes = raw_body(request, limit)?;
    json_or_undeclared(request)?;
    Ok(lenient_json(bytes)?)
}

/// Checks that the body is absent or a JSON object. Its fields are ignored.
///
/// # Errors
/// Those of [`body`].
pub fn empty_body(request: &Request, limit: usize) -> Result<(), Failure> {
    #[derive(Deserialize)]
    struct Nothing {}

    if !raw_body(request, limit)?.is_empty() {
        let Nothing {} = body(request, limit)?;
    }
    Ok(())
}
