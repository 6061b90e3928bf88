//! Reminders of invites that nobody has answered, and the announcements of their expiries.

use std::collections::BTreeMap;

use futures::{StreamExt, stream};

use super::CONCURRENT_WRITES;
use crate::domain::acceptance::{self, Acceptor};
use crate::domain::clock::Timestamp;
use crate::domain::group::{Group, Reminders};
use crate::domain::ids::GroupId;
use crate::domain::invite::{Invite, TimedMail};
use crate::engine::Engine;
use crate::engine::ends::Ended;
use crate::store::{StoreError, WantedRecords};

impl Engine {
    /// Asks for the mails of these invites that are due by the clock. A mail that its group does not
    /// want, or that nobody could follow now, is left out.
    ///
    /// A write that fails is left to the next run, and stops no other.
    pub(super) async fn ask_for_timed_mails(
        &self,
        due: &[Invite],
        now: Timestamp,
    ) -> Ended<StoreError> {
        let mails = due.iter().filter_map(|invite| Some((invite, invite.timed_mail_due(now)?)));
        let mails: Vec<(&Invite, TimedMail)> = mails.collect();
        if mails.is_empty() {
            return Ended::NONE;
        }
        let groups = mails.iter().map(|(invite, _)| invite.group.clone()).collect();
        let wanted = WantedRecords { groups, ..WantedRecords::default() };
        let groups: BTreeMap<GroupId, Group> = match self.store.records(&wanted).await {
            Ok(found) => found.groups,
            Err(error) => {
                tracing::warn!(%error, "Could not read the groups of due reminders");
                return Ended { count: 0, failure: Some(error) };
            }
        };
        let writes: Vec<_> = mails
            .into_iter()
            .map(|(invite, mail)| {
                let is_wanted =
                    invite.is_in_time(mail, now) && is_wanted(invite, groups.get(&invite.group));
                async move { self.ask_for_timed_mail(invite, mail, (is_wanted, now)).await }
            })
            .collect();
        let written = stream::iter(writes).buffer_unordered(CONCURRENT_WRITES);
        written.fold(Ended::NONE, |done, one| async move { done.and(one) }).await
    }

    async fn ask_for_timed_mail(
        &self,
        invite: &Invite,
        mail: TimedMail,
        (is_wanted, now): (bool, Timestamp),
    ) -> Ended<StoreError> {
        let delivery = if is_wanted {
            invite.with_timed_mail(mail, now)
        } else {
            invite.without_timed_mail(mail, now)
        };
        let (id, group, kind) = (invite.id, &invite.group, mail.as_str());
        // An invite that changed meanwhile stays in the index, so the next run looks at it again.
        match self.store.write_delivery(invite, &delivery, now).await {
            Ok(true) if is_wanted => {
                tracing::info!(invite.id = %id, group.id = %group, kind, "Asked for a reminder");
                Ended { count: 1, failure: None }
            }
            Ok(_) => Ended::NONE,
            Err(error) => {
                tracing::warn!(%error, invite.id = %id, group.id = %group, kind, "Could not ask for a reminder");
                Ended { count: 0, failure: Some(error) }
            }
        }
    }
}

/// Returns whether a reminder of the invite is of use, as far as the group alone tells. The function
/// that sends mails also asks the granter's right and the recipient's blocks. `None` is a group that
/// was deleted.
fn is_wanted(invite: &Invite, group: Option<&Group>) -> bool {
    let Some(group) = group else { return false };
    acceptance::check_without_right(invite, group, Acceptor::Invitee).is_ok()
        && group.policy.reminders == Reminders::Default
}
