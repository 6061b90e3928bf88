//! What the table has.

use std::collections::{BTreeMap, BTreeSet};

use harness::App;
use serde_json::Value;

/// A stored invite, as far as the campaign checks it.
#[derive(Clone, Debug)]
pub(super) struct StoredInvite {
    pub(super) generation: u64,
    pub(super) state: String,
    pub(super) outbox: Option<String>,
    pub(super) delivery: String,
    pub(super) reason: Option<String>,
    pub(super) requests: u64,
    pub(super) uses: u64,
    /// Whether the clock has something to do for a pending invite.
    pub(super) is_due: bool,
    /// The shelves of the two lists that show the invite.
    pub(super) shelves: [String; 2],
}

/// The stored invites, by group and id.
#[derive(Default)]
pub(super) struct Invites(pub(super) BTreeMap<(String, String), StoredInvite>);

/// The stored counters and members of a group.
#[derive(Debug, Default)]
pub(super) struct StoredGroup {
    pub(super) members: BTreeSet<String>,
    pub(super) owners: u64,
    pub(super) owner_count: u64,
    pub(super) seats_taken: Option<u64>,
    /// The number of members by the invite that they joined by.
    pub(super) joined_by: BTreeMap<String, u64>,
}

/// A stored event of an invite.
#[derive(Clone, Debug)]
pub(super) struct StoredEvent {
    pub(super) kind: String,
    pub(super) sequence: u64,
    /// The sort key, which orders the trail.
    pub(super) sort: String,
}

/// Everything that the campaign checks.
#[derive(Default)]
pub(super) struct Stored {
    /// The events of each invite.
    pub(super) events: BTreeMap<(String, String), Vec<StoredEvent>>,
    /// The events of memberships: group, user, and whether the person joined.
    pub(super) moves: Vec<(String, String, bool)>,
    pub(super) invites: Invites,
    pub(super) groups: BTreeMap<String, StoredGroup>,
    /// The number of tries of each mail that are counted.
    pub(super) tries: Vec<u64>,
}

fn text(item: &Value, name: &str) -> Option<String> {
    item[name]["S"].as_str().map(str::to_owned)
}

fn number(item: &Value, name: &str) -> Option<u64> {
    item[name]["N"].as_str().map(|digits| digits.parse().expect("a count is a number"))
}

fn shelf(item: &Value, name: &str) -> String {
    let sort = text(item, name).unwrap_or_else(|| panic!("no {name}: {item}"));
    sort.split('#').next().unwrap_or_default().to_owned()
}

fn invite(item: &Value) -> StoredInvite {
    let delivery = &item["delivery"]["M"];
    StoredInvite {
        generation: number(item, "generation").expect("an invite has a generation"),
        state: text(item, "state").expect("an invite has a state"),
        outbox: text(item, "outbox"),
        delivery: text(delivery, "state").expect("a delivery has a state"),
        reason: text(delivery, "reason"),
        requests: number(item, "send_count").expect("an invite counts its mails"),
        uses: number(item, "uses").unwrap_or_default(),
        // Ended invites are in other partitions, until their personal data are removed.
        is_due: text(item, "due_pk").is_some_and(|due| due.matches('#').count() == 1),
        shelves: ["by_group_sk", "by_invitee_sk"].map(|name| shelf(item, name)),
    }
}

impl Stored {
    /// Reads the whole table.
    pub(super) async fn read(app: &App) -> Self {
        let mut stored = Self::default();
        for item in app.scan().await {
            let group = || text(&item, "group").expect("the item has a group");
            match item["type"]["S"].as_str() {
                Some("invite") => {
                    let id = number(&item, "id").expect("an invite has an id").to_string();
                    stored.invites.0.insert((group(), id), invite(&item));
                }
                Some("member") => stored.add_member(&group(), &item),
                Some("group") => {
                    let group = text(&item, "id").expect("a group has an id");
                    let stored = stored.groups.entry(group).or_default();
                    stored.owner_count = number(&item, "owner_count").unwrap_or_default();
                    stored.seats_taken = number(&item, "seats_taken");
                }
                Some("event") => stored.add_event(&group(), &item),
                Some("window") => stored.tries.extend(tries(&item)),
                _ => {}
            }
        }
        stored
    }

    fn add_member(&mut self, group: &str, item: &Value) {
        let stored = self.groups.entry(group.to_owned()).or_default();
        stored.members.insert(text(item, "user").expect("a member is a user"));
        let roles = item["roles"]["L"].as_array().expect("a member has roles");
        stored.owners += u64::from(roles.iter().any(|role| role["S"] == "owner"));
        if let Some(invite) = number(item, "invite") {
            *stored.joined_by.entry(invite.to_string()).or_default() += 1;
        }
    }

    fn add_event(&mut self, group: &str, item: &Value) {
        let kind = text(item, "event").expect("an event has a kind");
        match kind.as_str() {
            "member.joined" | "member.removed" => {
                let user = text(item, "user").expect("the event names the member");
                self.moves.push((group.to_owned(), user, kind == "member.joined"));
            }
            _ => {
                let Some(invite) = number(item, "invite") else { return };
                let sequence = number(item, "sequence").expect("an event has a sequence");
                let sort = text(item, "sk").expect("an item has a sort key");
                let event = StoredEvent { kind, sequence, sort };
                let key = (group.to_owned(), invite.to_string());
                self.events.entry(key).or_default().push(event);
            }
        }
    }

    /// Returns whether a pending invite has a mail that is due or waits.
    pub(super) fn has_mail_left(&self) -> bool {
        let mut invites = self.invites.0.values();
        invites.any(|invite| invite.state == "pending" && invite.outbox.is_some())
    }
}

/// Returns the number of tries of each mail in the record of a recipient's day.
fn tries(day: &Value) -> Vec<u64> {
    let attributes = day.as_object().expect("an item is an object").iter();
    let tries = attributes.filter(|(name, _)| name.starts_with("tries_"));
    tries.map(|(_, tries)| tries["SS"].as_array().map_or(0, Vec::len) as u64).collect()
}
