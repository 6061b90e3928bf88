//! Blocks.

use lambda_http::{Request, RequestExt};
use serde::Serialize;

use super::Instant;
use crate::domain::block::{Block, Blocked};
use crate::domain::ids::{GroupId, UserId};
use crate::http::{RequestError, path_parameter};

/// The kind of a sender.
#[cfg(feature = "openapi")]
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(in crate::api::native) enum BlockKind {
    /// A user.
    Inviter,
    /// A group.
    Group,
}

/// A block of a sender.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BlockBody<'a> {
    /// Always `block`.
    object: &'static str,
    /// `inviter` or `group`.
    kind: &'static str,
    /// The id of the user or group.
    id: &'a str,
    /// When the caller blocked the sender.
    created_at: Instant,
}

impl<'a> BlockBody<'a> {
    /// Renders the block.
    pub fn new(block: &'a Block) -> Self {
        let Block { of, created_at } = block;
        Self { object: "block", kind: of.kind(), id: of.id(), created_at: (*created_at).into() }
    }
}

/// Returns the sender that the path names. `None` for the path of the list.
///
/// # Errors
/// `UnknownPath` for an unknown kind or an invalid id.
pub fn blocked_of_path(request: &Request) -> Result<Option<Blocked>, RequestError> {
    let parameters = request.path_parameters_ref();
    match parameters.and_then(|parameters| parameters.first("kind")) {
        None => Ok(None),
        Some("inviter") => {
            path_parameter(request, "id", UserId::parse).map(|id| Some(Blocked::Inviter(id)))
        }
        Some("group") => {
            path_parameter(request, "id", GroupId::parse).map(|id| Some(Blocked::Group(id)))
        }
        Some(_) => Err(RequestError::UnknownPath(None)),
    }
}
