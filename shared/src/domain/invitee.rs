//! Who is invited: one of six kinds.

use super::clock::Timestamp;
use super::email::EmailAddress;
use super::identity::{Account, Identity, PhoneNumber};
use super::ids::UserId;
use super::text::Name;

/// Whom an invite is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Invitee {
    /// A user whose id is known.
    User(UserId),
    /// Whoever proves this e-mail address.
    Email(EmailAddress),
    /// Whoever proves this phone number.
    Phone(PhoneNumber),
    /// Whoever proves this platform account.
    Account(Account),
    /// Somebody new, who is a pending user until the invite is accepted.
    Person(Person),
    /// Whoever holds the link.
    Link(Link),
}

/// Somebody new: an address and the names that the inviter knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Where the invite goes, and what the person must prove.
    pub email: EmailAddress,
    /// First name.
    pub first_name: Option<Name>,
    /// Last name.
    pub last_name: Option<Name>,
    /// The pending user that stands for the person, where the address belonged to nobody.
    pub pending_user: Option<UserId>,
}

/// A shareable link and its limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What tells this link from the group's others: 32 hexadecimal digits of randomness. Not a
    /// secret.
    pub key: String,
    /// How many people may join; none for any number.
    pub max_uses: Option<u32>,
    /// How many have joined, where that is limited; an uncounted link stays at 0.
    pub uses: u32,
    /// Mail domains of which a person must prove an address; none for anybody.
    pub allowed_domains: Vec<String>,
}

impl Link {
    /// Whether every use is taken.
    pub fn is_used_up(&self) -> bool {
        self.max_uses.is_some_and(|max| self.uses >= max)
    }
}

impl Invitee {
    /// The key that is the same for the same invitee, whatever the spelling: with the group it
    /// makes the invite's id.
    pub fn key(&self) -> String {
        match self {
            Self::User(user) => user_key(user),
            Self::Link(link) => format!("l:{}", link.key),
            Self::Email(_) | Self::Phone(_) | Self::Account(_) | Self::Person(_) => {
                self.identity().map(|identity| identity.key()).unwrap_or_default()
            }
        }
    }

    /// What the person must prove, where it is something other than a user id.
    pub fn identity(&self) -> Option<Identity> {
        match self {
            Self::Email(address) => Some(Identity::Email(address.clone())),
            Self::Person(person) => Some(Identity::Email(person.email.clone())),
            Self::Phone(number) => Some(Identity::Phone(number.clone())),
            Self::Account(account) => Some(Identity::Account(account.clone())),
            Self::User(_) | Self::Link(_) => None,
        }
    }

    /// The address that mail about the invite goes to.
    pub fn address(&self) -> Option<&EmailAddress> {
        match self {
            Self::Email(address) => Some(address),
            Self::Person(person) => Some(&person.email),
            Self::User(_) | Self::Phone(_) | Self::Account(_) | Self::Link(_) => None,
        }
    }

    /// What a stranger who holds the link may see of the invitee.
    pub fn masked(&self) -> Option<String> {
        match self {
            Self::Email(address) => Some(address.masked()),
            Self::Person(person) => Some(person.email.masked()),
            Self::Phone(number) => Some(number.masked()),
            Self::User(_) | Self::Account(_) | Self::Link(_) => None,
        }
    }

    /// The link, if it is one.
    pub fn link(&self) -> Option<&Link> {
        match self {
            Self::Link(link) => Some(link),
            _ => None,
        }
    }

    /// The word for the kind, as `invitee.kind` has it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Email(_) => "email",
            Self::Phone(_) => "phone",
            Self::Account(_) => "account",
            Self::Person(_) => "person",
            Self::Link(_) => "link",
        }
    }
}

/// The invitee key of a user id.
pub fn user_key(user: &UserId) -> String {
    format!("u:{user}")
}

/// How long an invite lives: until an instant, or, for links only, for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// So many seconds from now.
    Seconds(i64),
    /// Without end.
    Endless,
}

impl Lifetime {
    /// Seven days.
    pub const DEFAULT: Self = Self::Seconds(7 * 86_400);
    /// The shortest that may be asked for, in seconds.
    pub const SHORTEST: i64 = 300;
    /// The longest that may be asked for, in seconds: 365 days.
    pub const LONGEST: i64 = 31_536_000;

    /// When a life that begins `now` ends.
    pub fn end(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Seconds(seconds) => Some(now.plus(seconds)),
            Self::Endless => None,
        }
    }
}
