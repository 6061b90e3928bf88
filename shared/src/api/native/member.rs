//! Members of a group.

use lambda_http::Request;
use serde::{Deserialize, Serialize};

use super::{Instant, Problem};
use crate::domain::Invalid;
use crate::domain::group::given;
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::member::Member;
use crate::domain::privilege::Privileges;
use crate::domain::role::Roles;
use crate::engine::{MemberEdit, NotFound, Present, Refusal};
use crate::http::{RequestError, path_parameter};

/// The body of `PATCH /v1/groups/{group}/members/{user}`. An absent field stays as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberEditBody {
    /// The new roles.
    #[serde(default, deserialize_with = "given")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    roles: Option<Roles>,
    /// The new privileges.
    #[serde(default, deserialize_with = "given")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    privileges: Option<Privileges>,
}

impl MemberEditBody {
    /// Returns the requested change.
    ///
    /// # Errors
    /// `InvalidBody` if the body has neither field.
    pub fn edit(self) -> Result<MemberEdit, RequestError> {
        let Self { roles, privileges } = self;
        if roles.is_none() && privileges.is_none() {
            let nothing = Invalid::new("nothing_to_change", "Give roles, privileges, or both.");
            return Err(RequestError::field("", nothing));
        }
        Ok(MemberEdit { roles, privileges })
    }
}

/// Returns the user id of the member in the path.
///
/// # Errors
/// `MemberNotFound` for a text that is not a valid user id.
pub fn member_of_path(request: &Request) -> Result<UserId, Problem> {
    path_parameter(request, "user", UserId::parse)
        .map_err(|_| Refusal::from(NotFound::Member).into())
}

/// A member as the group's members see it.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberBody<'a> {
    /// Always `member`.
    object: &'static str,
    /// The group.
    group_id: &'a GroupId,
    /// The user.
    user_id: &'a UserId,
    /// The member's roles in the group.
    roles: &'a Roles,
    /// The member's rights beyond these roles.
    privileges: &'a Privileges,
    /// The member's display name; `null` if unknown.
    name: Option<String>,
    /// The time of joining.
    joined_at: Instant,
    /// The accepted invite; `null` for a member who joined without one.
    invite_id: Option<InviteId>,
    /// The time at which the membership ends; `null` if it does not end.
    expires_at: Option<Instant>,
}

impl<'a> MemberBody<'a> {
    /// Renders the member. The name comes from `present`.
    pub fn new(member: &'a Member, present: &Present) -> Self {
        Self {
            object: "member",
            group_id: &member.group,
            user_id: &member.user,
            roles: &member.roles,
            privileges: &member.privileges,
            name: present.member_name(member),
            joined_at: member.joined_at.into(),
            invite_id: member.invite,
            expires_at: member.expires_at.map(Instant::from),
        }
    }
}
