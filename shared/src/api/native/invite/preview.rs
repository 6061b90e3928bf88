//! The preview of an invite, before signing in.

use serde::{Deserialize, Serialize};

use super::super::Instant;
use crate::domain::invite::{IdentityPolicy, Invite, State};
use crate::domain::redirect::RedirectUrl;
use crate::domain::role::Roles;
use crate::engine::Preview;

/// The body of `POST /v1/invites/preview`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenBody {
    /// The link's token.
    pub token: String,
}

/// An invite as a holder of its link sees it. It has no metadata, no message and no user ids, and
/// the address is masked.
#[derive(Serialize)]
pub struct PreviewBody<'a> {
    /// Always `invite_preview`.
    object: &'static str,
    /// The invite's group.
    group: NameRef<'a>,
    /// The other groups that the same link joins; absent if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    further_groups: Vec<NameRef<'a>>,
    /// The inviter.
    created_by: NameRef<'a>,
    /// The invitee.
    invitee: MaskedInvitee,
    /// The granted roles.
    roles: &'a Roles,
    /// The state at the time of the response.
    state: State,
    /// Whether the accepting account must prove the invited identity.
    identity_policy: IdentityPolicy,
    /// The expiry time; `null` for a link that never expires.
    expires_at: Option<Instant>,
    /// The address to which the invitee goes after accepting.
    redirect_url: Option<&'a RedirectUrl>,
}

/// A group or a person, by name only.
#[derive(Serialize)]
struct NameRef<'a> {
    /// The name; `null` if unknown.
    name: Option<&'a str>,
}

/// An invitee as strangers see it.
#[derive(Serialize)]
struct MaskedInvitee {
    /// The kind of invitee, as in an invite.
    kind: &'static str,
    /// The masked address or number; `null` for other kinds.
    address: Option<String>,
}

impl<'a> PreviewBody<'a> {
    /// Renders a preview.
    pub fn new(preview: &'a Preview) -> Self {
        let names = preview.further_groups.iter();
        let further_groups = names.map(|name| NameRef { name: Some(name) }).collect();
        Self { further_groups, ..Self::of(&preview.invite, &preview.group_name, preview.state) }
    }

    /// Renders an invite to one group, with the group's name and the invite's state.
    pub(super) fn of(invite: &'a Invite, group_name: &'a str, state: State) -> Self {
        Self {
            object: "invite_preview",
            group: NameRef { name: Some(group_name) },
            further_groups: Vec::new(),
            created_by: NameRef { name: invite.created_by.name.as_deref() },
            invitee: MaskedInvitee {
                kind: invite.invitee.kind(),
                address: invite.invitee.masked(),
            },
            roles: &invite.terms.roles,
            state,
            identity_policy: invite.terms.identity_policy,
            expires_at: invite.terms.expires_at.map(Instant::from),
            redirect_url: invite.terms.redirect_url.as_ref(),
        }
    }
}
