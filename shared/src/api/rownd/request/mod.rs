//! What the rownd endpoints read from a request. Fields that are unknown, or that only the service
//! writes, are ignored (docs/contracts/rownd.md).

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
use crate::domain::rule::InviteRule;
use crate::http::{json_or_undeclared, lenient_json, raw_body};

/// The rule by which callers make and handle invites: owners may.
pub const RULE: InviteRule = InviteRule::Owners;

/// Reads the request's JSON object; a content type, where one is declared, must be JSON's.
///
/// # Errors
/// Of the request: another content type, a body above `limit` bytes, no JSON, and fields that are
/// not right.
pub fn body<T: DeserializeOwned>(request: &Request, limit: usize) -> Result<T, Failure> {
    let bytes = raw_body(request, limit)?;
    json_or_undeclared(request)?;
    Ok(lenient_json(bytes)?)
}

/// Checks a body that says nothing: absent, or an object.
///
/// # Errors
/// As for [`body`].
pub fn empty_body(request: &Request, limit: usize) -> Result<(), Failure> {
    #[derive(Deserialize)]
    struct Nothing {}

    if !raw_body(request, limit)?.is_empty() {
        let Nothing {} = body(request, limit)?;
    }
    Ok(())
}
