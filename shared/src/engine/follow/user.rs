//! The consequences of refusing all invites.

use super::MOST_AT_ONCE;
use crate::domain::clock::Timestamp;
use crate::domain::identity::Identity;
use crate::domain::ids::UserId;
use crate::domain::invite::{InviteFilter, RevokeReason, State, Transition};
use crate::domain::invitee::user_key;
use crate::engine::{Engine, Fault, Progress};
use crate::store::InviteList;

impl Engine {
    /// Ends the pending invites to every identity of a person who refuses invites.
    pub(super) async fn follow_opting_out(
        &self,
        user: &UserId,
        now: Timestamp,
    ) -> Result<Progress, Fault> {
        let Some(person) = self.store.user(user).await? else { return Ok(Progress::Done) };
        // A person who takes invites again keeps what is left.
        if !person.profile.refuses_invites {
            return Ok(Progress::Done);
        }
        let identities = person.profile.identities();
        let keys: Vec<String> =
            identities.iter().map(Identity::key).chain([user_key(user)]).collect();
        let pending = InviteFilter::of_states(vec![State::Pending]);
        let list = InviteList::of_invitee(&keys, pending);
        let found = self.store.all_invites(&list, MOST_AT_ONCE, now).await?;
        let ended = found.data.iter().map(|it| it.revoke(RevokeReason::OptedOut, Some(user), now));
        let ended: Vec<Transition> = ended.filter_map(Result::ok).collect();
        self.end_each(ended).await.all()?;
        Ok(if found.complete { Progress::Done } else { Progress::More })
    }
}
