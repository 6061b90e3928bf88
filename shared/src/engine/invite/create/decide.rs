//! Deciding about the items of a request for many invites.

use std::collections::BTreeMap;
use std::mem;

use super::creation::{Creation, present};
use super::facts::Case;
use super::plan::{Plan, plan};
use super::reads::Reads;
use super::request::{Ask, OnDuplicate};
use super::room::StartedCount;
use super::rules::{Admitted, admit, id_is_taken};
use super::work::{Open, Ready, Work};
use crate::domain::ids::InviteId;
use crate::domain::invite::{COOL_DOWN, Invite};
use crate::engine::attempt::ATTEMPTS;
use crate::engine::fault::Unavailable;
use crate::engine::refusal::{Conflict, Limited, Refusal};
use crate::engine::{Engine, Outcome};
use crate::store::{CreateReads, StoreError};

/// An item that the caller may make, with what its first round trip found.
struct Candidate<'a> {
    place: usize,
    ask: Ask<'a>,
    id: InviteId,
    found: CreateReads,
    admitted: Admitted,
}

/// An item with its decision.
struct Decided<'a> {
    place: usize,
    ask: Ask<'a>,
    reads: Reads,
    plan: Result<Plan, Refusal>,
}

impl Candidate<'_> {
    fn case(&self) -> Case<'_> {
        Case { ask: &self.ask, admitted: &self.admitted, found: &self.found }
    }
}

impl Decided<'_> {
    /// Returns whether the item makes one more pending invite of the group.
    fn takes_a_place(&self) -> bool {
        matches!(self.plan, Ok(Plan::Write(_))) && self.reads.takes_a_place()
    }
}

/// Returns why an item is refused after another one has made the person's pending invite, which a
/// dry run does not write. `None` if the item passes.
fn after_planned(ask: &Ask<'_>, earlier: InviteId) -> Option<Refusal> {
    match ask.new.on_duplicate {
        OnDuplicate::Error => Some(Conflict::AlreadyPending(earlier).into()),
        OnDuplicate::Resend => Some(Limited::ResendTooSoon(COOL_DOWN).into()),
        OnDuplicate::Return | OnDuplicate::Replace => None,
    }
}

impl Engine {
    /// Decides about each of the items by what its first round trip found. `started` is the count of
    /// the group's pending invites, or `None` if it was made before.
    ///
    /// An item for a person whom an earlier one invites is decided after that one was written, as a
    /// request of its own would be.
    pub(super) async fn decide<'a>(
        &self,
        work: &mut Work<'a>,
        open: Vec<Open<'a>>,
        found: Vec<Result<CreateReads, StoreError>>,
        started: Option<&StartedCount>,
    ) -> Outcome<()> {
        let candidates = self.admit_all(work, open, found).await?;
        let cases: Vec<Case<'_>> = candidates.iter().map(Candidate::case).collect();
        let facts = self.facts(&cases).await?;
        let mut decided: Vec<Decided<'a>> = Vec::new();
        let mut invited: BTreeMap<String, InviteId> = BTreeMap::new();
        for (candidate, mut facts) in candidates.into_iter().zip(facts) {
            let names = mem::take(&mut facts.names);
            let Candidate { place, ask, id, found, admitted } = candidate;
            if let Some(earlier) = names.iter().find_map(|name| invited.get(name)) {
                if !work.dry_run {
                    work.later.push((place, ask));
                    continue;
                }
                if let Some(refusal) = after_planned(&ask, *earlier) {
                    work.refuse(place, refusal);
                    continue;
                }
            }
            let reads = Reads::new(id, admitted, found, facts);
            let plan = plan(&ask, &reads);
            if let Ok(Plan::Write(draft)) = &plan {
                invited.extend(names.into_iter().map(|name| (name, draft.invite.id)));
            }
            decided.push(Decided { place, ask, reads, plan });
        }
        if let (Some(started), Some(first)) = (started, decided.first()) {
            let taking = decided.iter().filter(|decided| decided.takes_a_place()).count();
            let wanted = u32::try_from(taking + work.later.len()).unwrap_or(u32::MAX);
            let group = &first.reads.admitted.group;
            work.room = self.room(group, started, wanted, first.ask.now()).await;
        }
        for decided in decided {
            self.sort(work, decided);
        }
        self.show_found(work).await;
        Ok(())
    }

    /// Admits the items under ids that belong to no other invitee. The others have their outcome.
    async fn admit_all<'a>(
        &self,
        work: &mut Work<'a>,
        mut open: Vec<Open<'a>>,
        mut found: Vec<Result<CreateReads, StoreError>>,
    ) -> Outcome<Vec<Candidate<'a>>> {
        let mut candidates = Vec::new();
        for attempt in 0..ATTEMPTS {
            let mut taken: Vec<Open<'a>> = Vec::new();
            for ((place, ask), found) in open.into_iter().zip(found) {
                let found = match found {
                    Ok(found) => found,
                    Err(error) => {
                        work.refuse(place, error);
                        continue;
                    }
                };
                match admit(&ask, &found) {
                    Err(refusal) => work.refuse(place, refusal),
                    Ok(_) if id_is_taken(&ask, &found) => taken.push((place, ask)),
                    Ok(admitted) => {
                        let id = InviteId::of(&ask.new.group, &ask.invitee.key(), attempt);
                        candidates.push(Candidate { place, ask, id, found, admitted });
                    }
                }
            }
            open = taken;
            if open.is_empty() {
                break;
            }
            let wanted: Vec<&Ask<'_>> = open.iter().map(|(_, ask)| ask).collect();
            found = self.read_all_first(&wanted, attempt + 1).await?;
        }
        for (place, _) in open {
            work.refuse(place, Unavailable::Conflicts("the invite's id"));
        }
        // The first items pass the cap.
        candidates.sort_by_key(|candidate| candidate.place);
        Ok(candidates)
    }

    /// Puts a decided item where it belongs: to the outcomes, or to the items to write.
    fn sort<'a>(&self, work: &mut Work<'a>, decided: Decided<'a>) {
        let takes_a_place = decided.takes_a_place();
        let Decided { place, ask, reads, plan } = decided;
        let draft = match plan {
            Ok(Plan::Write(draft)) => *draft,
            Ok(Plan::Made(invite)) => {
                let made = Creation::Made(self.created(*invite, &reads));
                work.outcomes.insert(place, Ok(made));
                return;
            }
            Ok(Plan::Resend(_) | Plan::Resent(_)) => return work.alone.push((place, ask)),
            Ok(Plan::Found(invite)) => return work.found.push((place, *invite)),
            Err(refusal) => return work.refuse(place, refusal),
        };
        if takes_a_place && let Err(refusal) = work.take_a_place(place) {
            return work.refuse(place, refusal);
        }
        if work.dry_run {
            let planned = Creation::Planned(draft.invite, present(&reads));
            work.outcomes.insert(place, Ok(planned));
        } else if draft.ended.is_empty() {
            work.ready.push(Ready { place, ask, draft, present: present(&reads) });
        } else {
            // Two items may end the same invite, and an item may occur in a transaction once.
            work.alone.push((place, ask));
        }
    }

    /// Adds the names to the pending invites that were found, by one read.
    async fn show_found(&self, work: &mut Work<'_>) {
        let (places, invites): (Vec<usize>, Vec<Invite>) =
            mem::take(&mut work.found).into_iter().unzip();
        if invites.is_empty() {
            return;
        }
        let present = self.present(&invites).await;
        let shown = invites.into_iter().map(|invite| {
            let present = present.clone()?;
            Ok(Creation::Found(invite, present))
        });
        work.outcomes.extend(places.into_iter().zip(shown));
    }
}
