//! The invitee of an invite: one of six kinds.

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::email::EmailAddress;
use super::identity::{Account, Identity, PhoneNumber};
use super::ids::UserId;
use super::text::Name;

/// The person or people that an invite is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Invitee {
    /// A user whose id is known.
    User(UserId),
    /// The person who proves this e-mail address.
    Email(EmailAddress),
    /// The person who proves this phone number.
    Phone(PhoneNumber),
    /// The person who proves this platform account.
    Account(Account),
    /// A new person, represented by a pending user until the invite is accepted.
    Person(Person),
    /// Everyone who holds the link.
    Link(Link),
}

/// A new person: an address and the names that the inviter knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The address that receives the invite, and that the person must prove.
    pub email: EmailAddress,
    /// First name.
    pub first_name: Option<Name>,
    /// Last name.
    pub last_name: Option<Name>,
    /// The pending user that represents the person. `None` if the address already belonged to a
    /// user.
    pub pending_user: Option<UserId>,
}

/// A shareable link and its limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Distinguishes this link from the group's other links: 32 random hexadecimal digits. It is
    /// not a secret.
    pub key: String,
    /// The most people who may join, or `None` for no limit.
    pub max_uses: Option<u32>,
    /// The number of people who have joined. It stays 0 if `max_uses` is `None`.
    pub uses: u32,
    /// The mail domains that may join. A person must prove an address of one of them. An empty list
    /// admits everyone.
    pub allowed_domains: Vec<String>,
    /// Whether nobody can join by the link for now.
    pub paused: bool,
}

impl Link {
    /// Returns whether no use is left.
    pub fn is_used_up(&self) -> bool {
        self.max_uses.is_some_and(|max| self.uses >= max)
    }
}

impl Invitee {
    /// Returns the key that is the same for every spelling of the same invitee. The invite's id is
    /// a hash of this key and the group's id.
    pub fn key(&self) -> String {
        match self {
            Self::User(user) => user_key(user),
            Self::Link(link) => format!("l:{}", link.key),
            Self::Email(_) | Self::Phone(_) | Self::Account(_) | Self::Person(_) => {
                self.identity().map(|identity| identity.key()).unwrap_or_default()
            }
        }
    }

    /// Returns the identity that the person must prove. `None` for a user id and for a link.
    pub fn identity(&self) -> Option<Identity> {
        match self {
            Self::Email(address) => Some(Identity::Email(address.clone())),
            Self::Person(person) => Some(Identity::Email(person.email.clone())),
            Self::Phone(number) => Some(Identity::Phone(number.clone())),
            Self::Account(account) => Some(Identity::Account(account.clone())),
            Self::User(_) | Self::Link(_) => None,
        }
    }

    /// Returns the address that receives mail about the invite.
    pub fn address(&self) -> Option<&EmailAddress> {
        match self {
            Self::Email(address) => Some(address),
            Self::Person(person) => Some(&person.email),
            Self::User(_) | Self::Phone(_) | Self::Account(_) | Self::Link(_) => None,
        }
    }

    /// Returns what a stranger who holds the link may see of the invitee.
    pub fn masked(&self) -> Option<String> {
        match self {
            Self::Email(address) => Some(address.masked()),
            Self::Person(person) => Some(person.email.masked()),
            Self::Phone(number) => Some(number.masked()),
            Self::User(_) | Self::Account(_) | Self::Link(_) => None,
        }
    }

    /// Returns the user who is invited by id.
    pub fn user(&self) -> Option<&UserId> {
        match self {
            Self::User(user) => Some(user),
            _ => None,
        }
    }

    /// Returns the link if the invitee is one.
    pub fn link(&self) -> Option<&Link> {
        match self {
            Self::Link(link) => Some(link),
            _ => None,
        }
    }

    /// Returns the kind of the invitee.
    pub fn kind(&self) -> InviteeKind {
        match self {
            Self::User(_) => InviteeKind::User,
            Self::Email(_) => InviteeKind::Email,
            Self::Phone(_) => InviteeKind::Phone,
            Self::Account(_) => InviteeKind::Account,
            Self::Person(_) => InviteeKind::Person,
            Self::Link(_) => InviteeKind::Link,
        }
    }
}

/// The kinds of invitees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum InviteeKind {
    /// A user whose id is known.
    User,
    /// The person who proves an address.
    Email,
    /// The person who proves a number.
    Phone,
    /// The person who proves a platform account.
    Account,
    /// A new person.
    Person,
    /// Everyone who holds a link.
    Link,
}

/// Returns the invitee key of a user id.
pub fn user_key(user: &UserId) -> String {
    format!("u:{user}")
}

/// The time for which an invite can be accepted. Only links may be endless.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// This many seconds from now.
    Seconds(i64),
    /// The invite never expires.
    Endless,
}

impl Lifetime {
    /// The default: seven days.
    pub const DEFAULT: Self = Self::Seconds(7 * 86_400);
    /// The shortest lifetime that a request may ask for, in seconds.
    pub const SHORTEST: i64 = 300;
    /// The longest lifetime that a request may ask for, in seconds: 365 days.
    pub const LONGEST: i64 = 31_536_000;

    /// Returns when a lifetime that starts `now` ends. `None` if it never ends.
    pub fn end(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Seconds(seconds) => Some(now.plus(seconds)),
            Self::Endless => None,
        }
    }
}
