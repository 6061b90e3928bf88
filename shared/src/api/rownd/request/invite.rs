//! Invites.

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
use crate::domain::invite::IdentityPolicy;
use crate::domain::invitee::Lifetime;
use crate::domain::redirect::RedirectUrl;
use crate::domain::role::Roles;
use crate::domain::text::{ApiData, Metadata};
use crate::engine::{InviteChange, InviteeRequest, NewInvite};
use crate::http::RequestError;

const ONE_INVITEE: Invalid =
    Invalid::new("one_of", "Give exactly one of email, phone and user_id.");

/// The field of an invite's API data that has the application variant it was made for.
const VARIANT: &str = "app_variant_id";

/// The field of an invite's API data that tells whether its phone number came as a JSON number.
const NUMERIC_PHONE: &str = "numeric_phone";

/// Returns the application variant that the invite was made for.
pub(crate) fn variant(api_data: &ApiData) -> Option<&str> {
    api_data.get(VARIANT).and_then(Value::as_str)
}

/// Whether the invite's phone number came as a JSON number.
pub(crate) fn is_numeric(api_data: &ApiData) -> bool {
    api_data.get(NUMERIC_PHONE).and_then(Value::as_bool).unwrap_or(false)
}

/// A phone number and the JSON type that it came as.
#[derive(Clone, Debug)]
struct Phone {
    number: PhoneNumber,
    numeric: bool,
}

impl<'de> Deserialize<'de> for Phone {
    /// Reads international digits, as a number, or as a string with or without `+` before them. The
    /// published example is the bare number 19199993333.
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
                phone(text.strip_prefix('+').unwrap_or(text), false)
            }

            // No phone number; the text of a float would be taken for digits.
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
    /// Returns the invite into `group` that is asked for; `origins` are those that a redirect may
    /// lead to.
    ///
    /// # Errors
    /// `InvalidBody` unless exactly one invitee is given, and for a redirect that is not allowed.
    pub fn new_invite(self, group: GroupId, origins: &[String]) -> Result<NewInvite, RequestError> {
        let redirect_url = self.redirect(origins)?.flatten();
        let api_data = self.api_data()?;
        let roles = self.roles.clone();
        let invitee = self.invitee()?.ok_or_else(several_or_none)?;
        Ok(NewInvite {
            group,
            invitee,
            roles,
            message: None,
            metadata: Metadata::default(),
            lifetime: Lifetime::DEFAULT,
            redirect_url,
            notify: true,
            identity_policy: IdentityPolicy::Strict,
            rule: RULE,
            api_data,
        })
    }

    /// Returns the change of an invite that is asked for: a field that is absent stays as it is.
    ///
    /// # Errors
    /// `InvalidBody` for several invitees, and for a redirect that is not allowed.
    pub fn change(self, origins: &[String]) -> Result<InviteChange, RequestError> {
        let redirect_url = self.redirect(origins)?;
        let api_data = self.api_data()?;
        let roles = self.roles.clone();
        Ok(InviteChange { invitee: self.invitee()?, roles, redirect_url, api_data })
    }

    fn redirect(&self, origins: &[String]) -> Result<Option<Option<RedirectUrl>>, RequestError> {
        let Some(given) = &self.redirect_url else { return Ok(None) };
        let redirect = given.as_deref().map(|text| RedirectUrl::parse(text, origins)).transpose();
        redirect.map(Some).map_err(|invalid| RequestError::field("/redirect_url", invalid))
    }

    /// Returns what this API alone keeps on the invite.
    fn api_data(&self) -> Result<ApiData, RequestError> {
        let mut kept: BTreeMap<String, Value> = BTreeMap::new();
        kept.extend(
            self.app_variant_id.as_ref().map(|variant| (VARIANT.to_owned(), json!(variant))),
        );
        kept.extend(
            self.phone.as_ref().map(|phone| (NUMERIC_PHONE.to_owned(), json!(phone.numeric))),
        );
        let too_long = Invalid::new("too_long", "This text is too long.");
        ApiData::new(kept).map_err(|_| RequestError::field("/app_variant_id", too_long))
    }

    /// Returns the invitee, if one is given.
    fn invitee(self) -> Result<Option<InviteeRequest>, RequestError> {
        let email = self.email.map(InviteeRequest::Email);
        let phone = self.phone.map(|phone| InviteeRequest::Phone(phone.number));
        let user = self.user_id.map(InviteeRequest::User);
        let mut given = [email, phone, user].into_iter().flatten();
        let first = given.next();
        if given.next().is_some() { Err(several_or_none()) } else { Ok(first) }
    }
}

fn several_or_none() -> RequestError {
    RequestError::field("", ONE_INVITEE)
}
