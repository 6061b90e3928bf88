//! Renders `GroupMemberApplication`: an invite as a group's administrators see it
//! (docs/contracts/bungie.md#invited-individuals).

use serde::Serialize;

use super::answer::Resolution;
use super::card::{GroupUserInfoCard, UserInfoCard};
use crate::domain::clock::Timestamp;
use crate::domain::ids::GroupId;
use crate::domain::invite::Invite;
use crate::domain::text::Message;
use crate::domain::user::User;

/// A pending invite. `resolveDate` and `resolvedByMembershipId` are absent, because nobody has
/// resolved it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Application<'a> {
    group_id: &'a GroupId,
    #[serde(serialize_with = "date_time")]
    creation_date: Timestamp,
    resolve_state: Resolution,
    request_message: &'a str,
    resolve_message: &'static str,
    destiny_user_info: GroupUserInfoCard,
    bungie_net_user_info: UserInfoCard,
}

impl<'a> Application<'a> {
    /// Creates the application of `invite`. `user` is the invitee in the directory, if known.
    pub fn new(invite: &'a Invite, user: Option<&User>) -> Self {
        Self {
            group_id: &invite.group,
            creation_date: invite.created_at,
            resolve_state: Resolution::Unresolved,
            request_message: invite.terms.message.as_ref().map(Message::as_str).unwrap_or_default(),
            resolve_message: "",
            destiny_user_info: GroupUserInfoCard::of_invitee(&invite.invitee, user),
            bungie_net_user_info: UserInfoCard::of_user(user),
        }
    }
}

/// Serializes an instant as a `date-time` (RFC 3339).
pub(super) fn date_time<S: serde::Serializer>(
    at: &Timestamp,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}
