//! The DynamoDB table: the items of groups, invites, members and users, and every access to them.
//!
//! The public functions take and return domain types. Keys, items, conditions and cancellation
//! reasons are private to this module (ADR 0006).
//!
//! Decisions use consistent reads and conditional writes. The indexes serve lists only, and may
//! lag.

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
mod warm_up;
mod writes;

pub use error::StoreError;
pub use groups::{CreateGroupOutcome, UpdateGroupOutcome};
pub use invites::{CreateReads, PutInvitesOutcome};
pub(crate) use items::invite_subject;
pub use joining::{Claim, JoinOutcome, Joining};
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

/// The table, and the client that reaches it. Clones share the connection pool.
#[derive(Clone)]
pub struct Store {
    client: aws_sdk_dynamodb::Client,
    table: String,
    /// The keys that authenticate list cursors, so that a client can neither forge a cursor nor use
    /// it for another list.
    cursor_keys: TokenKeys,
    /// The application's group, which is not stored. Reads of its id return this value.
    application: Group,
}

impl Store {
    /// Creates the client of the table `TABLE_NAME`. `CHEMBIOHUB_PLATFORM_NAME` is the
    /// application's name. No request is sent yet.
    ///
    /// # Errors
    /// A [`ConfigError`] that names the missing or invalid variable.
    pub(crate) fn connect(
        environment: &Environment,
        cursor_keys: TokenKeys,
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
            cursor_keys,
            application: Group::application(name),
        })
    }
}
