//! Reminding a person of what they were invited to: the mail goes out again, with the same link and
//! a new end (docs/contracts/chembiohub.md#mails-and-messages).

use super::create_invitation::{Asking, Standing, leading};
use super::{Engine, Limited, Outcome};
use crate::domain::clock::Timestamp;
use crate::domain::ids::GroupId;
use crate::domain::invite::{Delivery, DeliveryState, Invite};
use crate::domain::invitee::Lifetime;
use crate::domain::mailing::{MailKind, Mailing};
use crate::store::PutInvitesOutcome;

/// How long after a reminder the next may go out, in seconds.
const COOL_DOWN: i64 = 60;

impl Engine {
    /// Queues a reminder of the live invites among `standings`, or, where the person has joined all
    /// the groups, one that an invite to the system itself carries. Gives the invite with the mail;
    /// none where something changed meanwhile and all must be read again.
    pub(super) async fn remind(
        &self,
        asking: &Asking<'_>,
        standings: &[Standing],
    ) -> Outcome<Option<Invite>> {
        let live: Vec<&Standing> =
            standings.iter().filter(|standing| standing.live().is_some()).collect();
        if !live.is_empty() {
            return self.remind_of(asking, standings, &live).await;
        }
        let system = self.standing(asking, &GroupId::system()).await?;
        if system.live().is_some() {
            return self.remind_of(asking, standings, &[&system]).await;
        }
        // Somebody who turned the last one down a moment ago is left in peace as well.
        cooled_down(system.found(), asking.now)?;
        let mailing = reminder(asking, standings, &system.group.id);
        let (invite, pending_user) = system.invite(asking, Some(mailing), true);
        match self.store.put_invites(std::slice::from_ref(&invite), pending_user.as_ref()).await? {
            PutInvitesOutcome::Written => Ok(Some(invite)),
            PutInvitesOutcome::Changed | PutInvitesOutcome::UserTaken => Ok(None),
        }
    }

    /// Queues the reminder on the first of the live invites. From now on they count as made by this
    /// request, so that the link takes up all of them. Nobody gives more time to an invite whose
    /// roles rank above their own.
    async fn remind_of(
        &self,
        asking: &Asking<'_>,
        standings: &[Standing],
        live: &[&Standing],
    ) -> Outcome<Option<Invite>> {
        cooled_down(live.iter().filter_map(|standing| standing.live()), asking.now)?;
        for standing in live {
            standing.may_renew()?;
        }
        let mut invites: Vec<Invite> = live
            .iter()
            .filter_map(|standing| standing.live())
            .map(|invite| renewed(invite, asking))
            .collect();
        if let Some(first) = invites.first_mut() {
            first.mailing = reminder(asking, standings, &first.group);
            first.delivery = Delivery {
                state: DeliveryState::Queued,
                updated_at: Some(asking.now),
                reason: None,
                ..first.delivery.clone()
            };
            first.send_count += 1;
        }
        if self.store.rewrite_invites(&invites).await? {
            leading(invites).map(Some)
        } else {
            Ok(None)
        }
    }
}

/// The reminder of all groups asked for, on an invite into `own`.
fn reminder(asking: &Asking<'_>, standings: &[Standing], own: &GroupId) -> Mailing {
    let asked = standings.iter().map(|standing| &standing.group.id);
    let groups =
        asked.filter(|group| *group != own && **group != GroupId::system()).cloned().collect();
    let sender = asking.sender.clone().or_else(|| asking.caller.name.clone());
    Mailing { kind: MailKind::Reminder, sender, groups }
}

/// The invite with its life begun anew, as the next version of its record.
fn renewed(invite: &Invite, asking: &Asking<'_>) -> Invite {
    let end = Lifetime::DEFAULT.end(asking.now);
    Invite {
        request: asking.request.clone(),
        expires_at: invite.expires_at.max(end),
        version: invite.version + 1,
        updated_at: asking.now,
        ..invite.clone()
    }
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
