//! The invites that a removed or demoted member can no longer make, and that still await their
//! invitees.

use std::collections::BTreeSet;

use crate::domain::acceptance::granter_may;
use crate::domain::author::Author;
use crate::domain::clock::Timestamp;
use crate::domain::group::Group;
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::invite::{Invite, RevokeReason, Transition};
use crate::domain::member::Member;
use crate::engine::{Engine, Outcome};
use crate::store::{Awaiting, MemberChange};

/// Maximum number of invites that end in one transaction, which can hold 100 items.
const MOST_TOGETHER: usize = 90;
/// Maximum number of pages of the group's invites, in each way of awaiting their invitees, that a
/// request reads.
const PAGES: usize = 5;

/// The invites that a member can no longer make.
#[derive(Debug, Default)]
pub(super) struct Orphans {
    links: Vec<Invite>,
    others: Vec<Invite>,
}

impl Engine {
    /// Returns the invites that await their invitees and that the member can no longer make after the
    /// change, as far as the index shows them. With `by_key`, reads those that are no links again,
    /// consistently.
    ///
    /// The stream's function ends what this misses (`Engine::follow`).
    pub(super) async fn orphans(
        &self,
        group: &Group,
        (member, change): (&Member, &MemberChange),
        by_key: bool,
        now: Timestamp,
    ) -> Outcome<Orphans> {
        let after = match change {
            MemberChange::Removal | MemberChange::Expiry => None,
            MemberChange::To(roles, privileges) => Some(member.changed_to(roles, privileges)),
        };
        if after.as_ref().is_some_and(|after| !member.exceeds(after)) {
            return Ok(Orphans::default());
        }
        let is_orphan = |invite: &Invite| !granter_may(group, after.as_ref(), invite);
        let by = (&group.id, &member.user);
        let granted = Awaiting::ALL.map(|awaiting| self.granted_by(by, awaiting, now));
        let granted = futures::future::try_join_all(granted).await?.concat().into_iter();
        let granted = granted.filter(is_orphan);
        let (links, others) = granted.partition(|invite| invite.invitee.link().is_some());
        let mut orphans = Orphans { links, others };
        orphans.others.truncate(MOST_TOGETHER);
        if by_key && !orphans.others.is_empty() {
            let ids: Vec<InviteId> = orphans.others.iter().map(|invite| invite.id).collect();
            orphans.others = self.store.invites(&group.id, &ids).await?;
            // Another member may have granted it anew since the index showed it.
            let is_theirs = |invite: &Invite| invite.granted_by.id == member.user;
            orphans.others.retain(|invite| is_theirs(invite) && is_orphan(invite));
        }
        Ok(orphans)
    }

    /// Returns the invites that the member granted and that await their invitees in this way, as far
    /// as the first pages of the index show them.
    async fn granted_by(
        &self,
        by: (&GroupId, &UserId),
        awaiting: Awaiting,
        now: Timestamp,
    ) -> Outcome<Vec<Invite>> {
        let (mut found, mut from) = (Vec::new(), None);
        for _ in 0..PAGES {
            let (page, next) = self.store.awaiting_invites_by(by, awaiting, from, now).await?;
            found.extend(page);
            from = next;
            if from.is_none() {
                break;
            }
        }
        Ok(found)
    }

    /// Ends each link by a write of its own. The stream's function ends those that fail here.
    pub(super) async fn end_links(&self, links: Vec<Transition>) {
        if let Some(error) = self.end_each(links).await.failure {
            tracing::warn!(%error, "Left a link of a removed member to the stream");
        }
    }
}

/// Adds the revocations of the orphans by `by` to `ended`, except those of links, which it returns.
///
/// Links are written alone, because many people may be joining by them, and each of them would make
/// the transaction conflict.
pub(super) fn with_orphans(
    ended: &mut Vec<Transition>,
    orphans: &Orphans,
    by: &Author,
    now: Timestamp,
) -> Vec<Transition> {
    // An item may occur in a transaction once.
    let known: BTreeSet<InviteId> = ended.iter().map(|ended| ended.invite.id).collect();
    let revoked = |invite: &Invite| invite.revoke_as(by, RevokeReason::InviterGone, now).ok();
    let others = orphans.others.iter().filter(|other| !known.contains(&other.id));
    let space = MOST_TOGETHER.saturating_sub(ended.len());
    ended.extend(others.filter_map(revoked).take(space));
    orphans.links.iter().filter_map(revoked).collect()
}
