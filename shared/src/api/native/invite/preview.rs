//! The preview of an invite, before signing in.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::super::Instant;
use crate::domain::acceptance::{Acceptability, NotAcceptable};
use crate::domain::invite::{IdentityPolicy, Invite, State};
use crate::domain::invitee::InviteeKind;
use crate::domain::redirect::RedirectTargets;
use crate::domain::role::Roles;
use crate::engine::{Present, Preview};

/// The body of `POST /v1/invites/preview`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenBody {
    /// The link's token.
    pub token: String,
}

/// An invite as a holder of its link sees it. It has no metadata, no message and no user ids, and
/// the address is masked.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
    /// Whether the invitee can accept now.
    acceptable: bool,
    /// Why the invitee cannot accept now; `null` if they can, or if the invite has ended.
    not_acceptable_reason: Option<NotAcceptable>,
    /// Whether the accepting account must prove the invited identity.
    identity_policy: IdentityPolicy,
    /// The expiry time; `null` for a link that never expires.
    expires_at: Option<Instant>,
    /// The address to which the invitee goes after accepting.
    redirect_url: Option<String>,
}

/// A group or a person, by name only.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct NameRef<'a> {
    /// The name; `null` if unknown.
    name: Option<Cow<'a, str>>,
}

/// An invitee as strangers see it.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct MaskedInvitee {
    /// The kind of invitee, as in an invite.
    kind: InviteeKind,
    /// The masked address or number; `null` for other kinds.
    address: Option<String>,
}

impl<'a> PreviewBody<'a> {
    /// Renders a preview. Redirects lead to `targets`.
    pub fn new(preview: &'a Preview, targets: &RedirectTargets) -> Self {
        let names = preview.further_groups.iter();
        let further_groups = names.map(|name| NameRef { name: Some(name.as_str().into()) });
        let Preview { invite, present, state, acceptability, .. } = preview;
        Self {
            further_groups: further_groups.collect(),
            expires_at: preview.expires_at.map(Instant::from),
            ..Self::of(invite, present, (*state, *acceptability), targets)
        }
    }

    /// Renders an invite to one group, with its state and whether it can be accepted. Names come
    /// from `present`, and redirects lead to `targets`.
    pub(super) fn of(
        invite: &'a Invite,
        present: &'a Present,
        (state, acceptability): (State, Acceptability),
        targets: &RedirectTargets,
    ) -> Self {
        Self {
            object: "invite_preview",
            group: NameRef { name: Some(present.group_name(invite).into()) },
            further_groups: Vec::new(),
            created_by: NameRef { name: present.inviter_name(invite).map(Cow::from) },
            invitee: MaskedInvitee {
                kind: invite.invitee.kind(),
                address: invite.invitee.masked(),
            },
            roles: &invite.terms.roles,
            state,
            acceptable: acceptability.is_acceptable(),
            not_acceptable_reason: acceptability.reason(),
            identity_policy: invite.terms.identity_policy,
            expires_at: invite.terms.expires_at.map(Instant::from),
            redirect_url: targets.after_joining(invite.terms.redirect_url.as_ref()),
        }
    }
}
