//! Tastypie's set: several invitations by their ids, as `set/1;2` (docs/contracts/chembiohub.md#paths).

use lambda_http::Request;
use serde::Serialize;

use super::failure::Failure;
use super::render::InvitationBody;
use crate::domain::ids::{InviteId, UserId};
use crate::domain::invite::Invite;
use crate::engine::Present;
use crate::http::{RequestError, path_parameter};

/// The most ids of one set.
const MAX_IDS: usize = 20;

/// The ids of a set as they were sent.
#[derive(Debug)]
pub struct SetIds(Vec<String>);

impl SetIds {
    /// Reads the ids in the path. `None` if the path has no set.
    ///
    /// # Errors
    /// 400 for more than 20 ids.
    pub fn read(request: &Request) -> Result<Option<Self>, Failure> {
        let Ok(text) = path_parameter(request, "invitations", |text| Ok(text.to_owned())) else {
            return Ok(None);
        };
        let ids: Vec<String> = text.split(';').map(str::to_owned).collect();
        if ids.len() > MAX_IDS {
            Err(RequestError::InvalidQuery("set", "Give at most 20 ids.").into())
        } else {
            Ok(Some(Self(ids)))
        }
    }

    /// Returns the ids that an invitation can have.
    pub fn valid(&self) -> Vec<InviteId> {
        self.0.iter().filter_map(|text| InviteId::parse(text).ok()).collect()
    }
}

/// The invitations of a set, in the order of their ids.
#[derive(Debug, Serialize)]
pub struct SetBody<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_found: Vec<&'a str>,
    objects: Vec<InvitationBody>,
}

impl<'a> SetBody<'a> {
    /// Creates the answer with the invites that were found, as the caller sees them.
    pub fn new(
        ids: &'a SetIds,
        found: &[Invite],
        caller: &UserId,
        present: &Present,
        namespace: &str,
    ) -> Self {
        let is_found = |text: &&str| found.iter().any(|invite| invite.id.to_string() == **text);
        Self {
            not_found: ids.0.iter().map(String::as_str).filter(|text| !is_found(text)).collect(),
            objects: found
                .iter()
                .map(|invite| InvitationBody::new(invite, caller, present, namespace))
                .collect(),
        }
    }
}
