//! What must hold after the faults.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::client::Clients;
use super::links::Link;
use super::mails::{MailKey, Mails};
use super::orders::Met;
use super::stored::{Stored, StoredInvite};
use super::story::{End, Told, admin, founder, group_id};

/// The most copies of a mail.
const MOST_COPIES: u64 = 5;

/// What the clients were told.
pub(super) struct Acknowledged {
    pub(super) stories: Vec<Told>,
    pub(super) links: Vec<Link>,
    pub(super) groups: usize,
}

/// Checks that every invite has the state that was acknowledged, and is listed in no other.
pub(super) fn states(stored: &Stored, told: &[Told]) {
    for Told { group, invite, end, generation, user } in told {
        let found = stored.invites.0.get(&(group.clone(), invite.clone()));
        let found = found.unwrap_or_else(|| panic!("the invite of {user} is lost"));
        assert_eq!(found.state, end.state(), "{user}: {found:?}");
        assert!(found.generation >= *generation, "{user}: {found:?}");
    }
    for (key, invite) in &stored.invites.0 {
        for shelf in &invite.shelves {
            let expected = match invite.state.as_str() {
                "revoked" => "ended-revoked",
                state => state,
            };
            assert_eq!(*shelf, expected, "{key:?} is listed under another state: {invite:?}");
        }
        assert_eq!(invite.is_due, invite.state == "pending", "{key:?}: {invite:?}");
    }
}

/// Checks that the members are those who founded, accepted and stayed, and that every counter equals
/// what it counts.
pub(super) fn memberships(stored: &Stored, acknowledged: &Acknowledged) {
    let mut expected: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for group in 0..acknowledged.groups {
        let seeds = [format!("founder-{group}"), format!("admin-{group}")];
        expected.insert(group_id(group), seeds.into());
    }
    let accepted = acknowledged.stories.iter().filter(|told| told.end == End::Accepted);
    let accepted = accepted.map(|told| (&told.group, &told.user));
    let by_link = acknowledged.links.iter();
    let by_link = by_link.flat_map(|link| link.joined.iter().map(|user| (&link.group, user)));
    for (group, user) in accepted.chain(by_link) {
        expected.get_mut(group).expect("the group was made").insert(user.clone());
    }
    for (group, members) in expected {
        let found = &stored.groups[&group];
        assert_eq!(found.members, members, "the members of {group}");
        assert_eq!(found.owner_count, found.owners, "the owners of {group}");
        let count = members.len() as u64;
        assert!(found.seats_taken.is_none_or(|taken| taken == count), "{group}: {found:?}");
    }
    for link in &acknowledged.links {
        let key = (link.group.clone(), link.invite.clone());
        let found = &stored.invites.0[&key];
        let joined = stored.groups[&link.group].joined_by.get(&link.invite).copied();
        assert_eq!(Some(found.uses), joined, "the uses of {key:?}");
        assert_eq!((found.uses, found.state.as_str()), (link.uses, "exhausted"), "{key:?}");
        assert_eq!(link.joined.len() as u64, link.uses, "{key:?}");
    }
}

/// Checks that the API shows the counts of the members.
pub(super) async fn shown_counts(clients: &Clients<'_>, stored: &Stored, groups: usize) {
    for group in 0..groups {
        let path = format!("/v1/groups/{}", group_id(group));
        let shown = founder(clients, group).gets(&path).await.is(200).json;
        let members = stored.groups[&group_id(group)].members.len();
        assert_eq!(shown["member_count"], Value::from(members), "{shown}");
        admin(clients, group).gets(&path).await.is(200);
    }
}

/// Checks that each mail that was due arrived, or that its record says why not, and that nobody got
/// more copies than the tries that are counted.
pub(super) fn mails(stored: &Stored, mails: &Mails, met: Met) {
    for (key, invite) in &stored.invites.0 {
        let mail = MailKey {
            invite: key.clone(),
            generation: invite.generation,
            request: invite.requests,
        };
        let has_arrived = mails.0.contains_key(&mail);
        assert!(is_told_truly(invite, has_arrived), "{key:?}, arrived: {has_arrived}: {invite:?}");
    }
    for (mail, copies) in &mails.0 {
        assert!(*copies <= MOST_COPIES, "{copies} copies of {mail:?}");
    }
    let tries: u64 = stored.tries.iter().sum();
    let sent: u64 = mails.0.values().sum();
    assert!(sent <= tries, "{sent} mails, {tries} counted tries");
    assert!(stored.tries.iter().all(|tries| *tries <= MOST_COPIES), "a mail has more tries");
    // The table's faults count, because a mail whose mark is lost is sent again.
    let unknown = met.lost_by_ses + met.kills + met.table;
    assert!(mails.repeated() <= unknown, "{} copies, {unknown} crashes", mails.repeated());
}

/// Returns whether the record says the truth about its mail.
fn is_told_truly(invite: &StoredInvite, has_arrived: bool) -> bool {
    let is_pending = invite.state == "pending";
    match (invite.delivery.as_str(), invite.reason.as_deref()) {
        ("not_requested", _) => !has_arrived,
        ("sent" | "delivered" | "delayed" | "bounced" | "complained", _) => has_arrived,
        ("failed", reason) => reason == Some("outcome_unknown") || !has_arrived,
        ("suppressed", Some("no_longer_pending")) => !is_pending,
        ("suppressed", reason) => reason == Some("address_bounced"),
        // The invite ended before its mail was sent, or while it was.
        ("queued", _) => !is_pending,
        _ => false,
    }
}
