//! Revoking up to a hundred invites in one request.

use std::collections::BTreeMap;

use super::outcome::{Acted, Choice, Many};
use super::write::Written;
use crate::domain::group::Group;
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::invite::{BulkAct, Invite, Transition};
use crate::domain::rule::InviteRule;
use crate::engine::acting::Acting;
use crate::engine::authority::actor_in;
use crate::engine::fault::Stop;
use crate::engine::invite::revoke::{Revocation, is_own, managed, revocation};
use crate::engine::present::Present;
use crate::engine::refusal::NotFound;
use crate::engine::{Engine, Outcome};
use crate::store::ManyReads;

/// The acts that are decided, by how they are written.
struct Decided {
    /// The outcomes that need no write.
    outcomes: BTreeMap<InviteId, Outcome<Acted>>,
    /// The revocations of the caller's own invites.
    own: Vec<Transition>,
    /// The other revocations.
    others: Vec<Transition>,
}

impl Engine {
    /// Revokes these invites of the group, each by the rules of [`Engine::revoke_invite`], whose
    /// errors the outcomes have.
    ///
    /// # Errors
    /// What concerns all of them: `NotFound::Group`, `Denied::NotMember`, `Forbidden::MayNotInvite`
    /// for a filter, `Fault`.
    pub async fn revoke_invites(
        &self,
        acting: Acting<'_>,
        group: &GroupId,
        choice: &Choice,
        rule: InviteRule,
    ) -> Outcome<Many> {
        let caller = acting.caller;
        let selected = self.selected(acting, group, choice, (rule, BulkAct::Revoke)).await?;
        let different = selected.different();
        if different.is_empty() {
            return Ok(Many::nothing(selected.remaining));
        }
        let ManyReads { group: found, member, mut invites } =
            self.store.group_member_and_invites(group, &caller.user, &different).await?;
        // Only its inviter can name an invite of the application.
        let has_own = invites.values().flatten().any(|invite| is_own(invite, caller));
        let named = found.filter(|group| has_own || !group.is_application());
        let (group, actor) = actor_in(caller, named.ok_or(NotFound::Group)?, member)?;
        let found = different.into_iter().map(|id| (id, invites.remove(&id).transpose()));
        let decided = found.map(|(id, invite)| {
            let decide = |invite: Option<Invite>| -> Outcome<Revocation> {
                let invite = managed(caller, rule, (&group, &actor), invite)?;
                Ok(revocation(&invite, &actor, acting)?)
            };
            (id, invite.map_err(Stop::from).and_then(decide))
        });
        let Decided { mut outcomes, own, others } = sorted(decided, acting);
        let ends = futures::join!(self.end_own(own), self.write_acts(others, actor.right()));
        let (mut ended, by_right) = ends;
        let Written { invites, undecided, failed } = by_right;
        ended.invites.extend(self.as_all_written(&group, invites).await);
        ended.undecided.extend(undecided);
        ended.failed.extend(failed);
        outcomes.extend(ended.failed.into_iter().map(|(id, error)| (id, Err(error.into()))));
        outcomes.extend(ended.invites.into_iter().map(|invite| (invite.id, Ok(revoked(invite)))));
        for id in ended.undecided {
            let again = self.revoke_invite(caller, &group.id, id, rule, acting.now);
            outcomes.insert(id, Box::pin(again).await.map(revoked));
        }
        let known = Present::default().with_group(&group).with_member(&actor.member);
        let present = self.present_of_acted(&outcomes, known).await;
        Ok(Many { ids: selected.ids, outcomes, present, remaining: selected.remaining })
    }

    /// Returns the revoked invites as they are now. A transaction does not return what it wrote, and
    /// mails may have been sent meanwhile. An invite that cannot be read is as it was planned.
    async fn as_all_written(&self, group: &Group, planned: Vec<Invite>) -> Vec<Invite> {
        if planned.is_empty() {
            return planned;
        }
        let ids: Vec<InviteId> = planned.iter().map(|invite| invite.id).collect();
        let stored = self.store.invites(&group.id, &ids).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "Could not read revoked invites again");
            Vec::new()
        });
        let as_stored = |planned: Invite| {
            let same = |it: &&Invite| it.id == planned.id && it.generation == planned.generation;
            stored.iter().find(same).cloned().unwrap_or(planned)
        };
        planned.into_iter().map(as_stored).collect()
    }
}

/// Sorts the decisions by how they are written.
fn sorted(
    decided: impl Iterator<Item = (InviteId, Outcome<Revocation>)>,
    Acting { caller, .. }: Acting<'_>,
) -> Decided {
    let mut sorted = Decided { outcomes: BTreeMap::new(), own: Vec::new(), others: Vec::new() };
    for (id, decided) in decided {
        match decided {
            Ok(Revocation::Write(act)) if is_own(&act.invite, caller) => sorted.own.push(*act),
            Ok(Revocation::Write(act)) => sorted.others.push(*act),
            Ok(Revocation::Done(invite)) => {
                sorted.outcomes.insert(id, Ok(revoked(*invite)));
            }
            Err(stop) => {
                sorted.outcomes.insert(id, Err(stop));
            }
        }
    }
    sorted
}

fn revoked(invite: Invite) -> Acted {
    Acted { invite, token: None }
}
