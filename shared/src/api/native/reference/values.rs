//! The schemas of values: ids, addresses, texts. A field shows them in place.

use std::borrow::Cow;

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{
    AdditionalProperties, ArrayBuilder, ObjectBuilder, Schema, SchemaFormat, Type,
};
use utoipa::{PartialSchema, ToSchema};

use crate::api::native::{Code, Instant};
use crate::domain::email::EmailAddress;
use crate::domain::event::EventKind;
use crate::domain::group::DefaultLifetime;
use crate::domain::group::{Domains, MaxPending};
use crate::domain::group_name::GroupName;
use crate::domain::identity::{Account, Accounts, PhoneNumber};
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::invite::State;
use crate::domain::language::LanguageTag;
use crate::domain::member::MembershipPeriod;
use crate::domain::privilege::{Privilege, Privileges};
use crate::domain::redirect::RedirectUrl;
use crate::domain::role::Roles;
use crate::domain::text::{Line, Message, Metadata, Word};

/// Implements `ToSchema` for types from rows of type and schema.
macro_rules! values {
    ($($type:ident: $schema:expr;)+) => {$(
        impl PartialSchema for $type {
            fn schema() -> RefOr<Schema> {
                $schema.into()
            }
        }

        impl ToSchema for $type {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($type))
            }
        }
    )+};
}

values! {
    GroupId: text(1, 64).pattern(Some("^[A-Za-z0-9_-]+$")).build();
    UserId: text(1, 128).pattern(Some("^[!-~]+$")).build();
    InviteId: string().pattern(Some("^[1-9][0-9]{0,15}$")).build();
    Instant: formatted("date-time").build();
    EmailAddress: formatted("email").max_length(Some(254)).build();
    PhoneNumber: string().pattern(Some(r"^\+[1-9][0-9]{6,14}$")).build();
    GroupName: text(1, 100).build();
    Message: string().max_length(Some(500)).build();
    RedirectUrl: formatted("uri-reference").max_length(Some(2048)).build();
    Metadata: object().build();
    MaxPending: integer(0, 10_000).build();
    Domains: array(string().build()).max_items(Some(100)).build();
    Roles: array(text(1, 32).pattern(Some("^[a-z0-9_-]+$")).build()).min_items(Some(1)).max_items(Some(16)).unique_items(true).build();
    Accounts: array(Account::schema()).max_items(Some(Accounts::MAX)).build();
    Privileges: array(Privilege::schema()).build();
    DefaultLifetime: integer(300, 31_536_000).build();
    LanguageTag: text(1, 35).build();
    MembershipPeriod: integer(3_600, 157_680_000).build();
    Code: string().enum_values(Some(Code::ALL.map(Code::word))).build();
}

impl PartialSchema for State {
    fn schema() -> RefOr<Schema> {
        let states = string().description(Some("The state of an invite."));
        states.enum_values(Some(State::ALL.map(State::as_str))).build().into()
    }
}

impl ToSchema for State {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("InviteState")
    }
}

impl PartialSchema for EventKind {
    fn schema() -> RefOr<Schema> {
        let kinds = string().description(Some("The type of an event."));
        kinds.enum_values(Some(EventKind::ALL.map(EventKind::as_str))).build().into()
    }
}

impl ToSchema for EventKind {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("EventType")
    }
}

impl<const MAX: usize> PartialSchema for Line<MAX> {
    fn schema() -> RefOr<Schema> {
        text(1, MAX).build().into()
    }
}

impl<const MAX: usize> ToSchema for Line<MAX> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("Line{MAX}"))
    }
}

impl<const MAX: usize> PartialSchema for Word<MAX> {
    fn schema() -> RefOr<Schema> {
        text(1, MAX).build().into()
    }
}

impl<const MAX: usize> ToSchema for Word<MAX> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("Word{MAX}"))
    }
}

fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn text(min: usize, max: usize) -> ObjectBuilder {
    string().min_length(Some(min)).max_length(Some(max))
}

fn formatted(format: &str) -> ObjectBuilder {
    string().format(Some(SchemaFormat::Custom(format.to_owned())))
}

fn integer(min: u32, max: u32) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(min)).maximum(Some(max))
}

/// Returns an object with keys of any name and values of any type.
fn object() -> ObjectBuilder {
    let any = AdditionalProperties::FreeForm(true);
    ObjectBuilder::new().schema_type(Type::Object).additional_properties(Some(any))
}

fn array(item: impl Into<RefOr<Schema>>) -> ArrayBuilder {
    ArrayBuilder::new().items(item.into())
}
