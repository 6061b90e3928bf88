//! The records of a group in the table, compared with the model.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::Value;

use super::reference::{Model, PEOPLE, ROLES};
use super::world::World;

fn text<'a>(item: &'a Value, name: &str) -> Option<&'a str> {
    item[name]["S"].as_str()
}

fn number(item: &Value, name: &str) -> Option<u64> {
    item[name]["N"].as_str().map(|digits| digits.parse().unwrap())
}

impl World<'_> {
    /// Compares every record of the group with the model, and with what was stored before.
    pub(super) async fn check_stored(&mut self, model: &Model) -> Result<(), TestCaseError> {
        let partition = format!("G#{}", self.group);
        let items = self.deployment.partition(self.client, &partition).await;
        let of_kind =
            |kind| items.iter().filter(move |item| text(item, "type") == Some(kind)).cloned();
        let groups: Vec<Value> = of_kind("group").collect();
        prop_assert_eq!(groups.len(), 1, "the group is there, or its tombstone");
        self.check_group(&groups[0], model)?;
        self.check_members(of_kind("member").collect(), model)?;
        self.check_invites(of_kind("invite").collect(), model)
    }

    fn check_group(&self, group: &Value, model: &Model) -> Result<(), TestCaseError> {
        let state = if model.alive { "active" } else { "deleted" };
        prop_assert_eq!(text(group, "state"), Some(state));
        if model.alive {
            let owners = model.members.values().filter(|(role, _)| ROLES[*role] == "owner").count();
            prop_assert!(owners > 0, "a group that exists has an owner");
            prop_assert_eq!(number(group, "owner_count"), Some(owners as u64));
            prop_assert_eq!(number(group, "seats_taken"), Some(model.members.len() as u64));
        }
        Ok(())
    }

    fn check_members(&self, members: Vec<Value>, model: &Model) -> Result<(), TestCaseError> {
        let found = members.iter().map(|member| {
            let user = text(member, "user").unwrap();
            let person = self.people.iter().position(|person| person.user.as_str() == user);
            let role = member["roles"]["L"][0]["S"].as_str().unwrap();
            let role = ROLES.iter().position(|name| *name == role).unwrap();
            let invite = number(member, "invite").map(|invite| self.address_of(invite));
            (person.unwrap(), (role, invite))
        });
        prop_assert_eq!(&found.collect::<BTreeMap<_, _>>(), &model.members, "the members");
        Ok(())
    }

    fn check_invites(&mut self, invites: Vec<Value>, model: &Model) -> Result<(), TestCaseError> {
        let found = invites.into_iter().map(|item| {
            let of = self.address_of(number(&item, "id").unwrap());
            (of, item)
        });
        let found: BTreeMap<usize, Value> = found.collect();
        prop_assert!(found.keys().eq(model.invites.keys()), "an address has at most one invite");
        for (of, item) in &found {
            let expected = &model.invites[of];
            prop_assert_eq!(text(item, "state"), Some(expected.written()), "the invite {}", of);
            prop_assert_eq!(
                (number(item, "generation"), number(item, "version")),
                (Some(u64::from(expected.generation)), Some(expected.version)),
                "the invite {}",
                of
            );
            let resolved_by = expected.resolved_by.map(|by| self.people[by].user.as_str());
            prop_assert_eq!(text(item, "resolved_by"), resolved_by, "the invite {}", of);
            if let Some(before) = self.stored.get(of) {
                let version = |item: &Value| number(item, "version");
                prop_assert!(
                    before == item || version(before) < version(item),
                    "a change raises the version"
                );
            }
        }
        self.stored = found;
        Ok(())
    }

    /// Returns the number of the address whose invite has this id.
    fn address_of(&self, invite: u64) -> usize {
        (0..PEOPLE).find(|of| self.id(*of).number() == invite).unwrap()
    }
}
