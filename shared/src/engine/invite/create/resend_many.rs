//! Resending up to a hundred invites in one request.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::Case;
use super::plan::check_new;
use super::reads::Reads;
use super::request::Ask;
use super::resend::{ResendRequest, Resender, decide, mail_by};
use super::rules::{Admitted, admit, id_is_taken};
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::invite::{BulkAct, Invite, Transition};
use crate::engine::acting::Acting;
use crate::engine::authority::not_frozen;
use crate::engine::fault::Stop;
use crate::engine::invite::many::{Acted, Choice, Many};
use crate::engine::refusal::{Limited, NotFound};
use crate::engine::{Engine, Outcome};
use crate::store::{CreateReads, ManyReads, StoreError};

/// A request to resend many invites, and the caller in the group.
struct Resends<'a> {
    acting: Acting<'a>,
    request: &'a ResendRequest,
    resender: Resender,
}

/// A resend that is not written yet.
struct Planned {
    /// The invite before the resend.
    invite: Invite,
    resent: Transition,
}

/// The outcomes so far.
type Outcomes = BTreeMap<InviteId, Outcome<Acted>>;

impl Resends<'_> {
    /// Decides about one invite by what was read, as a single resend does.
    fn plan(&self, found: Option<Result<Invite, StoreError>>) -> Outcome<Planned> {
        let invite = found.ok_or(NotFound::Invite)??;
        let resent = decide(&self.resender, &invite, self.request, self.acting)?;
        Ok(Planned { invite, resent })
    }
}

impl Engine {
    /// Resends these invites of the group, each by the rules of [`Engine::resend_invite`], whose
    /// errors the outcomes have. Each counts in the caller's window, and those that do not fit are
    /// `Limited::Rate`.
    ///
    /// # Errors
    /// What concerns all of them: `NotFound::Group`, `Denied::NotMember`,
    /// `Forbidden::MayNotInvite`, `Forbidden::Frozen`, `Fault`.
    pub async fn resend_invites(
        &self,
        acting: Acting<'_>,
        group: &GroupId,
        choice: &Choice,
        request: &ResendRequest,
    ) -> Outcome<Many> {
        let Acting { caller, now } = acting;
        let of = (request.rule, BulkAct::Resend);
        let selected = self.selected(acting, group, choice, of).await?;
        let different = selected.different();
        if different.is_empty() {
            return Ok(Many::nothing(selected.remaining));
        }
        let recipients = u32::try_from(different.len()).unwrap_or(u32::MAX);
        let (passed, reads) = futures::join!(
            self.store.pass_some(self.invites_per_inviter, caller.user.as_str(), recipients, now),
            self.store.group_member_and_invites(group, &caller.user, &different)
        );
        let (passed, ManyReads { group: found, member, mut invites }) = (passed?, reads?);
        let resender = Resender::of(caller, found, member, request.rule)?;
        not_frozen(&resender.group)?;
        let resends = Resends { acting, request, resender };
        let passed = usize::try_from(passed).unwrap_or(usize::MAX);
        let (mut outcomes, mut planned) = (Outcomes::new(), Vec::new());
        for (place, id) in different.into_iter().enumerate() {
            let plan = if place < passed {
                resends.plan(invites.remove(&id))
            } else {
                Err(Limited::Rate(self.invites_per_inviter.remaining(now)).into())
            };
            match plan {
                Ok(plan) => planned.push(plan),
                Err(stop) => drop(outcomes.insert(id, Err(stop))),
            }
        }
        self.write_resends(&resends, planned, &mut outcomes).await?;
        let present = self.present_of_acted(&outcomes, resends.resender.present()).await;
        Ok(Many { ids: selected.ids, outcomes, present, remaining: selected.remaining })
    }

    /// Writes the planned resends, and adds their outcomes.
    ///
    /// # Errors
    /// `Fault`, before anything is written.
    async fn write_resends(
        &self,
        resends: &Resends<'_>,
        planned: Vec<Planned>,
        outcomes: &mut Outcomes,
    ) -> Outcome<()> {
        let &Resends { acting, request, ref resender } = resends;
        let planned = self.only_allowed(resends, planned, outcomes).await?;
        let transitions = self.with_mails(resends, planned).await?;
        let written = self.write_acts(transitions, resender.actor.right()).await;
        outcomes.extend(written.failed.into_iter().map(|(id, error)| (id, Err(error.into()))));
        for invite in written.invites {
            let token = Some(self.token(&invite));
            outcomes.insert(invite.id, Ok(Acted { invite, token }));
        }
        for id in written.undecided {
            let group = &resender.group.id;
            let again = Box::pin(self.resend_counted(acting, group, id, request)).await;
            let acted = again.map(|it| Acted { invite: it.invite, token: Some(it.token) });
            outcomes.insert(id, acted);
        }
        Ok(())
    }

    /// Returns the resends that revive no invite, and the revivals that are allowed. The others get
    /// their outcome.
    async fn only_allowed(
        &self,
        resends: &Resends<'_>,
        planned: Vec<Planned>,
        outcomes: &mut Outcomes,
    ) -> Outcome<Vec<Planned>> {
        let now = resends.acting.now;
        let (mut allowed, ended): (Vec<Planned>, Vec<Planned>) =
            planned.into_iter().partition(|plan| plan.invite.is_pending(now));
        let checks = self.check_revivals(resends, &ended).await?;
        for (plan, check) in ended.into_iter().zip(checks) {
            match check {
                Ok(()) => allowed.push(plan),
                Err(stop) => drop(outcomes.insert(plan.invite.id, Err(stop))),
            }
        }
        Ok(allowed)
    }

    /// Checks each of the revivals as [`Engine::check_revival`] does, with batched reads. Each takes
    /// a place among the group's pending invites.
    async fn check_revivals(
        &self,
        Resends { acting, request, resender }: &Resends<'_>,
        ended: &[Planned],
    ) -> Outcome<Vec<Outcome<()>>> {
        if ended.is_empty() {
            return Ok(Vec::new());
        }
        let asks: Vec<Ask<'_>> =
            ended.iter().map(|plan| Ask::again(*acting, &plan.invite, request.rule)).collect();
        let wanted: Vec<&Ask<'_>> = asks.iter().collect();
        let (found, started) = futures::join!(
            self.read_all_first(&wanted, 0),
            self.begin_count(&resender.group.id, false, acting.now)
        );
        let many = u32::try_from(ended.len()).unwrap_or(u32::MAX);
        let mut room = self.room(&resender.group, &started, many, acting.now).await;
        let admitted: Vec<Outcome<(Admitted, CreateReads)>> =
            asks.iter().zip(found?).map(|(ask, found)| admitted(ask, found)).collect();
        let cases = asks.iter().zip(&admitted).filter_map(|(ask, admitted)| {
            let (admitted, found) = admitted.as_ref().ok()?;
            Some(Case { ask, admitted, found })
        });
        let mut facts = self.facts(&cases.collect::<Vec<_>>()).await?.into_iter();
        let mut checks = Vec::new();
        for ((plan, ask), admitted) in ended.iter().zip(&asks).zip(admitted) {
            checks.push(match admitted {
                Err(stop) => Err(stop),
                Ok((admitted, found)) => {
                    let is_taken = id_is_taken(ask, &found);
                    let facts = facts.next().unwrap_or_default();
                    let reads = Reads::new(plan.invite.id, admitted, found, facts).counted(room);
                    if is_taken {
                        // The invite has another id than the first one of its invitee.
                        self.check_revival(*acting, &plan.invite, request.rule).await
                    } else {
                        check_new(ask, &reads).map_err(Stop::from)
                    }
                    .and_then(|()| Ok(room.take()?))
                }
            });
        }
        Ok(checks)
    }

    /// Returns the resends with their mails, where the request asks for mails and the invitee has an
    /// address.
    async fn with_mails(
        &self,
        Resends { acting, request, resender }: &Resends<'_>,
        planned: Vec<Planned>,
    ) -> Outcome<Vec<Transition>> {
        let invites: Vec<&Invite> = planned.iter().map(|plan| &plan.invite).collect();
        let reached =
            if request.notify { self.with_address(&invites).await? } else { BTreeSet::new() };
        let mailed = planned.into_iter().map(|Planned { invite, resent }| {
            if reached.contains(&invite.id) {
                resent.mailed(mail_by(resender, &invite, *acting))
            } else {
                resent
            }
        });
        Ok(mailed.collect())
    }
}

/// Checks one revival against the rules of the group and of roles.
fn admitted(
    ask: &Ask<'_>,
    found: Result<CreateReads, StoreError>,
) -> Outcome<(Admitted, CreateReads)> {
    let found = found?;
    Ok((admit(ask, &found)?, found))
}
