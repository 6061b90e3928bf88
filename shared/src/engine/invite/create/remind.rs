//! Reminders: the mail goes out again with the same link, and the invite expires later
//! (docs/contracts/chembiohub.md#mails-and-messages).

use super::plan::draft;
use super::target::{Asking, Target};
use crate::domain::clock::Timestamp;
use crate::domain::ids::GroupId;
use crate::domain::invite::{Invite, Transition};
use crate::domain::invitee::Lifetime;
use crate::domain::mailing::{MailKind, Mailing};
use crate::engine::attempt::Attempt;
use crate::engine::authority::may_grant;
use crate::engine::refusal::{Conflict, Limited};
use crate::engine::{Engine, Outcome};

/// Minimum number of seconds between two reminders.
const COOL_DOWN: i64 = 60;

impl Engine {
    /// Queues a reminder of the pending invites among `targets`. Returns the invite that carries
    /// the mail.
    ///
    /// If the person has joined all the groups, an invite to the application carries the mail.
    pub(super) async fn remind(
        &self,
        asking: &mut Asking<'_>,
        targets: &[Target<'_>],
    ) -> Outcome<Attempt<Invite>> {
        let pending: Vec<&Target<'_>> =
            targets.iter().filter(|target| target.pending().is_some()).collect();
        if !pending.is_empty() {
            return self.remind_of(asking, targets, &pending).await;
        }
        let system = self.target(asking, &GroupId::application()).await?;
        if let Some(made) = system.made() {
            return Ok(Attempt::Done(made.clone()));
        }
        if system.pending().is_some() {
            return self.remind_of(asking, targets, &[&system]).await;
        }
        // The cool-down also protects a person who has just declined a reminder.
        check_cool_down(system.reads.existing(), asking.acting.now)?;
        let mailing = reminder(asking, targets, &system.group().id);
        let draft = draft(&system.ask, &system.reads).mailed(mailing);
        let written = self.commit(std::slice::from_ref(&draft), &mut asking.makes_user).await?;
        Ok(written.map(|()| draft.invite))
    }

    /// Queues the reminder on the first of the pending invites.
    ///
    /// All of them now belong to this request, so that the link accepts all of them. The caller
    /// cannot renew an invite whose roles rank above their own.
    async fn remind_of(
        &self,
        asking: &Asking<'_>,
        targets: &[Target<'_>],
        pending: &[&Target<'_>],
    ) -> Outcome<Attempt<Invite>> {
        let now = asking.acting.now;
        check_cool_down(pending.iter().filter_map(|target| target.pending()), now)?;
        let mut renewed: Vec<Transition> = Vec::new();
        for target in pending {
            let Some(invite) = target.pending() else { continue };
            may_grant(&target.reads.admitted.inviter, &invite.terms.roles)?;
            let end = Lifetime::DEFAULT.end(now);
            let transition = invite.renew(&asking.request, end, now);
            let transition = transition.map_err(Conflict::NotPending)?;
            renewed.push(if renewed.is_empty() {
                transition.mailed(reminder(asking, targets, &invite.group))
            } else {
                transition
            });
        }
        if !self.store.rewrite_invites(&renewed).await? {
            return Ok(Attempt::Retry);
        }
        let leading = renewed.into_iter().next();
        Ok(leading.map_or(Attempt::Retry, |first| Attempt::Done(first.invite)))
    }
}

/// Returns the mail that reminds of all requested groups, for an invite into `own`.
fn reminder(asking: &Asking<'_>, targets: &[Target<'_>], own: &GroupId) -> Mailing {
    let asked = targets.iter().map(|target| &target.group().id);
    let groups = asked.filter(|group| *group != own && **group != GroupId::application());
    let sender = asking.sender.clone().or_else(|| asking.acting.caller.name.clone());
    Mailing { kind: MailKind::Reminder, sender, groups: groups.cloned().collect() }
}

/// Checks that the last reminder of any of the invites is at least [`COOL_DOWN`] seconds old.
fn check_cool_down<'a>(
    invites: impl IntoIterator<Item = &'a Invite>,
    now: Timestamp,
) -> Outcome<()> {
    let reminders = invites.into_iter().filter(|invite| invite.mailing.kind == MailKind::Reminder);
    let last = reminders.filter_map(|invite| invite.delivery.updated_at).max();
    match last.map(|at| at.plus(COOL_DOWN).seconds() - now.seconds()) {
        Some(left) if left > 0 => Err(Limited::Rate(left).into()),
        _ => Ok(()),
    }
}
