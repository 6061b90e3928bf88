//! The preview that the holder of a link sees before signing in.

use futures::future::join_all;

use crate::domain::clock::Timestamp;
use crate::domain::invite::{Invite, State};
use crate::engine::authority::{inviter_still_may, right_is_proven};
use crate::engine::{Engine, NotFound, Outcome, require_generation};

/// The preview of an invite. The renderer chooses the fields to show.
#[derive(Debug)]
pub struct Preview {
    /// The invite.
    pub invite: Invite,
    /// The group's present name.
    pub group_name: String,
    /// The names of the other groups that the link accepts, as they were when the invites were
    /// created.
    pub further_groups: Vec<String>,
    /// The invite's present state.
    pub state: State,
}

impl Engine {
    /// Returns the preview of the token's invite, in any state. Changes nothing.
    ///
    /// # Errors
    /// `NotFound::Invite`, `NotFound::Group`, `Denied::CaveatNotMet`, `Denied::InviterGone`,
    /// `Conflict::InviteReplaced`, `Fault`.
    pub async fn preview_invite(&self, token: &str, now: Timestamp) -> Outcome<Preview> {
        let (subject, caveats) = self.verify_token(token, None)?;
        let (invite, group) = self.store.invite_and_group(&subject.group, subject.invite).await?;
        let invite = require_generation(invite, &subject)?;
        let group = group.ok_or(NotFound::Group)?;
        let state = match invite.state(now) {
            State::Pending if caveats.over(now) => State::Expired,
            state => state,
        };
        if state == State::Pending && !right_is_proven(&group, &invite) {
            let inviter = self.store.member(&group.id, &invite.created_by.id).await?;
            inviter_still_may(&group, inviter.as_ref(), &invite)?;
        }
        let further_groups = if state == State::Pending {
            self.further_groups(&invite, now).await?
        } else {
            Vec::new()
        };
        Ok(Preview { group_name: group.name.as_str().to_owned(), further_groups, state, invite })
    }

    async fn further_groups(&self, invite: &Invite, now: Timestamp) -> Outcome<Vec<String>> {
        let companions =
            invite.mailing.groups.iter().map(|group| self.companion(invite, group, now));
        let companions: Vec<Option<Invite>> =
            join_all(companions).await.into_iter().collect::<Outcome<_>>()?;
        Ok(companions.into_iter().flatten().map(|companion| companion.group_name).collect())
    }
}
