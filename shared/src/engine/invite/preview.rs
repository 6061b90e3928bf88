//! The preview that the holder of a link sees before signing in.

use futures::future::join_all;

use crate::domain::acceptance::{Acceptability, Acceptor, right_is_proven};
use crate::domain::clock::Timestamp;
use crate::domain::invite::{Invite, State};
use crate::engine::present::Present;
use crate::engine::{Engine, NotFound, Outcome, require_generation};
use crate::store::WantedRecords;

/// The preview of an invite. The renderer chooses the fields to show.
#[derive(Debug)]
pub struct Preview {
    /// The invite.
    pub invite: Invite,
    /// The group, and the records that tell the inviter's name.
    pub present: Present,
    /// The present names of the other groups that the link accepts.
    pub further_groups: Vec<String>,
    /// When the token or the invite expires, whichever is first. `None` for never.
    pub expires_at: Option<Timestamp>,
    /// The invite's present state.
    pub state: State,
    /// Whether the invitee can accept now.
    pub acceptability: Acceptability,
}

impl Engine {
    /// Returns the preview of the token's invite, in any state. Changes nothing.
    ///
    /// # Errors
    /// `NotFound::Invite`, `NotFound::Group`, `Denied::CaveatNotMet`, `Conflict::InviteReplaced`,
    /// `Fault`.
    pub async fn preview_invite(&self, token: &str, now: Timestamp) -> Outcome<Preview> {
        let (subject, caveats) = self.verify_token(token, None)?;
        let (invite, group) = self.store.invite_and_group(&subject.group, subject.invite).await?;
        let invite = require_generation(invite, &subject)?;
        let group = group.ok_or(NotFound::Group)?;
        let (state, awaits) = if invite.awaits_invitee(now) && caveats.over(now) {
            (State::Expired, false)
        } else {
            (invite.state(now), invite.awaits_invitee(now))
        };
        let mut wanted = WantedRecords::default();
        wanted.users.insert(invite.created_by.id.clone());
        // The invitee's language is that of the page.
        wanted.users.extend(invite.invitee.user().cloned());
        if awaits && !right_is_proven(&group, &invite) {
            wanted.members.insert((group.id.clone(), invite.granted_by.id.clone()));
        }
        if awaits {
            wanted.groups.extend(invite.mailing.groups.iter().cloned());
        }
        let (present, companions) = futures::join!(
            Present::read(&self.store, &wanted),
            self.companions(&invite, awaits, now)
        );
        let present = present?.with_group(&group);
        let acceptability = if awaits {
            present.acceptability(&invite, Acceptor::Invitee, now)
        } else {
            Acceptability::Ended
        };
        let companions = companions?;
        let further_groups =
            companions.iter().map(|other| present.group_name(other).to_owned()).collect();
        let ends = [invite.terms.expires_at, caveats.until()];
        let expires_at = ends.into_iter().flatten().min();
        Ok(Preview { present, further_groups, expires_at, state, acceptability, invite })
    }

    /// Returns the pending invites into the other groups of the mail. Empty unless the invitee can
    /// still accept the invite itself.
    async fn companions(
        &self,
        invite: &Invite,
        awaits: bool,
        now: Timestamp,
    ) -> Outcome<Vec<Invite>> {
        let groups = invite.mailing.groups.iter().filter(|_| awaits);
        let found = join_all(groups.map(|group| self.companion(invite, group, now))).await;
        Ok(found.into_iter().collect::<Outcome<Vec<_>>>()?.into_iter().flatten().collect())
    }
}
