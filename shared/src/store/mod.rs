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
mod invites_together;
mod items;
mod joining;
mod keys;
mod limits;
mod lists;
mod members;
mod pending;
mod users;
mod warm_up;

pub use error::StoreError;
pub use groups::{CreateGroupOutcome, UpdateGroupOutcome};
pub use invites::{CreateReads, PutInviteOutcome, ResolveOutcome};
pub use invites_together::PutInvitesOutcome;
pub use joining::{JoinOutcome, Joining};
pub use limits::Window;
pub use lists::{InviteList, ListError};
pub use members::{ChangeMemberOutcome, Changing, MemberChange};
pub use pending::PendingCount;
pub use users::PutUserOutcome;

use crate::config::{AwsConfig, ConfigError, Environment, settings};
use crate::domain::group::Group;
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
        let aws = AwsConfig::read(environment)?;
        let name = settings::CHEMBIOHUB_PLATFORM_NAME;
        let name = Name::parse(environment.required(name)?)
            .map_err(|invalid| name.wrong(invalid.detail))?;
        let table = environment.required(settings::TABLE_NAME)?.to_owned();
        Ok(Self {
            client: client::dynamodb(&aws, outbound),
            table,
            seals,
            system: Group::system(name),
        })
    }
}
