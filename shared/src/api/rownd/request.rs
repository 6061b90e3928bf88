//! What the rownd endpoints read from a request. Unknown fields, and those that only the service
//! writes, are ignored (contract rownd 1.1).

use std::collections::BTreeMap;
use std::fmt;

use lambda_http::Request;
use serde::de::{DeserializeOwned, Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::Failure;
use crate::domain::Invalid;
use crate::domain::email::EmailAddress;
use crate::domain::group::given;
use crate::domain::identity::PhoneNumber;
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::invite::{IdentityPolicy, Invite, Terms};
use crate::domain::invitee::Lifetime;
use crate::domain::redirect::RedirectUrl;
use crate::domain::role::Roles;
use crate::domain::rule::InviteRule;
use crate::domain::text::{ApiData, Message, Metadata, Name};
use crate::engine::{InviteChange, InviteeRequest, NewInvite, Refusal};
use crate::http::{RequestError, json_or_undeclared, lenient_json, query_parameter, raw_body};

/// Who may make invites and handle them: owners (contract rownd, "Who may").
pub const RULE: InviteRule = InviteRule::Owners;

/// Under this name an invite keeps the application variant that it was made for.
pub(super) const VARIANT: &str = "app_variant_id";

/// Under this name an invite keeps that its phone number came as a JSON number.
pub(super) const NUMERIC_PHONE: &str = "numeric_phone";

/// A phone number and the JSON type that it came as.
#[derive(Clone, Debug)]
struct Phone {
    number: PhoneNumber,
    numeric: bool,
}

impl<'de> Deserialize<'de> for Phone {
    /// Reads international digits, as a number, or as a string with or without `+` before them
    /// (contract rownd: the example is the bare number 19199993333).
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

/// The invite of before, with its phone number in the JSON type in which this request has it.
pub fn with_phone_as_sent(invite: Invite, new: &NewInvite) -> Invite {
    let kept = [(VARIANT, &invite.terms.api_data), (NUMERIC_PHONE, &new.api_data)];
    let kept = kept
        .into_iter()
        .filter_map(|(name, api_data)| Some((name.to_owned(), api_data.get(name)?.clone())))
        .collect();
    match ApiData::new(kept) {
        Ok(api_data) => {
            let terms = Terms { api_data, ..invite.terms };
            Invite { terms, ..invite }
        }
        Err(_) => invite,
    }
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
    /// The invite into `group` that is asked for; `origins` are those that a redirect may lead to.
    ///
    /// # Errors
    /// `Invalid` unless exactly one invitee is given, and for a redirect that is not allowed.
    pub fn new_invite(self, group: GroupId, origins: &[String]) -> Result<NewInvite, Refusal> {
        let redirect_url = self.redirect(origins)?.flatten();
        let api_data = self.api_data()?;
        let roles = self.roles.clone();
        let invitee = self.invitee()?.ok_or(ONE_INVITEE)?;
        Ok(NewInvite {
            group,
            invitee,
            roles,
            message: None::<Message>,
            metadata: Metadata::default(),
            lifetime: Lifetime::DEFAULT,
            redirect_url,
            notify: true,
            identity_policy: IdentityPolicy::Strict,
            rule: RULE,
            api_data,
        })
    }

    /// The change of an invite that is asked for: what is given replaces what was.
    ///
    /// # Errors
    /// `Invalid` for several invitees, and for a redirect that is not allowed.
    pub fn change(self, origins: &[String]) -> Result<InviteChange, Refusal> {
        let redirect_url = self.redirect(origins)?;
        let api_data = self.api_data()?;
        let roles = self.roles.clone();
        Ok(InviteChange { invitee: self.invitee()?, roles, redirect_url, api_data })
    }

    fn redirect(&self, origins: &[String]) -> Result<Option<Option<RedirectUrl>>, Refusal> {
        let Some(given) = &self.redirect_url else { return Ok(None) };
        let redirect = given.as_deref().map(|text| RedirectUrl::parse(text, origins)).transpose();
        redirect.map(Some).map_err(|invalid| Refusal::Invalid("/redirect_url", invalid))
    }

    /// What this API alone keeps on the invite.
    fn api_data(&self) -> Result<ApiData, Refusal> {
        let mut kept: BTreeMap<String, Value> = BTreeMap::new();
        kept.extend(
            self.app_variant_id.as_ref().map(|variant| (VARIANT.to_owned(), json!(variant))),
        );
        kept.extend(
            self.phone.as_ref().map(|phone| (NUMERIC_PHONE.to_owned(), json!(phone.numeric))),
        );
        let too_long = Invalid::new("too_long", "This text is too long.");
        ApiData::new(kept).map_err(|_| Refusal::Invalid("/app_variant_id", too_long))
    }

    /// The invitee, if one is given.
    fn invitee(self) -> Result<Option<InviteeRequest>, Refusal> {
        let email = self.email.map(InviteeRequest::Email);
        let phone = self.phone.map(|phone| InviteeRequest::Phone(phone.number));
        let user = self.user_id.map(InviteeRequest::User);
        let mut given = [email, phone, user].into_iter().flatten();
        let first = given.next();
        if given.next().is_some() { Err(ONE_INVITEE) } else { Ok(first) }
    }
}

const ONE_INVITEE: Refusal =
    Refusal::Invalid("", Invalid::new("one_of", "Give exactly one of email, phone and user_id."));

/// Whether a group takes in who asks (contract rownd: `admission_policy`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AdmissionPolicy {
    /// By invite alone; the default.
    InviteOnly,
    /// Anybody.
    Open,
}

/// The writable fields of a `Group`.
#[derive(Deserialize)]
pub struct GroupInput {
    /// The name; required in a new group.
    pub name: Option<Name>,
    /// Who may join.
    pub admission_policy: Option<AdmissionPolicy>,
    /// The caller's own data; `null` for none.
    #[serde(default, deserialize_with = "given")]
    pub meta: Option<Option<Metadata>>,
}

/// The writable fields of a new `GroupMember`. A `state` is ignored: who is added is active.
#[derive(Deserialize)]
pub struct NewMemberInput {
    /// Who.
    pub user_id: UserId,
    /// What the member may do.
    pub roles: Roles,
}

/// The writable fields of a `GroupMember` that is there: all but whose it is.
#[derive(Deserialize)]
pub struct MemberInput {
    /// What the member may do.
    pub roles: Roles,
}

/// What a member's id names: `member_<user id>`, or `invite_<invite id>` for somebody who is
/// invited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemberId {
    /// A member, by user id.
    Member(UserId),
    /// Who is invited, by the invite.
    Invited(InviteId),
}

impl MemberId {
    /// Reads a member's id.
    ///
    /// # Errors
    /// For text that can't be one.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if let Some(user) = text.strip_prefix("member_") {
            return UserId::parse(user).map(Self::Member);
        }
        let invite = text.strip_prefix("invite_").ok_or(Invalid::new(
            "invalid_member_id",
            "A member's id begins with member_ or invite_.",
        ))?;
        InviteId::parse(invite).map(Self::Invited)
    }
}

impl fmt::Display for MemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Member(user) => write!(f, "member_{user}"),
            Self::Invited(invite) => write!(f, "invite_{invite}"),
        }
    }
}

/// The most members on a page, and as many as come without `page_size`.
const LONGEST_PAGE: usize = 100;

/// The page of members that is asked for: `page_size` from 1 to 100, and `after`, the id of the
/// last member of the page before.
///
/// # Errors
/// `InvalidQuery`.
pub fn member_page(request: &Request) -> Result<(usize, Option<MemberId>), RequestError> {
    let size = match query_parameter(request, "page_size").as_slice() {
        [] => Some(LONGEST_PAGE),
        [text] => text.parse().ok().filter(|size| (1..=LONGEST_PAGE).contains(size)),
        _ => None,
    };
    let size = size.ok_or(RequestError::InvalidQuery("page_size", "Give 1 to 100."))?;
    let after = match query_parameter(request, "after").as_slice() {
        [] => None,
        [text] => Some(MemberId::parse(text).map_err(|_| {
            RequestError::InvalidQuery("after", "Give the id of the page's last member.")
        })?),
        _ => return Err(RequestError::InvalidQuery("after", "Give one id.")),
    };
    Ok((size, after))
}

/// Reads the request's JSON object; a content type, where one is declared, must be JSON's.
///
/// # Errors
/// Of the request: another content type, a body above `limit` bytes, no JSON, and fields that are
/// not right.
pub fn body<T: DeserializeOwned>(request: &Request, limit: usize) -> Result<T, Failure> {
    let bytes = raw_body(request, limit)?;
    json_or_undeclared(request)?;
    Ok(lenient_json(bytes)?)
}
