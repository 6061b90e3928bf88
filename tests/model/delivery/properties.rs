//! What holds in every state, and what some state shows.

use shared::domain::invite::DeliveryState;
use stateright::Property;

use super::row::INVITES;
use super::state::{Delivery, MailState};

/// A property.
type Rule = Property<Delivery>;

/// Returns the properties. Those of `sometimes` show that no other one holds because nothing happens.
pub(super) fn all() -> Vec<Rule> {
    vec![
        Rule::always("no mail goes to an invite that had ended before its try", |_, state| {
            !state.table.reached_the_dead
        }),
        Rule::always("a mail has one copy more than tries of unknown outcome", |_, state| {
            state.table.fates.iter().all(|(_, fate)| fate.copies <= 1 + fate.unknown)
        }),
        Rule::always("a mail has few copies", |model, state| {
            state.table.fates.iter().all(|(_, fate)| fate.copies <= model.most_tries)
        }),
        Rule::always("a mailbox gets few mails in a day", |model, state| {
            let sent = state.table.fates.iter().filter(|(_, fate)| fate.copies > 0);
            sent.count() <= model.most_mails
        }),
        Rule::always("no due mail is lost", |_, state| (0..INVITES).all(|at| is_kept(state, at))),
        Rule::sometimes("a mail is sent", |_, state| has(state, DeliveryState::Sent)),
        Rule::sometimes("a mail fails", |_, state| has(state, DeliveryState::Failed)),
        Rule::sometimes("a mail is suppressed", |_, state| has(state, DeliveryState::Suppressed)),
        Rule::sometimes("a mail waits", |_, state| {
            let waits = |row: &super::row::Row| row.delivery().tries.waits_until.is_some();
            state.table.invites.iter().any(waits)
        }),
        Rule::sometimes("a mail that waited is sent", |_, state| {
            state.waits > 0 && has(state, DeliveryState::Sent)
        }),
        Rule::sometimes("a mail has as many copies as tries", |model, state| {
            state.table.fates.iter().any(|(_, fate)| fate.copies == model.most_tries)
        }),
        Rule::sometimes("the mail of a resend is sent", |_, state| {
            let sent = state.table.fates.iter();
            sent.into_iter().any(|((_, generation, _), fate)| *generation == 2 && fate.copies > 0)
        }),
    ]
}

fn has(state: &MailState, wanted: DeliveryState) -> bool {
    state.table.invites.iter().any(|row| row.state() == wanted)
}

/// Returns whether the record of a pending invite is about the last mail that was asked for, and tells
/// the truth: a mail that was sent was taken by SES, and one that is queued has a record in the
/// stream, a run, or a time at which the clock's function looks at it.
fn is_kept(state: &MailState, place: usize) -> bool {
    let row = &state.table.invites[place];
    let asked = state.table.asked[place];
    if row.has_ended {
        return true;
    }
    let is_sent = row.state() == DeliveryState::Sent;
    let is_looked_at = row.delivery().outbox().is_none() || row.delivery().looked_at().is_some();
    row.mail(asked.0) == asked && (!is_sent || state.table.fate(asked).copies > 0) && is_looked_at
}
