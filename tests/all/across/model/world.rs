//! The world of a sequence of commands: a group in the table, and its people.

use std::collections::BTreeMap;

use reqwest::Client;
use serde_json::Value;
use shared::auth::Caller;
use shared::domain::clock::Timestamp;
use shared::domain::email::EmailAddress;
use shared::domain::group::{GroupType, Policy};
use shared::domain::ids::{GroupId, InviteId, UserId};
use shared::domain::invitee::Invitee;
use shared::domain::text::{Metadata, Name};
use shared::engine::{Engine, InviteRef, NewGroup};

use super::reference::{PEOPLE, SEATS};
use crate::lambda::Deployment;

/// The person who creates the group. Everybody else joins by invite.
pub(super) const FOUNDER: usize = 0;

/// A group in the table, with the tokens and invites that the test has seen.
pub(super) struct World<'a> {
    pub(super) deployment: &'a Deployment,
    pub(super) engine: &'a Engine,
    /// Reads the table beside the engine.
    pub(super) client: &'a Client,
    pub(super) group: GroupId,
    pub(super) people: Vec<Caller>,
    /// The tokens of each address's invites, in the order of the generations.
    pub(super) tokens: BTreeMap<usize, Vec<String>>,
    /// The invites in the table after the last command, by the number of their address.
    pub(super) stored: BTreeMap<usize, Value>,
    pub(super) now: Timestamp,
}

impl<'a> World<'a> {
    /// Creates the group as the founder. Limits count by user, so every case has its own users.
    pub(super) async fn found(deployment: &'a Deployment, client: &'a Client, case: usize) -> Self {
        let engine = &deployment.service.engine;
        let person = |number| Caller {
            user: UserId::parse(&format!("{case}-{number}")).unwrap(),
            name: None,
            email: Some(address(number)),
            unverified_email: None,
            phone: None,
            accounts: Default::default(),
            scopes: vec![],
        };
        let group = GroupId::parse(&format!("case-{case}")).unwrap();
        let people: Vec<Caller> = (0..PEOPLE).map(person).collect();
        let now = Timestamp::from_seconds(1_795_219_200);
        let new = NewGroup {
            id: group.clone(),
            name: Name::parse("Group").unwrap(),
            description: None,
            kind: GroupType::Private,
            policy: Policy { max_members: Some(SEATS as u32), ..Policy::default() },
            metadata: Metadata::default(),
        };
        engine.create_group(&people[FOUNDER], new, now).await.unwrap();
        let (tokens, stored) = (BTreeMap::new(), BTreeMap::new());
        Self { deployment, engine, client, group, people, tokens, stored, now }
    }

    pub(super) fn id(&self, of: usize) -> InviteId {
        InviteId::of(&self.group, &Invitee::Email(address(of)).key(), 0)
    }

    pub(super) fn by_id(&self, of: usize) -> InviteRef {
        InviteRef::Id(self.group.clone(), self.id(of))
    }

    /// Returns the token of `back` generations ago, or an invalid token if there is none.
    pub(super) fn token(&self, of: usize, back: usize) -> InviteRef {
        let token = self.tokens.get(&of).and_then(|tokens| tokens.iter().rev().nth(back));
        InviteRef::Token(token.cloned().unwrap_or_else(|| "bkn_1".into()))
    }
}

/// Returns the address with this number.
pub(super) fn address(of: usize) -> EmailAddress {
    EmailAddress::parse(&format!("person-{of}@example.com")).unwrap()
}
