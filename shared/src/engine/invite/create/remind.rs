//! Reminders: the mail goes out again with the same link, and the invite expires later
//! (docs/contracts/chembiohub.md#mails-and-messages).

use super::plan::draft;
use super::rules::Admitted;
use super::target::{Asking, Target};
use crate::auth::Caller;
use crate::domain::acceptance::{self, Acceptor};
use crate::domain::clock::Timestamp;
use crate::domain::ids::GroupId;
use crate::domain::invite::{Invite, Renewal, Transition};
use crate::domain::invitee::Lifetime;
use crate::domain::mailing::{MailKind, Mailing, Sender};
use crate::engine::attempt::Attempt;
use crate::engine::authority::may_grant;
use crate::engine::present::own_name;
use crate::engine::refusal::{Conflict, Forbidden, Limited, Refusal};
use crate::engine::{Engine, Outcome};

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
        let system = self.application_target(asking).await?;
        if let Some(made) = system.made() {
            return Ok(Attempt::Done(made.clone()));
        }
        if system.pending().is_some() {
            return self.remind_of(asking, targets, &[&system]).await;
        }
        // The cool-down also protects a person who has just declined a reminder.
        check_cool_down(system.reads.existing(), asking.acting.now)?;
        let mailing = reminder(asking, targets, &system.group().id, None);
        let draft = draft(&system.ask, &system.reads).mailed(mailing);
        let written = self.commit(std::slice::from_ref(&draft), &mut asking.makes_user).await?;
        Ok(written.map(|()| draft.invite))
    }

    /// Queues the reminder on the first of the pending invites.
    ///
    /// All of them now belong to this request, so that the link accepts all of them. The caller
    /// cannot renew an invite whose roles rank above their own, nor another's invite to the
    /// application.
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
            may_remind(target, invite, asking.acting.caller)?;
            let (granted_by, rule) = target.reads.granted(&target.ask);
            let renewal = Renewal {
                request: asking.request.clone(),
                granted_by,
                rule,
                expires_at: Lifetime::DEFAULT.end(now),
            };
            let transition = invite.renew(&renewal, now).map_err(Conflict::NotPending)?;
            // Nobody is reminded of an invite that cannot be accepted now.
            let Admitted { group, inviter } = &target.reads.admitted;
            acceptance::check(&transition.invite, group, Some(&inviter.member), Acceptor::Invitee)
                .map_err(Refusal::from)?;
            renewed.push(if renewed.is_empty() {
                let reminds_of = invite.mailing.to_remind_of();
                transition.mailed(reminder(asking, targets, &invite.group, reminds_of))
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

/// Checks that the caller may remind of the invite. A member who may invite into a group may remind
/// of every invite into it. The application has no members, so only the inviter may.
fn may_remind(target: &Target<'_>, invite: &Invite, caller: &Caller) -> Result<(), Refusal> {
    if target.group().is_application() && invite.created_by.id != caller.user {
        return Err(Forbidden::OtherInviter.into());
    }
    may_grant(&target.reads.admitted.inviter.member, &invite.terms.roles)
}

/// Returns the mail that reminds of all requested groups, for an invite into `own` whose own mail is
/// of the kind `reminds_of`.
fn reminder(
    asking: &Asking<'_>,
    targets: &[Target<'_>],
    own: &GroupId,
    reminds_of: Option<MailKind>,
) -> Mailing {
    let asked = targets.iter().map(|target| &target.group().id);
    let groups = asked.filter(|group| *group != own && **group != GroupId::application());
    let caller = asking.acting.caller;
    let name = asking.inviter.user().and_then(own_name).or_else(|| caller.name.clone());
    let sender = Some(Sender { id: caller.user.clone(), name });
    Mailing { kind: MailKind::Reminder, reminds_of, sender, groups: groups.cloned().collect() }
}

/// Checks that the cool-down has passed for every one of the invites that was reminded of before.
fn check_cool_down<'a>(
    invites: impl IntoIterator<Item = &'a Invite>,
    now: Timestamp,
) -> Outcome<()> {
    let reminded = invites.into_iter().filter(|invite| invite.mailing.kind == MailKind::Reminder);
    match reminded.filter_map(|invite| invite.cool_down_left(now)).max() {
        Some(left) => Err(Limited::Rate(left).into()),
        None => Ok(()),
    }
}
