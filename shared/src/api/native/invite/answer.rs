//! Accepting and declining an invite.

use serde::{Deserialize, Serialize};

use super::super::MemberBody;
use super::{InviteBody, PreviewBody};
use crate::auth::Caller;
use crate::domain::acceptance::Acceptor;
use crate::domain::block::BlockChoice;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::invite::Invite;
use crate::domain::redirect::RedirectTargets;
use crate::domain::text::Message;
use crate::domain::{Invalid, deserialize_trimmed};
use crate::engine::{Accepted, InviteRef, Present};
use crate::http::RequestError;

const ONE_NAME: Invalid =
    Invalid::new("one_of", "Name the invite by 'token', or by 'group' and 'invite'.");

/// The body of `POST /v1/invites/accept`: names the invite by `token`, or by `group` and `invite`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AcceptBody {
    /// The link's token.
    token: Option<String>,
    /// The group.
    group: Option<GroupId>,
    /// The invite's id in the group.
    invite: Option<InviteId>,
}

impl AcceptBody {
    /// Returns the invite that the body names.
    ///
    /// # Errors
    /// `InvalidBody` if the invite is not named in exactly one way.
    pub fn reference(self) -> Result<InviteRef, RequestError> {
        reference(self.token, self.group, self.invite)
    }
}

/// The body of `POST /v1/invites/decline`: names the invite by `token`, or by `group` and `invite`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeclineBody {
    /// The link's token.
    token: Option<String>,
    /// The group.
    group: Option<GroupId>,
    /// The invite's id in the group.
    invite: Option<InviteId>,
    /// The invitee's reason.
    reason: Option<Message>,
    /// Blocks the inviter or the group, or refuses all invites. Needs a sign-in.
    block: Option<BlockWord>,
}

/// The sender to block.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", remote = "Self")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = BlockChoice))]
enum BlockWord {
    /// The inviter.
    Inviter,
    /// The group.
    Group,
    /// Everybody.
    All,
}

deserialize_trimmed!(BlockWord);

impl DeclineBody {
    /// Returns the sender to block. `None` if the body names none.
    pub fn block(&self) -> Option<BlockChoice> {
        self.block.map(|word| match word {
            BlockWord::Inviter => BlockChoice::Inviter,
            BlockWord::Group => BlockChoice::Group,
            BlockWord::All => BlockChoice::All,
        })
    }

    /// Returns the invite that the body names, and the reason for declining.
    ///
    /// # Errors
    /// `InvalidBody` if the invite is not named in exactly one way.
    pub fn reference(self) -> Result<(InviteRef, Option<Message>), RequestError> {
        Ok((reference(self.token, self.group, self.invite)?, self.reason))
    }
}

fn reference(
    token: Option<String>,
    group: Option<GroupId>,
    invite: Option<InviteId>,
) -> Result<InviteRef, RequestError> {
    match (token, group, invite) {
        (Some(token), None, None) => Ok(InviteRef::Token(token)),
        (None, Some(group), Some(invite)) => Ok(InviteRef::Id(group, invite)),
        _ => Err(RequestError::field("", ONE_NAME)),
    }
}

/// The response to a caller who accepted an invite.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AcceptedBody<'a> {
    /// The invite.
    invite: InviteBody<'a>,
    /// The caller's membership.
    membership: MemberBody<'a>,
    /// The address to which the caller goes next.
    redirect_url: Option<String>,
}

impl<'a> AcceptedBody<'a> {
    /// Renders the accepted invite for `caller` at `now`. Redirects lead to `targets`.
    pub fn new(
        accepted: &'a Accepted,
        caller: &Caller,
        targets: &RedirectTargets,
        now: Timestamp,
    ) -> Self {
        Self {
            invite: InviteBody::for_invitee(&accepted.invite, &accepted.present, caller, now),
            membership: MemberBody::new(&accepted.member, &accepted.present),
            redirect_url: targets.after_joining(accepted.invite.terms.redirect_url.as_ref()),
        }
    }
}

/// The response to an invitee who declined. It shows a preview, because the token needs no sign-in.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeclinedBody<'a> {
    /// The invite.
    invite: PreviewBody<'a>,
}

impl<'a> DeclinedBody<'a> {
    /// Renders the declined invite at `now`. Names come from `present`, and redirects lead to
    /// `targets`.
    pub fn new(
        invite: &'a Invite,
        present: &'a Present,
        targets: &RedirectTargets,
        now: Timestamp,
    ) -> Self {
        let acceptability = present.acceptability(invite, Acceptor::Invitee, now);
        let state = invite.state(now);
        Self { invite: PreviewBody::of(invite, present, (state, acceptability), targets) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_names_its_invite_in_exactly_one_way() {
        let read = |json: &str| serde_json::from_str::<AcceptBody>(json).unwrap().reference();
        assert!(matches!(read(r#"{"token":"bkn_x"}"#), Ok(InviteRef::Token(_))));
        assert!(matches!(read(r#"{"group":"3773","invite":"1"}"#), Ok(InviteRef::Id(..))));
        for json in [
            "{}",
            r#"{"group":"3773"}"#,
            r#"{"invite":"1"}"#,
            r#"{"token":"bkn_x","group":"3773"}"#,
            r#"{"token":"bkn_x","group":"3773","invite":"1"}"#,
        ] {
            assert!(matches!(read(json), Err(RequestError::InvalidBody(_))), "{json}");
        }
    }
}
