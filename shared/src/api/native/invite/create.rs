//! Creating an invite: the request body, and the only response with a token.

use lambda_http::http::{HeaderValue, StatusCode, header};
use lambda_http::{Body, Response};
use serde::{Deserialize, Deserializer, Serialize};

use super::super::with_etag;
use super::RULE;
use super::body::InviteBody;
use crate::domain::clock::Timestamp;
use crate::domain::email::EmailAddress;
use crate::domain::group::{Domains, given};
use crate::domain::identity::{Account, PhoneNumber};
use crate::domain::ids::{GroupId, UserId};
use crate::domain::invite::IdentityPolicy;
use crate::domain::invitee::Lifetime;
use crate::domain::redirect::RedirectUrl;
use crate::domain::role::Roles;
use crate::domain::text::{Message, Metadata, Name};
use crate::domain::{Invalid, from_object};
use crate::engine::{Created, InviteeRequest, LinkRequest, NewInvite, PersonRequest};
use crate::http::{RequestError, json};

const ONE_INVITEE: Invalid =
    Invalid::new("one_of", "Give exactly one of user_id, email, phone, account, person and link.");

const LINK_IS_BEARER: Invalid =
    Invalid::new("link_is_bearer", "A link is always 'bearer'; leave 'identity_policy' out.");

const MAX_USES: Invalid =
    Invalid::new("invalid_max_uses", "Give 1 to 1000000 uses; null means no limit.");

/// The body of `POST /v1/groups/{group}/invites`: exactly one invitee or link, and the terms.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
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
    /// The invite's lifetime in seconds; 7 days if absent, `null` for a link that never expires.
    #[serde(default, deserialize_with = "given")]
    expires_in: Option<Option<i64>>,
    /// The address to which the invitee goes after accepting: a path, or a URL on an allowed
    /// origin.
    redirect_url: Option<String>,
    /// Whether to send a mail if the invitee's address is known; `true` if absent.
    notify: Option<bool>,
    /// Whether the accepting account must prove the invited identity; `strict` if absent.
    identity_policy: Option<IdentityPolicy>,
}

/// A person who is new to the directory.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
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
struct LinkBody {
    /// The most people who may join, from 1 to 1,000,000; any number if absent.
    max_uses: Option<u32>,
    /// The mail domains of which a person must prove an address; no such limit if absent.
    #[serde(default)]
    allowed_domains: Domains,
}

impl NewInviteBody {
    /// Returns the requested invite to `group`. A redirect may lead to one of `origins`.
    ///
    /// # Errors
    /// `InvalidBody`
    /// - if the body names no invitee, or several;
    /// - for a redirect that is not allowed;
    /// - for a number of uses out of range;
    /// - for a link with the strict identity policy.
    pub fn new_invite(self, group: GroupId, origins: &[String]) -> Result<NewInvite, RequestError> {
        let Self { roles, message, metadata, notify, identity_policy, .. } = &self;
        let (roles, message, metadata) = (roles.clone(), message.clone(), metadata.clone());
        let (notify, identity_policy) = (notify.unwrap_or(true), *identity_policy);
        let (redirect_url, lifetime) = (self.redirect(origins)?, self.lifetime());
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
            ..NewInvite::of(group, invitee, RULE)
        })
    }

    fn redirect(&self, origins: &[String]) -> Result<Option<RedirectUrl>, RequestError> {
        let asked = self.redirect_url.as_deref();
        let redirect = asked.map(|text| RedirectUrl::parse(text, origins)).transpose();
        redirect.map_err(|invalid| RequestError::field("/redirect_url", invalid))
    }

    fn lifetime(&self) -> Lifetime {
        match self.expires_in {
            None => Lifetime::DEFAULT,
            Some(None) => Lifetime::Endless,
            Some(Some(seconds)) => Lifetime::Seconds(seconds),
        }
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
fn object_or_null<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(Option::<Object<T>>::deserialize(deserializer)?.map(|Object(body)| body))
}

#[derive(Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
struct Object<T>(#[serde(deserialize_with = "from_object")] T);

/// The response to the inviter.
#[derive(Serialize)]
struct CreatedBody<'a> {
    /// The invite.
    #[serde(flatten)]
    invite: InviteBody<'a>,
    /// The link's token, a secret.
    token: &'a str,
    /// The link.
    url: String,
}

/// Returns the response to the inviter: the invite at `now`, its token, and its link under
/// `public_url`.
pub fn created(created: &Created, public_url: &str, now: Timestamp) -> Response<Body> {
    let Created { invite, token } = created;
    let token = token.expose();
    let body = CreatedBody {
        invite: InviteBody::new(invite, now),
        token,
        url: format!("{public_url}/i/{token}"),
    };
    let mut response = with_etag(json(StatusCode::CREATED, &body), invite.version);
    let location = format!("/v1/groups/{}/invites/{}", invite.group, invite.id);
    let location = HeaderValue::from_str(&location).ok();
    response.headers_mut().extend(location.map(|value| (header::LOCATION, value)));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<NewInvite, RequestError> {
        let body: NewInviteBody = serde_json::from_str(json).unwrap();
        body.new_invite(GroupId::parse("3773").unwrap(), &[])
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
            (Roles::default(), Lifetime::DEFAULT, true, IdentityPolicy::Strict, RULE)
        );
    }

    #[test]
    fn a_null_lifetime_never_ends_and_an_absent_one_has_the_default() {
        let lifetime = |field: &str| read(&format!(r#"{{"link":{{}}{field}}}"#)).unwrap().lifetime;
        assert_eq!(lifetime(""), Lifetime::DEFAULT);
        assert_eq!(lifetime(r#","expires_in":null"#), Lifetime::Endless);
        assert_eq!(lifetime(r#","expires_in":300"#), Lifetime::Seconds(300));
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
