//! What a caller asks for when they invite somebody.

use crate::auth::Caller;
use crate::domain::Invalid;
use crate::domain::clock::Timestamp;
use crate::domain::counters::RequestId;
use crate::domain::email::EmailAddress;
use crate::domain::identity::{Account, PhoneNumber};
use crate::domain::ids::{GroupId, UserId};
use crate::domain::invite::IdentityPolicy;
use crate::domain::invitee::{Invitee, Lifetime, Link, Person};
use crate::domain::redirect::RedirectUrl;
use crate::domain::role::Roles;
use crate::domain::rule::InviteRule;
use crate::domain::text::{ApiData, Message, Metadata, Name};
use crate::engine::acting::Acting;
use crate::engine::refusal::Refusal;

/// The invitee that a caller asks for.
#[derive(Clone, Debug)]
pub enum InviteeRequest {
    /// A user by id.
    User(UserId),
    /// The person who has this address.
    Email(EmailAddress),
    /// The person who has this number.
    Phone(PhoneNumber),
    /// The person who has this account.
    Account(Account),
    /// Somebody new.
    Person(PersonRequest),
    /// Everybody who gets the link.
    Link(LinkRequest),
}

/// Somebody new: an address and what the inviter knows of the name.
#[derive(Clone, Debug)]
pub struct PersonRequest {
    /// The address.
    pub email: EmailAddress,
    /// First name.
    pub first_name: Option<Name>,
    /// Last name.
    pub last_name: Option<Name>,
}

/// A link to be made.
#[derive(Clone, Debug)]
pub struct LinkRequest {
    /// How many may join. `None` for any number.
    pub max_uses: Option<u32>,
    /// Mail domains of which a person must prove an address. Empty for anybody.
    pub allowed_domains: Vec<String>,
}

/// An invite to be made.
#[derive(Clone, Debug)]
pub struct NewInvite {
    /// The group.
    pub group: GroupId,
    /// Whom to invite.
    pub invitee: InviteeRequest,
    /// What to grant.
    pub roles: Roles,
    /// A personal message.
    pub message: Option<Message>,
    /// The caller's own data.
    pub metadata: Metadata,
    /// How long it can be accepted.
    pub lifetime: Lifetime,
    /// Where to go after accepting.
    pub redirect_url: Option<RedirectUrl>,
    /// Whether to send a mail, where there is an address.
    pub notify: bool,
    /// Whether the invitee must prove who they are.
    pub identity_policy: IdentityPolicy,
    /// The rule by which the caller may invite.
    pub rule: InviteRule,
    /// What the API keeps on the invite for its own answers.
    pub api_data: ApiData,
}

impl NewInvite {
    /// Returns an ordinary invite: the role `member`, the default lifetime, a mail where there is
    /// an address, and an invitee who must prove who they are.
    pub fn of(group: GroupId, invitee: InviteeRequest, rule: InviteRule) -> Self {
        Self {
            group,
            invitee,
            roles: Roles::default(),
            message: None,
            metadata: Metadata::default(),
            lifetime: Lifetime::DEFAULT,
            redirect_url: None,
            notify: true,
            identity_policy: IdentityPolicy::Strict,
            rule,
            api_data: ApiData::default(),
        }
    }

    /// Returns the address that is invited by itself, which the group's domains must allow.
    pub(super) fn email(&self) -> Option<&EmailAddress> {
        match &self.invitee {
            InviteeRequest::Email(email) | InviteeRequest::Person(PersonRequest { email, .. }) => {
                Some(email)
            }
            InviteeRequest::User(_)
            | InviteeRequest::Phone(_)
            | InviteeRequest::Account(_)
            | InviteeRequest::Link(_) => None,
        }
    }
}

impl InviteeRequest {
    /// Returns the invitee that is asked for. `request` names a link.
    pub(in crate::engine) fn invitee(&self, request: &RequestId) -> Invitee {
        match self.clone() {
            Self::User(user) => Invitee::User(user),
            Self::Email(address) => Invitee::Email(address),
            Self::Phone(number) => Invitee::Phone(number),
            Self::Account(account) => Invitee::Account(account),
            Self::Person(PersonRequest { email, first_name, last_name }) => {
                Invitee::Person(Person { email, first_name, last_name, pending_user: None })
            }
            Self::Link(LinkRequest { max_uses, allowed_domains }) => {
                let key = request.as_str().to_owned();
                Invitee::Link(Link { key, max_uses, uses: 0, allowed_domains })
            }
        }
    }
}

/// One request to invite one person into one group.
#[derive(Clone, Debug)]
pub(super) struct Ask<'a> {
    pub(super) acting: Acting<'a>,
    pub(super) new: NewInvite,
    pub(super) invitee: Invitee,
    pub(super) request: RequestId,
    /// Whether somebody new gets a pending user. False where the address could not be given to it.
    pub(super) makes_user: bool,
}

impl<'a> Ask<'a> {
    /// Returns the request of `acting` for `new`.
    ///
    /// # Errors
    /// `Invalid` where the invitee can't have such a lifetime.
    pub(super) fn of(
        acting: Acting<'a>,
        new: NewInvite,
        request: RequestId,
    ) -> Result<Self, Refusal> {
        check_lifetime(&new)?;
        let invitee = new.invitee.invitee(&request);
        Ok(Self { acting, new, invitee, request, makes_user: true })
    }

    pub(super) fn caller(&self) -> &'a Caller {
        self.acting.caller
    }

    pub(super) fn now(&self) -> Timestamp {
        self.acting.now
    }
}

fn check_lifetime(new: &NewInvite) -> Result<(), Refusal> {
    let fits = match new.lifetime {
        Lifetime::Seconds(seconds) => (Lifetime::SHORTEST..=Lifetime::LONGEST).contains(&seconds),
        Lifetime::Endless => matches!(new.invitee, InviteeRequest::Link(_)),
    };
    let rule = Invalid::new(
        "invalid_lifetime",
        "Give 300 to 31536000 seconds; null (never) is allowed for links only.",
    );
    if fits { Ok(()) } else { Err(Refusal::Invalid("/expires_in", rule)) }
}
