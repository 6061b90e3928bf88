//! The DynamoDB table: the items of groups, invites, members and users, and every access to them.
//!
//! The public functions take and return domain types. Keys, items, conditions and cancellation
//! reasons are private to this module (ADR 0006).
//!
//! Decisions use consistent reads and conditional writes. The indexes serve lists only, and may
//! lag.

mod access;
mod allowance;
mod answers;
mod blocks;
mod client;
mod cursor;
mod digests;
mod due;
mod error;
mod events;
mod groups;
mod invites;
mod items;
mod joining;
mod kept;
mod keys;
mod limits;
mod lists;
mod mail_update;
mod member_reads;
mod members;
mod pending;
mod present;
mod readable;
mod retry;
mod right;
mod stored_group;
mod suppressions;
mod transaction;
mod users;
mod warm_up;
mod writes;

pub use allowance::Allowance;
pub use digests::AddedNews;
pub use due::{Due, DueShard};
pub use error::StoreError;
pub use groups::{CreateGroupOutcome, DeleteGroupOutcome, UpdateGroupOutcome};
pub use invites::{
    CreateKeys, CreateReads, ManyReads, NewInvites, PutInvitesOutcome, TogetherOutcome,
};
pub(crate) use items::{change_record, digest_id, invite_subject};
pub use joining::{Claim, JoinOutcome, Joining};
pub use kept::{KeptRefusal, KeptRequest, KeptResult};
pub use limits::{CountedTry, MailTry, Window};
pub use lists::{InboxKeys, InviteList, ListError, PagePosition};
pub use member_reads::{MemberItem, MemberReads, UserItem};
pub use members::{ChangeMemberOutcome, Changing, MemberChange};
pub use pending::{Awaiting, PendingCount};
pub use present::{FoundRecords, WantedRecords};
pub use right::Right;
pub use stored_group::StoredGroup;
pub use users::PutUserOutcome;

use crate::config::{AwsConfig, ConfigError, Environment, settings};
use crate::domain::clock::Clock;
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
    /// it for another list. They also hash the addresses of the suppression list.
    token_keys: TokenKeys,
    /// The clock. Memberships that have ended are left out of reads.
    clock: Clock,
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
        token_keys: TokenKeys,
        outbound: &Outbound,
        clock: Clock,
    ) -> Result<Self, ConfigError> {
        let aws = AwsConfig::read(environment)?;
        let name = settings::CHEMBIOHUB_PLATFORM_NAME;
        let name = Name::parse(environment.required(name)?)
            .map_err(|invalid| name.wrong(invalid.detail))?;
        let table = environment.required(settings::TABLE_NAME)?.to_owned();
        Ok(Self {
            client: client::dynamodb(&aws, outbound),
            table,
            token_keys,
            clock,
            application: Group::application(name),
        })
    }
}
