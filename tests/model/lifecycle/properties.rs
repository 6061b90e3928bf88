//! What holds in every state, and what some state shows.

use stateright::Property;

use super::notes::Breach;
use super::rows::{Ended, FIRST, INVITES, Person, SEATS, Slot};
use super::rules;
use super::state::{Lifecycle, State};

/// A property.
type Rule = Property<Lifecycle>;

/// Returns the properties. Those of `sometimes` show that no other one holds because nothing happens.
pub(super) fn all() -> Vec<Rule> {
    let mut all = always();
    all.extend(sometimes());
    all
}

fn always() -> Vec<Rule> {
    vec![
        Rule::always("a final state never changes", |_, it| !it.broke(Breach::FinalChanged)),
        Rule::always("a generation is made once", |_, it| !it.broke(Breach::GenerationTwice)),
        Rule::always("a token accepts its own generation only", |_, it| {
            !it.broke(Breach::OtherGeneration)
        }),
        Rule::always("a membership is what the invite grants", |_, it| {
            !it.broke(Breach::OtherGrant)
        }),
        Rule::always("nobody has two memberships", |_, it| !it.broke(Breach::SecondMembership)),
        Rule::always("nobody accepts after the granter's loss", |_, it| {
            !it.broke(Breach::AfterLoss)
        }),
        Rule::always("nobody acts without the right", |_, it| !it.broke(Breach::WithoutRight)),
        Rule::always("no use of a link is lost", |_, it| !it.broke(Breach::UseLost)),
        Rule::always("a member by an invite exists if and only if it is accepted", |_, it| {
            members_are_accepted(it)
        }),
        Rule::always("a group keeps an owner", |_, it| {
            it.table.group.is_deleted() || owners(it) > 0
        }),
        Rule::always("counters equal their items", |_, it| counters_equal_items(it)),
        Rule::always("a deleted group is empty in the end", |_, it| is_empty_in_the_end(it)),
        Rule::always("no invite outlives its granter in the end", |_, it| no_orphan_in_the_end(it)),
    ]
}

fn sometimes() -> Vec<Rule> {
    vec![
        Rule::sometimes("an invite is accepted", |_, it| {
            ended(it, |end| matches!(end, Ended::Accepted(_)))
        }),
        Rule::sometimes("an invite is declined for good", |_, it| {
            ended(it, |end| matches!(end, Ended::Declined(Some(_))))
        }),
        Rule::sometimes("an invite is declined without a sign-in", |_, it| {
            ended(it, |end| end == Ended::Declined(None))
        }),
        Rule::sometimes("an invite is revoked", |_, it| ended(it, |end| end == Ended::Revoked)),
        Rule::sometimes("an expiry is stored", |_, it| ended(it, |end| end == Ended::Expired)),
        Rule::sometimes("a link is exhausted", |_, it| ended(it, |end| end == Ended::Exhausted)),
        Rule::sometimes("an invite has a second generation", |_, it| {
            it.table.invites.iter().flatten().any(|invite| invite.generation == 2)
        }),
        Rule::sometimes("a second generation is accepted", |_, it| {
            let by = it.table.members.iter().flatten().filter_map(|member| member.by);
            by.into_iter().any(|(_, generation)| generation == 2)
        }),
        Rule::sometimes("a temporary membership is removed", |_, it| {
            it.table.invite(FIRST).is_some_and(|invite| {
                let was_accepted = matches!(invite.ended, Some(Ended::Accepted(_)));
                was_accepted && invite.is_temporary && it.table.notes.left[0]
            })
        }),
        Rule::sometimes("a deleted group is empty", |_, it| {
            let is_empty = it.table.members.iter().all(Option::is_none);
            it.table.group.is_deleted() && is_empty && it.is_drained()
        }),
        Rule::sometimes("the documented race of a removal happens", |_, it| {
            it.broke(Breach::Overtaken)
        }),
        Rule::sometimes("an owner leaves", |_, it| {
            !it.table.group.is_deleted() && it.table.members[0].is_none()
        }),
    ]
}

fn ended(state: &State, is: impl Fn(Ended) -> bool) -> bool {
    state.table.invites.iter().flatten().filter_map(|invite| invite.ended).any(is)
}

fn owners(state: &State) -> u8 {
    let owners = state.table.members.iter().flatten().filter(|member| member.is_owner());
    owners.count() as u8
}

fn members_are_accepted(state: &State) -> bool {
    let table = &state.table;
    let rests = |(person, (slot, generation)): (usize, (Slot, u8))| {
        let Some(invite) = table.invite(slot) else { return false };
        let is_accepted = invite.ended == Some(Ended::Accepted(person as Person));
        invite.generation > generation || invite.is_link() || is_accepted
    };
    let members = table.members.iter().enumerate();
    let by_invite = members.filter_map(|(person, member)| Some((person, member.as_ref()?.by?)));
    let leads = |slot: usize| {
        let Some(invite) = table.invites[slot] else { return true };
        let Some(Ended::Accepted(by)) = invite.ended else { return true };
        let member = table.stored_member(by).and_then(|member| member.by);
        member == Some((slot as Slot, invite.generation)) || table.notes.left[slot]
    };
    by_invite.into_iter().all(rests) && (0..INVITES).all(leads)
}

fn counters_equal_items(state: &State) -> bool {
    let table = &state.table;
    let members = table.members.iter().flatten().count() as u8;
    let seats = table.group.seats;
    let seats = seats.is_none_or(|taken| taken == members && taken <= SEATS);
    let uses = (0..INVITES).all(|slot| {
        table.invites[slot].is_none_or(|invite| {
            let joins = table.notes.joins[slot];
            let most = invite.max_uses.unwrap_or(1);
            joins <= most && (!invite.is_link() || invite.uses == joins)
        })
    });
    let counted = table.group.owners == owners(state) && seats;
    (table.group.is_deleted() || counted) && uses
}

fn is_empty_in_the_end(state: &State) -> bool {
    let table = &state.table;
    let is_pending = |slot: usize| {
        table.invites[slot].is_some_and(|it| rules::is_pending(slot as Slot, &it, state.now))
    };
    let is_empty = table.members.iter().all(Option::is_none) && !(0..INVITES).any(is_pending);
    !table.group.is_deleted() || !state.is_drained() || is_empty
}

/// A demotion or removal ends what its person can no longer make. What the index did not show to it, the
/// stream's function ends, unless the index does not show it then either.
fn no_orphan_in_the_end(state: &State) -> bool {
    let table = &state.table;
    let is_orphan = |slot: usize| {
        let number = slot as Slot;
        table.invites[slot].is_some_and(|invite| {
            let granter = table.member(invite.granter, state.now);
            rules::is_pending(number, &invite, state.now)
                && !table.notes.fresh[slot]
                && !rules::granter_may(number, &invite, &table.group, granter.as_ref())
        })
    };
    table.group.is_deleted() || !state.is_drained() || !(0..INVITES).any(is_orphan)
}
