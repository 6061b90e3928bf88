//! Reminding a person of what they were invited to: the mail goes out again, with the same link and
//! a new end (docs/contracts/chembiohub.md).

use super::plan::draft;
use super::several::{Asking, Standing};
use crate::domain::clock::Timestamp;
use crate::domain::ids::GroupId;
use crate::domain::invite::{Invite, Transition};
use crate::domain::invitee::Lifetime;
use crate::domain::mailing::{MailKind, Mailing};
use crate::engine::attempt::Attempt;
use crate::engine::authority::may_grant;
use crate::engine::refusal::{Conflict, Limited};
use crate::engine::{Engine, Outcome};
use crate::store::PutInvitesOutcome;

/// How long after a reminder the next may go out, in seconds.
const COOL_DOWN: i64 = 60;

impl Engine {
    /// Queues a reminder of the pending invites among `standings`, or, where the person has joined
    /// all the groups, one that an invite to the application itself carries. Returns the invite
    /// with the mail.
    pub(super) async fn remind(
        &self,
        asking: &mut Asking<'_>,
        standings: &[Standing<'_>],
    ) -> Outcome<Attempt<Invite>> {
        let pending: Vec<&Standing<'_>> =
            standings.iter().filter(|standing| standing.pending().is_some()).collect();
        if !pending.is_empty() {
            return self.remind_of(asking, standings, &pending).await;
        }
        let system = self.standing(asking, &GroupId::system()).await?;
        if system.pending().is_some() {
            return self.remind_of(asking, standings, &[&system]).await;
        }
        // A person who declined the last one a moment ago is left in peace as well.
        cooled_down(system.reads.existing(), asking.acting.now)?;
        let mailing = reminder(asking, standings, &system.group().id);
        let draft = draft(&system.ask, &system.reads).mailed(mailing);
        match self.commit(std::slice::from_ref(&draft)).await? {
            PutInvitesOutcome::Written => Ok(Attempt::Done(draft.invite)),
            PutInvitesOutcome::Changed => Ok(Attempt::ReadAgain),
            PutInvitesOutcome::UserTaken => {
                asking.makes_user = false;
                Ok(Attempt::ReadAgain)
            }
        }
    }

    /// Queues the reminder on the first of the pending invites. From now on they count as made by
    /// this request, so that the link accepts all of them. Nobody gives more time to an invite
    /// whose roles rank above their own.
    async fn remind_of(
        &self,
        asking: &Asking<'_>,
        standings: &[Standing<'_>],
        pending: &[&Standing<'_>],
    ) -> Outcome<Attempt<Invite>> {
        let now = asking.acting.now;
        cooled_down(pending.iter().filter_map(|standing| standing.pending()), now)?;
        let mut renewed: Vec<Transition> = Vec::new();
        for standing in pending {
            let Some(invite) = standing.pending() else { continue };
            may_grant(&standing.reads.admitted.inviter, &invite.terms.roles)?;
            let end = Lifetime::DEFAULT.end(now);
            let transition = invite.renew(&asking.request, end, now);
            let transition = transition.map_err(Conflict::NotPending)?;
            renewed.push(if renewed.is_empty() {
                transition.mailed(reminder(asking, standings, &invite.group))
            } else {
                transition
            });
        }
        if !self.store.rewrite_invites(&renewed).await? {
            return Ok(Attempt::ReadAgain);
        }
        let leading = renewed.into_iter().next();
        Ok(leading.map_or(Attempt::ReadAgain, |first| Attempt::Done(first.invite)))
    }
}

/// Returns the mail that reminds of all groups asked for, on an invite into `own`.
fn reminder(asking: &Asking<'_>, standings: &[Standing<'_>], own: &GroupId) -> Mailing {
    let asked = standings.iter().map(|standing| &standing.group().id);
    let groups = asked.filter(|group| *group != own && **group != GroupId::system());
    let sender = asking.sender.clone().or_else(|| asking.acting.caller.name.clone());
    Mailing { kind: MailKind::Reminder, sender, groups: groups.cloned().collect() }
}

/// Refuses while the last reminder on any of the invites is younger than [`COOL_DOWN`].
fn cooled_down<'a>(invites: impl IntoIterator<Item = &'a Invite>, now: Timestamp) -> Outcome<()> {
    let reminders = invites.into_iter().filter(|invite| invite.mailing.kind == MailKind::Reminder);
    let last = reminders.filter_map(|invite| invite.delivery.updated_at).max();
    match last.map(|at| at.plus(COOL_DOWN).seconds() - now.seconds()) {
        Some(left) if left > 0 => Err(Limited::Rate(left).into()),
        _ => Ok(()),
    }
}
