//! The table: how groups, invites, members and users lie in DynamoDB, and every access to them.
//!
//! Callers speak domain; keys, items, conditions and cancellation reasons stay in here. Decisions are made on consistent reads
//! and on conditions of the write; the indexes serve lists only and may lag.

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
mod users;

pub(crate) use client::{credentials, http_client};
pub use cursor::CursorError;
pub use error::StoreError;
pub use groups::{CreateGroupOutcome, UpdateGroupOutcome};
pub use invites::{CreateReads, PutInviteOutcome, ResolveOutcome};
pub use joining::{JoinOutcome, Joining};
pub use limits::Window;
pub use lists::{InviteList, Order, Page};
pub use members::{ChangeMemberOutcome, Changing, RoleChange};
pub use users::PutUserOutcome;

use crate::config::{AwsConfig, ConfigError, Environment};
use crate::domain::token::TokenKeys;

/// The table and the client that reaches it. Clones share the connection pool.
#[derive(Clone)]
pub struct Store {
    client: aws_sdk_dynamodb::Client,
    table: String,
    /// Seals list cursors, so that none can be made up or taken to another list.
    seals: TokenKeys,
}

impl Store {
    /// Connects to the table that `TABLE_NAME` names. Nothing is sent yet.
    pub fn connect(environment: &Environment, seals: TokenKeys) -> Result<Self, ConfigError> {
        let aws = AwsConfig::read(environment)?;
        Ok(Self { client: client::dynamodb(&aws), table: environment.required("TABLE_NAME")?.to_owned(), seals })
    }
}
