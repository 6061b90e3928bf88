//! The audit trail equals what happened, in order.

use std::collections::BTreeMap;
use std::time::Duration;

use harness::App;

use super::stored::{Stored, StoredEvent, StoredInvite};

/// The number of looks at the trail until it must be complete.
const LOOKS: u32 = 120;
const BETWEEN_LOOKS: Duration = Duration::from_millis(500);

/// Waits until the function that follows changes has written the events of everything that is stored,
/// and checks them.
///
/// # Panics
/// An event is missing, is there twice, or is out of order.
pub(super) async fn follow(app: &App) {
    let mut found = Ok(());
    for _ in 0..LOOKS {
        found = check(&Stored::read(app).await);
        if found.is_ok() {
            return;
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
    found.expect("the events equal the transitions");
}

fn check(stored: &Stored) -> Result<(), String> {
    for (key, invite) in &stored.invites.0 {
        let mut events = stored.events.get(key).cloned().unwrap_or_default();
        // The trail's own order.
        events.sort_by(|one, other| one.sort.cmp(&other.sort));
        of_invite(invite, &events).map_err(|problem| format!("{key:?}: {problem}: {events:?}"))?;
    }
    let mut balance: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for (group, user, joined) in &stored.moves {
        *balance.entry((group, user)).or_default() += if *joined { 1 } else { -1 };
    }
    for (group, found) in &stored.groups {
        for user in &found.members {
            *balance.entry((group, user)).or_default() -= 1;
        }
    }
    match balance.into_iter().find(|(_, difference)| *difference != 0) {
        Some(one) => Err(format!("the events of a membership do not equal it: {one:?}")),
        None => Ok(()),
    }
}

/// Checks the events of an invite against its state.
fn of_invite(invite: &StoredInvite, events: &[StoredEvent]) -> Result<(), String> {
    let (mut state, mut sequence) = (None, 0);
    for event in events {
        if event.sequence <= sequence {
            return Err("two events are of one write, or in the wrong order".into());
        }
        sequence = event.sequence;
        let then = match event.kind.as_str() {
            "invite.created" | "invite.resent" => "pending",
            "invite.accepted" => "accepted",
            "invite.declined" => "declined",
            "invite.revoked" => "revoked",
            "invite.exhausted" => "exhausted",
            // These change no state.
            _ => continue,
        };
        let is_possible = match event.kind.as_str() {
            "invite.created" => state != Some("pending"),
            _ => state == Some("pending"),
        };
        if !is_possible {
            return Err(format!("{} after {state:?}", event.kind));
        }
        state = Some(then);
    }
    if state == Some(invite.state.as_str()) { Ok(()) } else { Err(format!("{state:?}")) }
}
