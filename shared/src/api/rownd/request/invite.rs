//! The bodies of requests about invites.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::RULE;
use crate::domain::Invalid;
use crate::domain::email::EmailAddress;
use crate::domain::group::given;
use crate::domain::identity::PhoneNumber;
use crate::domain::ids::{GroupId, UserId};
use crate::domain::invisible::trim;
use crate::domain::redirect::{RedirectTargets, RedirectUrl};
use crate::domain::role::Roles;
use crate::domain::text::ApiData;
use crate::engine::{InviteChange, InviteeRequest, NewInvite};
use crate::http::RequestError;

const ONE_INVITEE: Invalid =
    Invalid::new("one_of", "Give exactly one of email, phone and user_id.");

/// The field of an invite's API data for `app_variant_id`.
const VARIANT: &str = "app_variant_id";

/// The field of an invite's API data that records whether the request had `phone` as a JSON number.
const NUMERIC_PHONE: &str = "numeric_phone";

/// Returns the invite's `app_variant_id`.
pub(crate) fn variant(api_data: &ApiData) -> Option<&str> {
    api_data.get(VARIANT).and_then(Value::as_str)
}

/// Returns whether the request had `phone` as a JSON number.
pub(crate) fn is_numeric(api_data: &ApiData) -> bool {
    api_data.get(NUMERIC_PHONE).and_then(Value::as_bool).unwrap_or(false)
}

/// A phone number and its JSON type in the request.
#[derive(Clone, Debug)]
struct Phone {
    number: PhoneNumber,
    numeric: bool,
}

impl<'de> Deserialize<'de> for Phone {
    /// Reads international digits: a JSON number, or a string with or without a leading `+`. The
    /// published example is the number 19199993333.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Digits;

        impl Visitor<'_> for Digits {
            type Value = Phone;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a phone number")
            }

            fn visit_u64<E: Error>(self, digits: u64) -> Result<Phone, E> {
                phone(&digits.to_string(), true)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Phone, E> {
                let text = trim(text);
                phone(text.strip_prefix('+').unwrap_or(text), false)
            }

            // A float is not a phone number, although its text may have enough digits.
            fn visit_f64<E: Error>(self, value: f64) -> Result<Phone, E> {
                Err(E::invalid_type(Unexpected::Float(value), &self))
            }
        }

        deserializer.deserialize_any(Digits)
    }
}

fn phone<E: Error>(digits: &str, numeric: bool) -> Result<Phone, E> {
    let number = PhoneNumber::parse(&format!("+{digits}")).map_err(Invalid::into_serde)?;
    Ok(Phone { number, numeric })
}

/// The writable fields of a `GroupInvite`.
#[derive(Deserialize)]
pub struct InviteInput {
    roles: Roles,
    email: Option<EmailAddress>,
    phone: Option<Phone>,
    user_id: Option<UserId>,
    #[serde(default, deserialize_with = "given")]
    redirect_url: Option<Option<String>>,
    app_variant_id: Option<String>,
}

impl InviteInput {
    /// Returns the requested invite to `group`. A redirect may lead to `targets`.
    ///
    /// # Errors
    /// `InvalidBody`
    /// - if the body names no invitee, or several;
    /// - for a redirect that is not allowed;
    /// - for an `app_variant_id` that is too long.
    pub fn new_invite(
        self,
        group: GroupId,
        targets: &RedirectTargets,
    ) -> Result<NewInvite, RequestError> {
        let redirect_url = self.redirect(targets)?.flatten();
        let api_data = self.api_data()?;
        let roles = self.roles.clone();
        let invitee = self.invitee()?.ok_or_else(not_one_invitee)?;
        Ok(NewInvite { roles, redirect_url, api_data, ..NewInvite::of(group, invitee, RULE) })
    }

    /// Returns the requested change of an invite. An absent field stays as it is.
    ///
    /// # Errors
    /// `InvalidBody`
    /// - if the body names several invitees;
    /// - for a redirect that is not allowed;
    /// - for an `app_variant_id` that is too long.
    pub fn change(self, targets: &RedirectTargets) -> Result<InviteChange, RequestError> {
        let redirect_url = self.redirect(targets)?;
        let api_data = self.api_data()?;
        let roles = Some(self.roles.clone());
        let invitee = self.invitee()?;
        Ok(InviteChange {
            invitee,
            roles,
            redirect_url,
            api_data,
            rule: RULE,
            ..InviteChange::default()
        })
    }

    fn redirect(
        &self,
        targets: &RedirectTargets,
    ) -> Result<Option<Option<RedirectUrl>>, RequestError> {
        let Some(given) = &self.redirect_url else { return Ok(None) };
        let redirect = given.as_deref().map(|text| targets.parse(text)).transpose();
        redirect.map(Some).map_err(|invalid| RequestError::field("/redirect_url", invalid))
    }

    /// Returns the invite's data that only this API uses.
    fn api_data(&self) -> Result<ApiData, RequestError> {
        let mut kept: BTreeMap<String, Value> = BTreeMap::new();
        kept.extend(
            self.app_variant_id.as_ref().map(|variant| (VARIANT.to_owned(), json!(trim(variant)))),
        );
        kept.extend(
            self.phone.as_ref().map(|phone| (NUMERIC_PHONE.to_owned(), json!(phone.numeric))),
        );
        let too_long = Invalid::new("too_long", "This text is too long.");
        ApiData::new(kept).map_err(|_| RequestError::field("/app_variant_id", too_long))
    }

    /// Returns the invitee. `None` if the body names none.
    fn invitee(self) -> Result<Option<InviteeRequest>, RequestError> {
        let email = self.email.map(InviteeRequest::Email);
        let phone = self.phone.map(|phone| InviteeRequest::Phone(phone.number));
        let user = self.user_id.map(InviteeRequest::User);
        let mut given = [email, phone, user].into_iter().flatten();
        let first = given.next();
        if given.next().is_some() { Err(not_one_invitee()) } else { Ok(first) }
    }
}

fn not_one_invitee() -> RequestError {
    RequestError::field("", ONE_INVITEE)
}
