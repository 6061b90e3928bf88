//! The bodies of requests about groups.

use serde::{Deserialize, Serialize};

use crate::domain::group::{GroupType, Policy, given};
use crate::domain::group_name::GroupName;
use crate::domain::ids::GroupId;
use crate::domain::text::Metadata;
use crate::domain::{Invalid, deserialize_trimmed};
use crate::engine::{GroupChange, NewGroup};
use crate::http::RequestError;

/// The way to join a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", remote = "Self")]
pub enum AdmissionPolicy {
    /// Only invitees can join; the default.
    InviteOnly,
    /// Anyone can join.
    Open,
}

deserialize_trimmed!(AdmissionPolicy);

impl AdmissionPolicy {
    /// Returns the policy of a group of this type.
    pub(crate) fn of(kind: GroupType) -> Self {
        match kind {
            GroupType::Open => Self::Open,
            GroupType::Private | GroupType::Secret => Self::InviteOnly,
        }
    }

    /// Returns the type of a new group with this policy.
    fn kind(self) -> GroupType {
        match self {
            Self::InviteOnly => GroupType::Private,
            Self::Open => GroupType::Open,
        }
    }
}

/// The writable fields of a `Group`.
#[derive(Deserialize)]
pub struct GroupInput {
    /// The name; required in a new group.
    name: Option<GroupName>,
    /// The way to join the group.
    admission_policy: Option<AdmissionPolicy>,
    /// The caller's own data; `null` removes them.
    #[serde(default, deserialize_with = "given")]
    meta: Option<Option<Metadata>>,
}

impl GroupInput {
    /// Returns the group to create, with this id.
    ///
    /// # Errors
    /// `InvalidBody` if the body has no name.
    pub fn new_group(self, id: GroupId) -> Result<NewGroup, RequestError> {
        let required = Invalid::new("required", "This field is required.");
        Ok(NewGroup {
            id,
            name: self.name.ok_or_else(|| RequestError::field("/name", required))?.into_name(),
            description: None,
            kind: self.admission_policy.unwrap_or(AdmissionPolicy::InviteOnly).kind(),
            policy: Policy::default(),
            metadata: self.meta.flatten().unwrap_or_default(),
        })
    }

    /// Returns the requested change of a group. An absent field stays as it is.
    pub fn change(self) -> GroupChange {
        GroupChange {
            name: self.name.map(GroupName::into_name),
            open: self.admission_policy.map(|policy| policy == AdmissionPolicy::Open),
            metadata: self.meta.map(Option::unwrap_or_default),
            ..GroupChange::default()
        }
    }
}
