//! The people of a group.

use lambda_http::Request;
use serde::Deserialize;

use super::Failure;
use crate::domain::Invalid;
use crate::domain::ids::{InviteId, UserId};
use crate::domain::role::Roles;
use crate::engine::{MemberEdit, NotFound, PersonId, Refusal};
use crate::http::{PathValue, RequestError, path_parameter, query_parameter};

/// The writable fields of a new `GroupMember`. A `state` is ignored: an added member is active.
#[derive(Deserialize)]
pub struct NewMemberInput {
    /// The user.
    pub user_id: UserId,
    /// What the member may do.
    pub roles: Roles,
}

/// The writable fields of an existing `GroupMember`.
#[derive(Deserialize)]
pub struct MemberInput {
    roles: Roles,
}

impl MemberInput {
    /// Returns the change that is asked for.
    pub fn edit(self) -> MemberEdit {
        MemberEdit { roles: Some(self.roles), ..MemberEdit::default() }
    }
}

/// Reads a person's id: `member_<user id>`, or `invite_<invite id>` for an invited person.
///
/// # Errors
/// For text that can't be one.
fn parse_member_id(text: &str) -> Result<PersonId, Invalid> {
    if let Some(user) = text.strip_prefix("member_") {
        return UserId::parse(user).map(PersonId::Member);
    }
    let invite = text.strip_prefix("invite_").ok_or(Invalid::new(
        "invalid_member_id",
        "A member's id begins with member_ or invite_.",
    ))?;
    InviteId::parse(invite).map(PersonId::Invited)
}

/// Writes a person's id.
pub(crate) fn member_id(id: &PersonId) -> String {
    match id {
        PersonId::Member(user) => format!("member_{user}"),
        PersonId::Invited(invite) => format!("invite_{invite}"),
    }
}

impl PathValue for PersonId {
    const NAMES: Option<NotFound> = Some(NotFound::Member);
}

/// Returns the person whom the path names.
///
/// # Errors
/// `UnknownPath` for text that can't be an id.
pub fn person_of_path(request: &Request) -> Result<PersonId, RequestError> {
    path_parameter(request, "member", parse_member_id)
}

/// Returns the member whom the path names. An invited person is changed by their invite, not here.
///
/// # Errors
/// `MemberNotFound`, also for an invited person.
pub fn member_of_path(request: &Request) -> Result<UserId, Failure> {
    match person_of_path(request)? {
        PersonId::Member(user) => Ok(user),
        PersonId::Invited(_) => Err(Refusal::NotFound(NotFound::Member).into()),
    }
}

/// The most people on a page, and how many come without `page_size`.
const LONGEST_PAGE: usize = 100;

/// Reads which page of people is asked for: `page_size` from 1 to 100, and `after`, the id of the
/// last person of the page before.
///
/// # Errors
/// `InvalidQuery`.
pub fn member_page(request: &Request) -> Result<(usize, Option<PersonId>), RequestError> {
    let size = match query_parameter(request, "page_size").as_slice() {
        [] => Some(LONGEST_PAGE),
        [text] => text.parse().ok().filter(|size| (1..=LONGEST_PAGE).contains(size)),
        _ => None,
    };
    let size = size.ok_or(RequestError::InvalidQuery("page_size", "Give 1 to 100."))?;
    let after = match query_parameter(request, "after").as_slice() {
        [] => None,
        [text] => Some(parse_member_id(text).map_err(|_| {
            RequestError::InvalidQuery(
                "after",
                "Give the id of the last member on the previous page.",
            )
        })?),
        _ => return Err(RequestError::InvalidQuery("after", "Give one id.")),
    };
    Ok((size, after))
}
