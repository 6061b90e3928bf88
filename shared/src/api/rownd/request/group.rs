//! Groups.

use serde::{Deserialize, Serialize};

use crate::domain::Invalid;
use crate::domain::group::{GroupType, Policy, given};
use crate::domain::ids::GroupId;
use crate::domain::text::{Metadata, Name};
use crate::engine::{GroupChange, NewGroup};
use crate::http::RequestError;

/// Whether a group takes in everybody who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AdmissionPolicy {
    /// By invite alone; the default.
    InviteOnly,
    /// Anybody.
    Open,
}

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
    name: Option<Name>,
    /// Whether the group takes in everybody who asks.
    admission_policy: Option<AdmissionPolicy>,
    /// The caller's own data; `null` for none.
    #[serde(default, deserialize_with = "given")]
    meta: Option<Option<Metadata>>,
}

impl GroupInput {
    /// Returns the group to be made, under this id.
    ///
    /// # Errors
    /// `InvalidBody` without a name.
    pub fn new_group(self, id: GroupId) -> Result<NewGroup, RequestError> {
        let required = Invalid::new("required", "This field is required.");
        Ok(NewGroup {
            id,
            name: self.name.ok_or_else(|| RequestError::field("/name", required))?,
            description: None,
            kind: self.admission_policy.unwrap_or(AdmissionPolicy::InviteOnly).kind(),
            policy: Policy::default(),
            metadata: self.meta.flatten().unwrap_or_default(),
        })
    }

    /// Returns the change of a group that is asked for: a field that is absent stays as it is.
    pub fn change(self) -> GroupChange {
        GroupChange {
            name: self.name,
            open: self.admission_policy.map(|policy| policy == AdmissionPolicy::Open),
            metadata: self.meta.map(Option::unwrap_or_default),
            ..GroupChange::default()
        }
    }
}
