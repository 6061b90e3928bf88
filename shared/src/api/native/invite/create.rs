//! The body of a request to create an invite.

use serde::{Deserialize, Deserializer};

use super::RULE;
use super::csv_rows::Row;
use crate::domain::email::EmailAddress;
use crate::domain::group::{Domains, given};
use crate::domain::identity::{Account, PhoneNumber};
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::invite::IdentityPolicy;
use crate::domain::invitee::Lifetime;
use crate::domain::language::LanguageTag;
use crate::domain::member::MembershipPeriod;
use crate::domain::redirect::{RedirectTargets, RedirectUrl};
use crate::domain::role::Roles;
use crate::domain::text::{Message, Metadata, Name};
use crate::domain::{Invalid, from_object};
use crate::engine::{InviteeRequest, LinkRequest, NewInvite, OnDuplicate, PersonRequest};
use crate::http::RequestError;

const ONE_INVITEE: Invalid =
    Invalid::new("one_of", "Give exactly one of user_id, email, phone, account, person and link.");

const LINK_IS_BEARER: Invalid =
    Invalid::new("link_is_bearer", "A link is always 'bearer'; leave 'identity_policy' out.");

const MAX_USES: Invalid =
    Invalid::new("invalid_max_uses", "Give 1 to 1000000 uses; null means no limit.");

/// The body of `POST /v1/groups/{group}/invites`: exactly one invitee or link, and the terms.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewInviteBody {
    /// A user of the directory.
    user_id: Option<UserId>,
    /// The invitee's address.
    email: Option<EmailAddress>,
    /// The invitee's phone number.
    phone: Option<PhoneNumber>,
    /// The invitee's account on another platform.
    account: Option<Account>,
    /// A person who is new to the directory.
    #[serde(default, deserialize_with = "object_or_null")]
    person: Option<PersonBody>,
    /// A link to share.
    #[serde(default, deserialize_with = "object_or_null")]
    link: Option<LinkBody>,
    /// The granted roles; `["member"]` if absent.
    #[serde(default)]
    roles: Roles,
    /// A message to the invitee.
    message: Option<Message>,
    /// The caller's own data.
    #[serde(default)]
    metadata: Metadata,
    /// The invite's lifetime in seconds; the group's if absent, `null` for a link that never expires.
    #[serde(default, deserialize_with = "given")]
    #[cfg_attr(feature = "openapi", schema(minimum = 300, maximum = 31_536_000))]
    expires_in: Option<Option<i64>>,
    /// The address to which the invitee goes after accepting: a path, or a URL on an allowed
    /// origin.
    #[cfg_attr(feature = "openapi", schema(max_length = 2048, format = "uri-reference"))]
    redirect_url: Option<String>,
    /// Whether to send a mail if the invitee's address is known; `true` if absent.
    notify: Option<bool>,
    /// Whether the accepting account must prove the invited identity; `strict` if absent.
    identity_policy: Option<IdentityPolicy>,
    /// The language of the mail and the page; the default if absent.
    locale: Option<LanguageTag>,
    /// How many seconds the membership lasts, from the acceptance on, from 3,600 to 157,680,000; it
    /// does not end if absent.
    #[cfg_attr(feature = "openapi", schema(minimum = 3_600, maximum = 157_680_000))]
    membership_expires_in: Option<i64>,
    /// What to do if the invitee has a pending invite already; `error` if absent.
    on_duplicate: Option<OnDuplicate>,
    /// A pending invite of the group that ends with the creation of this one.
    replaces: Option<InviteId>,
}

/// A person who is new to the directory.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = NewPersonBody))]
struct PersonBody {
    /// The address.
    email: EmailAddress,
    /// The first name.
    first_name: Option<Name>,
    /// The last name.
    last_name: Option<Name>,
}

/// A link to share.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = NewLinkBody))]
struct LinkBody {
    /// The most people who may join, from 1 to 1,000,000; any number if absent.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1_000_000))]
    max_uses: Option<u32>,
    /// The mail domains of which a person must prove an address; no such limit if absent.
    #[serde(default)]
    allowed_domains: Domains,
}

impl NewInviteBody {
    /// Returns the requested invite to `group`. A redirect may lead to `targets`.
    ///
    /// # Errors
    /// `InvalidBody`
    /// - if the body names no invitee, or several;
    /// - for a redirect that is not allowed;
    /// - for a number of uses, or a period of membership, out of range;
    /// - for a link with the strict identity policy.
    pub fn new_invite(
        self,
        group: GroupId,
        targets: &RedirectTargets,
    ) -> Result<NewInvite, RequestError> {
        let Self { roles, message, metadata, notify, identity_policy, .. } = &self;
        let (roles, message, metadata) = (roles.clone(), message.clone(), metadata.clone());
        let (notify, identity_policy) = (notify.unwrap_or(true), *identity_policy);
        let (redirect_url, lifetime) = (self.redirect(targets)?, self.lifetime());
        let (locale, membership_expires_in) = (self.locale.clone(), self.membership_period()?);
        let (on_duplicate, replaces) = (self.on_duplicate.unwrap_or_default(), self.replaces);
        let invitee = self.invitee()?;
        let identity_policy = match (&invitee, identity_policy) {
            (InviteeRequest::Link(_), Some(IdentityPolicy::Strict)) => {
                return Err(RequestError::field("/identity_policy", LINK_IS_BEARER));
            }
            (_, asked) => asked.unwrap_or(IdentityPolicy::Strict),
        };
        Ok(NewInvite {
            roles,
            message,
            metadata,
            lifetime,
            redirect_url,
            notify,
            identity_policy,
            locale,
            membership_expires_in,
            on_duplicate,
            replaces,
            ..NewInvite::of(group, invitee, RULE)
        })
    }

    /// Returns the body that invites a person by address, with a name if the row has one.
    pub(super) fn of_row(row: Row) -> Self {
        let Row { email, first_name, last_name, roles, message, locale } = row;
        let is_named = first_name.is_some() || last_name.is_some();
        let (email, person) = if is_named {
            (None, Some(PersonBody { email, first_name, last_name }))
        } else {
            (Some(email), None)
        };
        Self { email, person, roles: roles.unwrap_or_default(), message, locale, ..Self::default() }
    }

    fn redirect(&self, targets: &RedirectTargets) -> Result<Option<RedirectUrl>, RequestError> {
        let asked = self.redirect_url.as_deref();
        let redirect = asked.map(|text| targets.parse(text)).transpose();
        redirect.map_err(|invalid| RequestError::field("/redirect_url", invalid))
    }

    fn membership_period(&self) -> Result<Option<MembershipPeriod>, RequestError> {
        let period = self.membership_expires_in.map(MembershipPeriod::parse).transpose();
        period.map_err(|invalid| RequestError::field("/membership_expires_in", invalid))
    }

    fn lifetime(&self) -> Option<Lifetime> {
        self.expires_in.map(|end| end.map_or(Lifetime::Endless, Lifetime::Seconds))
    }

    /// Returns the only invitee in the body.
    fn invitee(self) -> Result<InviteeRequest, RequestError> {
        let link = self.link.map(LinkBody::request).transpose()?;
        let given = [
            self.user_id.map(InviteeRequest::User),
            self.email.map(InviteeRequest::Email),
            self.phone.map(InviteeRequest::Phone),
            self.account.map(InviteeRequest::Account),
            self.person.map(PersonBody::request).map(InviteeRequest::Person),
            link.map(InviteeRequest::Link),
        ];
        let mut given = given.into_iter().flatten();
        match (given.next(), given.next()) {
            (Some(invitee), None) => Ok(invitee),
            _ => Err(RequestError::field("", ONE_INVITEE)),
        }
    }
}

impl PersonBody {
    fn request(self) -> PersonRequest {
        let Self { email, first_name, last_name } = self;
        PersonRequest { email, first_name, last_name }
    }
}

impl LinkBody {
    fn request(self) -> Result<LinkRequest, RequestError> {
        let Self { max_uses, allowed_domains: Domains(allowed_domains) } = self;
        if max_uses.is_some_and(|uses| !(1..=1_000_000).contains(&uses)) {
            return Err(RequestError::field("/link/max_uses", MAX_USES));
        }
        Ok(LinkRequest { max_uses, allowed_domains })
    }
}

/// Reads a nested body that is an object or `null`.
pub(super) fn object_or_null<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(Option::<Object<T>>::deserialize(deserializer)?.map(|Object(body)| body))
}

#[derive(Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
struct Object<T>(#[serde(deserialize_with = "from_object")] T);

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<NewInvite, RequestError> {
        let body: NewInviteBody = serde_json::from_str(json).unwrap();
        let sign_in = "https://app.example/sign-in".parse().unwrap();
        let targets = RedirectTargets::new(None, &sign_in, vec![]);
        body.new_invite(GroupId::parse("3773").unwrap(), &targets)
    }

    fn error(json: &str) -> (String, String) {
        match read(json).unwrap_err() {
            RequestError::InvalidBody(errors) if errors.len() == 1 => {
                (errors[0].pointer.clone(), errors[0].code.as_str().to_owned())
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_absent_field_has_its_default() {
        let new = read(r#"{"user_id":"29845"}"#).unwrap();
        assert!(matches!(&new.invitee, InviteeRequest::User(user) if user.as_str() == "29845"));
        assert_eq!(
            (new.roles, new.lifetime, new.notify, new.identity_policy, new.rule),
            (Roles::default(), None, true, IdentityPolicy::Strict, RULE)
        );
    }

    #[test]
    fn a_null_lifetime_never_ends_and_an_absent_one_has_the_default() {
        let lifetime = |field: &str| read(&format!(r#"{{"link":{{}}{field}}}"#)).unwrap().lifetime;
        assert_eq!(lifetime(""), None);
        assert_eq!(lifetime(r#","expires_in":null"#), Some(Lifetime::Endless));
        assert_eq!(lifetime(r#","expires_in":300"#), Some(Lifetime::Seconds(300)));
    }

    #[test]
    fn a_body_names_exactly_one_invitee() {
        let wrong = ("".to_owned(), "one_of".to_owned());
        assert_eq!(error("{}"), wrong);
        assert_eq!(error(r#"{"user_id":"1","link":{}}"#), wrong);
        assert_eq!(error(r#"{"person":null}"#), wrong);
        assert!(read(r#"{"email":"ada@example.com","person":null,"user_id":null}"#).is_ok());
    }

    #[test]
    fn a_link_must_have_valid_uses_and_the_bearer_policy() {
        for uses in ["0", "1000001", "4294967295"] {
            let error = error(&format!(r#"{{"link":{{"max_uses":{uses}}}}}"#));
            assert_eq!(error, ("/link/max_uses".to_owned(), "invalid_max_uses".to_owned()));
        }
        for uses in ["1", "1000000", "null"] {
            assert!(read(&format!(r#"{{"link":{{"max_uses":{uses}}}}}"#)).is_ok(), "{uses}");
        }
        assert!(read(r#"{"link":{},"identity_policy":"bearer"}"#).is_ok());
        assert_eq!(
            error(r#"{"link":{},"identity_policy":"strict"}"#),
            ("/identity_policy".to_owned(), "link_is_bearer".to_owned())
        );
    }

    #[test]
    fn a_redirect_leads_to_a_path_or_an_allowed_origin() {
        assert!(read(r#"{"link":{},"redirect_url":"/welcome"}"#).is_ok());
        assert_eq!(
            error(r#"{"link":{},"redirect_url":"https://evil.example"}"#),
            ("/redirect_url".to_owned(), "redirect_not_allowed".to_owned())
        );
    }
}
