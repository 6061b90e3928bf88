//! The requests about members and invited people.

use lambda_http::Request;
use serde::Deserialize;

use super::Failure;
use crate::domain::Invalid;
use crate::domain::ids::{InviteId, UserId};
use crate::domain::invisible::trim;
use crate::domain::role::Roles;
use crate::engine::{MemberEdit, NotFound, PersonId, Refusal};
use crate::http::{PathValue, RequestError, path_parameter, query_parameter, visible_query};

/// The writable fields of a new `GroupMember`. A `state` is ignored: an added member is active.
#[derive(Deserialize)]
pub struct NewMemberInput {
    /// The user.
    pub user_id: UserId,
    /// The member's roles.
    pub roles: Roles,
}

/// The writable fields of an existing `GroupMember`.
#[derive(Deserialize)]
pub struct MemberInput {
    roles: Roles,
}

impl MemberInput {
    /// Returns the requested change.
    pub fn edit(self) -> MemberEdit {
        MemberEdit { roles: Some(self.roles), ..MemberEdit::default() }
    }
}

/// Parses a person's id: `member_<user id>`, or `invite_<invite id>` for an invited person.
fn parse_member_id(text: &str) -> Result<PersonId, Invalid> {
    let text = trim(text);
    if let Some(user) = text.strip_prefix("member_") {
        return UserId::parse(user).map(PersonId::Member);
    }
    let invalid =
        Invalid::new("invalid_member_id", "A member's id begins with member_ or invite_.");
    let invite = text.strip_prefix("invite_").ok_or_else(|| invalid.or_hidden(text))?;
    InviteId::parse(invite).map(PersonId::Invited)
}

/// Renders a person's id.
pub(crate) fn member_id(id: &PersonId) -> String {
    match id {
        PersonId::Member(user) => format!("member_{user}"),
        PersonId::Invited(invite) => format!("invite_{invite}"),
    }
}

impl PathValue for PersonId {
    const NAMES: Option<NotFound> = Some(NotFound::Member);
}

/// Returns the id of the person in the path.
///
/// # Errors
/// `UnknownPath` for a text that is not a valid id.
pub fn person_of_path(request: &Request) -> Result<PersonId, RequestError> {
    path_parameter(request, "member", parse_member_id)
}

/// Returns the user id of the member in the path. An invited person can be changed only through
/// their invite.
///
/// # Errors
/// `E_MEMBER_NOT_FOUND` for a text that is not a valid id, and for an invited person.
pub fn member_of_path(request: &Request) -> Result<UserId, Failure> {
    match person_of_path(request)? {
        PersonId::Member(user) => Ok(user),
        PersonId::Invited(_) => Err(Refusal::NotFound(NotFound::Member).into()),
    }
}

/// The largest and the default `page_size`.
const MAX_PAGE_SIZE: usize = 100;

/// Reads the requested page: `page_size` from 1 to 100, and `after`, the last id of the previous
/// page.
///
/// # Errors
/// `InvalidQuery` for an invalid value, `HiddenInQuery` for one with an invisible character inside.
pub fn member_page(request: &Request) -> Result<(usize, Option<PersonId>), RequestError> {
    visible_query(request, &["page_size", "after"])?;
    let size = match query_parameter(request, "page_size").as_slice() {
        [] => Some(MAX_PAGE_SIZE),
        [text] => text.parse().ok().filter(|size| (1..=MAX_PAGE_SIZE).contains(size)),
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
