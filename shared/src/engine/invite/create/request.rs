//! Requests to invite a person.

use serde::{Deserialize, Serialize};

use super::inviter::InviterRecord;
use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::counters::RequestId;
use crate::domain::email::EmailAddress;
use crate::domain::identity::{Account, PhoneNumber};
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::invite::{IdentityPolicy, Invite};
use crate::domain::invitee::{Invitee, Lifetime, Link, Person};
use crate::domain::language::LanguageTag;
use crate::domain::member::MembershipPeriod;
use crate::domain::redirect::RedirectUrl;
use crate::domain::role::Roles;
use crate::domain::rule::InviteRule;
use crate::domain::text::{ApiData, Message, Metadata, Name};
use crate::domain::{Invalid, deserialize_trimmed};
use crate::engine::acting::Acting;
use crate::engine::refusal::Refusal;
use crate::store::KeptRequest;

/// The requested invitee.
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
    /// A new person.
    Person(PersonRequest),
    /// Every holder of the link.
    Link(LinkRequest),
}

/// A new person: an address, and the name as far as the inviter knows it.
#[derive(Clone, Debug)]
pub struct PersonRequest {
    /// The address.
    pub email: EmailAddress,
    /// The first name.
    pub first_name: Option<Name>,
    /// The last name.
    pub last_name: Option<Name>,
}

/// A link to create.
#[derive(Clone, Debug)]
pub struct LinkRequest {
    /// The maximum number of people who may join. `None` for any number.
    pub max_uses: Option<u32>,
    /// The mail domains of which a person must prove an address. Empty for any domain.
    pub allowed_domains: Vec<String>,
}

/// An invite to create.
#[derive(Clone, Debug)]
pub struct NewInvite {
    /// The group.
    pub group: GroupId,
    /// The invitee.
    pub invitee: InviteeRequest,
    /// The roles to grant.
    pub roles: Roles,
    /// A personal message.
    pub message: Option<Message>,
    /// The caller's own data.
    pub metadata: Metadata,
    /// The time until the invite expires. `None` for the group's default.
    pub lifetime: Option<Lifetime>,
    /// The URL to open after accepting.
    pub redirect_url: Option<RedirectUrl>,
    /// Whether to send a mail, if there is an address.
    pub notify: bool,
    /// Whether the invitee must prove their identity.
    pub identity_policy: IdentityPolicy,
    /// The rule by which the caller may invite.
    pub rule: InviteRule,
    /// The data that the API keeps for its own responses.
    pub api_data: ApiData,
    /// The language of the mail and the page.
    pub locale: Option<LanguageTag>,
    /// How long the membership lasts, from the acceptance on.
    pub membership_expires_in: Option<MembershipPeriod>,
    /// What to do if the invitee has a pending invite already.
    pub on_duplicate: OnDuplicate,
    /// A pending invite of the group that ends with the creation of this one.
    pub replaces: Option<InviteId>,
}

/// What a request does if the invitee has a pending invite already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", remote = "Self")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum OnDuplicate {
    /// Refuses the request.
    #[default]
    Error,
    /// Returns the pending invite, without its token.
    Return,
    /// Sends the pending invite again.
    Resend,
    /// Replaces the pending invite with a new generation.
    Replace,
}

deserialize_trimmed!(OnDuplicate);

impl NewInvite {
    /// Returns an ordinary invite: the role `member`, the default lifetime, a mail if there is an
    /// address, and the strict identity policy.
    pub fn of(group: GroupId, invitee: InviteeRequest, rule: InviteRule) -> Self {
        Self {
            group,
            invitee,
            roles: Roles::default(),
            message: None,
            metadata: Metadata::default(),
            lifetime: None,
            redirect_url: None,
            notify: true,
            identity_policy: IdentityPolicy::Strict,
            rule,
            api_data: ApiData::default(),
            locale: None,
            membership_expires_in: None,
            on_duplicate: OnDuplicate::Error,
            replaces: None,
        }
    }

    /// Returns the invited address, which the group's policy must allow.
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

/// A person to invite, and the groups.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    /// The person.
    pub person: PersonRequest,
    /// The groups, each once. Empty for the application.
    pub groups: Vec<GroupId>,
    /// The roles to grant in each group.
    pub roles: Roles,
    /// Whether to send a reminder if nothing is new to the person.
    pub remind: bool,
}

impl InviteeRequest {
    /// Returns the request that makes such an invitee.
    pub(super) fn of(invitee: &Invitee) -> Self {
        match invitee.clone() {
            Invitee::User(user) => Self::User(user),
            Invitee::Email(address) => Self::Email(address),
            Invitee::Phone(number) => Self::Phone(number),
            Invitee::Account(account) => Self::Account(account),
            Invitee::Person(Person { email, first_name, last_name, .. }) => {
                Self::Person(PersonRequest { email, first_name, last_name })
            }
            Invitee::Link(Link { max_uses, allowed_domains, .. }) => {
                Self::Link(LinkRequest { max_uses, allowed_domains })
            }
        }
    }

    /// Returns the requested invitee. `request` becomes the key of a link.
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
                Invitee::Link(Link { key, max_uses, uses: 0, allowed_domains, paused: false })
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
    /// Whether a new person gets a pending user. `false` after another user took the address.
    pub(super) makes_user: bool,
    /// The inviter's record in the directory.
    pub(super) inviter: InviterRecord,
    /// The request with its idempotency key, which it has claimed.
    pub(super) kept: Option<KeptRequest>,
}

impl<'a> Ask<'a> {
    /// Returns the request of `acting` for `new`.
    ///
    /// # Errors
    /// `Invalid` if the invitee cannot have such a lifetime.
    pub(super) fn of(
        acting: Acting<'a>,
        new: NewInvite,
        request: RequestId,
    ) -> Result<Self, Refusal> {
        let is_link = matches!(new.invitee, InviteeRequest::Link(_));
        new.lifetime.map_or(Ok(()), |lifetime| check_lifetime(lifetime, is_link))?;
        let invitee = new.invitee.invitee(&request);
        let inviter = InviterRecord::Unread;
        Ok(Self { acting, new, invitee, request, makes_user: true, inviter, kept: None })
    }

    /// Returns the request with the key that it has claimed, and the id by which it recognizes what
    /// earlier attempts made.
    #[must_use]
    pub(super) fn claimed(self, kept: KeptRequest, request: RequestId) -> Self {
        let invitee = self.new.invitee.invitee(&request);
        Self { invitee, request, kept: Some(kept), ..self }
    }

    /// Returns the request of `acting` to invite the invitee of this invite again, with its roles.
    pub(super) fn again(acting: Acting<'a>, invite: &Invite, rule: InviteRule) -> Self {
        let invitee = InviteeRequest::of(&invite.invitee);
        let new = NewInvite {
            roles: invite.terms.roles.clone(),
            ..NewInvite::of(invite.group.clone(), invitee, rule)
        };
        Self {
            acting,
            new,
            invitee: invite.invitee.clone(),
            request: RequestId::default(),
            makes_user: false,
            inviter: InviterRecord::Unread,
            kept: None,
        }
    }

    pub(super) fn caller(&self) -> &'a Caller {
        self.acting.caller
    }

    pub(super) fn now(&self) -> Timestamp {
        self.acting.now
    }
}

/// Checks that an invite can have this lifetime.
///
/// # Errors
/// `Invalid`.
pub(in crate::engine::invite) fn check_lifetime(
    lifetime: Lifetime,
    is_link: bool,
) -> Result<(), Refusal> {
    let fits = match lifetime {
        Lifetime::Seconds(seconds) => (Lifetime::SHORTEST..=Lifetime::LONGEST).contains(&seconds),
        Lifetime::Endless => is_link,
    };
    let rule = Invalid::new(
        "invalid_lifetime",
        "Give 300 to 31536000 seconds; null (never) is allowed for links only.",
    );
    if fits { Ok(()) } else { Err(Refusal::Invalid("/expires_in", rule)) }
}
