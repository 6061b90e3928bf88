//! `POST /v1/groups/{group}/invites`: makes one invite (docs/contracts/native.md#making-an-invite).

use std::convert::Infallible;

use lambda_http::http::{HeaderValue, StatusCode, header};
use lambda_http::{Body, Request, Response};
use serde::{Deserialize, Deserializer};
use shared::Service;
use shared::api::native::{self, CreatedBody, Problem, with_etag};
use shared::domain::Invalid;
use shared::domain::email::EmailAddress;
use shared::domain::from_object;
use shared::domain::group::Domains;
use shared::domain::identity::{Account, PhoneNumber};
use shared::domain::ids::{GroupId, UserId};
use shared::domain::invite::IdentityPolicy;
use shared::domain::invitee::Lifetime;
use shared::domain::redirect::RedirectUrl;
use shared::domain::role::Roles;
use shared::domain::rule::InviteRule;
use shared::domain::text::{ApiData, Message, Metadata, Name};
use shared::engine::{InviteeRequest, LinkRequest, NewInvite, PersonRequest, Refusal};
use shared::http::{json, json_body, known_query, path_parameter};

/// The body: exactly one invitee, and what the invite shall be.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewInviteBody {
    user_id: Option<UserId>,
    email: Option<EmailAddress>,
    phone: Option<PhoneNumber>,
    account: Option<Account>,
    #[serde(default, deserialize_with = "object_or_null")]
    person: Option<PersonBody>,
    #[serde(default, deserialize_with = "object_or_null")]
    link: Option<LinkBody>,
    #[serde(default)]
    roles: Roles,
    message: Option<Message>,
    #[serde(default)]
    metadata: Metadata,
    #[serde(default, deserialize_with = "lifetime")]
    expires_in: Option<Lifetime>,
    redirect_url: Option<String>,
    notify: Option<bool>,
    identity_policy: Option<IdentityPolicy>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonBody {
    email: EmailAddress,
    first_name: Option<Name>,
    last_name: Option<Name>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LinkBody {
    max_uses: Option<u32>,
    #[serde(default)]
    allowed_domains: Domains,
}

/// Answers the request.
///
/// # Errors
/// None: every failure is an answer.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    native::respond(&request, create(service, &request)).await
}

async fn create(service: &Service, request: &Request) -> Result<Response<Body>, Problem> {
    let caller = service.caller(request).await?;
    let group = path_parameter(request, "group", GroupId::parse)?;
    known_query(request, &[])?;
    let body: NewInviteBody = json_body(request, service.body_limit)?;
    let new = new_invite(group, body, &service.redirect_origins)?;
    let now = service.clock.now();
    let created = service.engine.create_invite(&caller, &new, shared::http::entropy(), now).await?;
    let body = CreatedBody::new(&created, &service.public_url, now);
    let mut response = with_etag(json(StatusCode::CREATED, &body), created.invite.version);
    let location = format!("/v1/groups/{}/invites/{}", created.invite.group, created.invite.id);
    response
        .headers_mut()
        .extend(HeaderValue::from_str(&location).ok().map(|value| (header::LOCATION, value)));
    Ok(response)
}

fn new_invite(
    group: GroupId,
    body: NewInviteBody,
    origins: &[String],
) -> Result<NewInvite, Refusal> {
    let redirect =
        body.redirect_url.as_deref().map(|text| RedirectUrl::parse(text, origins)).transpose();
    let redirect_url = redirect.map_err(|invalid| Refusal::Invalid("/redirect_url", invalid))?;
    let lifetime = body.expires_in.unwrap_or(Lifetime::DEFAULT);
    let identity_policy = body.identity_policy;
    let (roles, message, metadata, notify) = (
        body.roles.clone(),
        body.message.clone(),
        body.metadata.clone(),
        body.notify.unwrap_or(true),
    );
    let invitee = invitee(body)?;
    if matches!(invitee, InviteeRequest::Link(_)) && identity_policy == Some(IdentityPolicy::Strict)
    {
        return Err(Refusal::Invalid(
            "/identity_policy",
            Invalid::new(
                "link_is_bearer",
                "A link is for whoever holds it; leave identity_policy out.",
            ),
        ));
    }
    let identity_policy = identity_policy.unwrap_or(IdentityPolicy::Strict);
    Ok(NewInvite {
        group,
        invitee,
        roles,
        message,
        metadata,
        lifetime,
        redirect_url,
        notify,
        identity_policy,
        rule: InviteRule::Policy,
        api_data: ApiData::default(),
    })
}

/// The one invitee that the body names.
fn invitee(body: NewInviteBody) -> Result<InviteeRequest, Refusal> {
    let NewInviteBody { user_id, email, phone, account, person, link, .. } = body;
    let person = person.map(|PersonBody { email, first_name, last_name }| PersonRequest {
        email,
        first_name,
        last_name,
    });
    let link = link.map(link_request).transpose()?;
    let given = [
        user_id.map(InviteeRequest::User),
        email.map(InviteeRequest::Email),
        phone.map(InviteeRequest::Phone),
        account.map(InviteeRequest::Account),
        person.map(InviteeRequest::Person),
        link.map(InviteeRequest::Link),
    ];
    let mut given = given.into_iter().flatten();
    match (given.next(), given.next()) {
        (Some(invitee), None) => Ok(invitee),
        _ => Err(Refusal::Invalid(
            "",
            Invalid::new(
                "one_of",
                "Give exactly one of user_id, email, phone, account, person and link.",
            ),
        )),
    }
}

fn link_request(link: LinkBody) -> Result<LinkRequest, Refusal> {
    if link.max_uses.is_some_and(|uses| uses == 0 || uses > 1_000_000) {
        return Err(Refusal::Invalid(
            "/link/max_uses",
            Invalid::new("invalid_max_uses", "Give 1 to 1000000 uses; null is for any number."),
        ));
    }
    let Domains(allowed_domains) = link.allowed_domains;
    Ok(LinkRequest { max_uses: link.max_uses, allowed_domains })
}

/// Tells `null`, which is for ever, from a field that is not there.
fn lifetime<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Lifetime>, D::Error> {
    Ok(Some(Option::<i64>::deserialize(deserializer)?.map_or(Lifetime::Endless, Lifetime::Seconds)))
}

/// Reads a nested body, which is an object or `null`.
fn object_or_null<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(Option::<Object<T>>::deserialize(deserializer)?.map(|Object(body)| body))
}

#[derive(Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
struct Object<T>(#[serde(deserialize_with = "from_object")] T);
