//! The table: how groups, invites, members and users lie in DynamoDB, and every access to them.
//!
//! Callers speak domain; keys, items, conditions and cancellation reasons stay in here. Decisions
//! are made on consistent reads and on conditions of the write; the indexes serve lists only and
//! may lag.

mod access;
mod client;
mod cursor;
mod error;
mod groups;
mod invites;
mod items;
mod joining;
mod keys;
mod limits;
mod lists;
mod members;
mod pending;
mod retry;
mod transaction;
mod users;
mod writes;

pub(crate) use client::credentials;
pub use cursor::CursorError;
pub use error::StoreError;
pub(crate) use error::failure_kind;
pub use groups::{CreateGroupOutcome, UpdateGroupOutcome};
pub use invites::{CreateReads, PutInvitesOutcome};
pub use joining::{Claim, JoinOutcome, Joining};
pub use limits::Window;
pub use lists::{InviteList, Order, Page};
pub use members::{ChangeMemberOutcome, Changing, MemberChange};
pub use pending::PendingCount;
pub use users::PutUserOutcome;

use access::Item;
use aws_sdk_dynamodb::types::KeysAndAttributes;
use items::GroupState;

use crate::config::{AwsConfig, ConfigError, Environment};
use crate::domain::group::Group;
use crate::domain::ids::GroupId;
use crate::domain::text::Name;
use crate::domain::token::TokenKeys;
use crate::outbound::Outbound;

/// The table and the client that reaches it. Clones share the connection pool.
#[derive(Clone)]
pub struct Store {
    client: aws_sdk_dynamodb::Client,
    table: String,
    /// Seals list cursors, so that none can be made up or taken to another list.
    seals: TokenKeys,
    /// What stands for the system itself, wherever its group is read.
    system: Group,
}

impl Store {
    /// Connects to the table that `TABLE_NAME` names; `CHEMBIOHUB_PLATFORM_NAME` is what the system
    /// itself is called. Nothing is sent yet.
    pub(crate) fn connect(
        environment: &Environment,
        seals: TokenKeys,
        outbound: &Outbound,
    ) -> Result<Self, ConfigError> {
        const NAME: &str = "CHEMBIOHUB_PLATFORM_NAME";
        let aws = AwsConfig::read(environment)?;
        let name = Name::parse(environment.optional(NAME).unwrap_or("ChemBio Hub Platform"));
        let name = name.map_err(|invalid| ConfigError {
            variable: NAME,
            problem: invalid.detail.to_owned(),
        })?;
        let table = environment.required("TABLE_NAME")?.to_owned();
        Ok(Self {
            client: client::dynamodb(&aws, outbound),
            table,
            seals,
            system: Group::system(name),
        })
    }

    /// Opens the connection, so that the first request doesn't wait for it: reads what isn't there.
    /// Any answer will do, also that the function may not read items.
    pub(crate) async fn open(&self) {
        if let Ok(keys) = KeysAndAttributes::builder().keys(keys::nothing().into_item()).build() {
            let _answered =
                self.client.batch_get_item().request_items(&self.table, keys).send().await;
        }
    }

    /// The group of this id, if it lives: what was read under its key, or the system itself, which
    /// stands in no table.
    fn live_group(&self, id: &GroupId, item: Option<Item>) -> Result<Option<Group>, StoreError> {
        if *id == self.system.id {
            return Ok(Some(self.system.clone()));
        }
        let Some((group, state)) = item.map(items::to_group).transpose()? else { return Ok(None) };
        Ok((state == GroupState::Active).then_some(group))
    }
}
