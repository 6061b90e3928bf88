//! What each error code means, and what to do about it: the texts of the pages under
//! `/docs/problems` and of the reference.

use super::code::Code;

/// The explanation of an error code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Why the request is refused.
    pub meaning: &'static str,
    /// What the caller can do.
    pub remedy: &'static str,
}

/// Defines [`Code::explanation`] from rows of code, meaning and remedy.
macro_rules! explanations {
    ($($code:ident: $meaning:literal, $remedy:literal;)+) => {
        impl Code {
            /// Returns what the code means, and what to do about it.
            pub const fn explanation(self) -> Explanation {
                match self {
                    $(Self::$code => Explanation { meaning: $meaning, remedy: $remedy },)+
                }
            }
        }
    };
}

explanations! {
    Unauthenticated:
        "The request has no access token, or one that this service does not accept.",
        "Sign in, and send the token as 'Authorization: Bearer <token>'. The token's issuer, audience and type must be those of this deployment.";
    TokenExpired:
        "The access token was valid, and its time has passed.",
        "Get a new access token from your sign-in, and send the request again.";
    InsufficientScope:
        "The access token is valid, but does not carry the scope that this act needs.",
        "Ask your issuer for a token with the scope that 'WWW-Authenticate' names.";
    Forbidden:
        "The group's rules do not let the caller do this. The field 'detail' names the rule.",
        "Ask an owner or admin of the group to do it, or to change the rule.";
    RoleAboveOwn:
        "Nobody grants, changes or removes a role above their own. Only owners make owners.",
        "Ask a member with a higher role, or choose a role that is not above yours.";
    IdentityMismatch:
        "The invite is for another person, and the access token does not prove that person's identity.",
        "Sign in with the account that the invite is addressed to, or ask the inviter for an invite to this account.";
    EmailNotVerified:
        "The access token names the address, but the sign-in has not verified it.",
        "Verify the address with your sign-in, get a new token, and try again.";
    DomainNotAllowed:
        "The group or the link does not take addresses of this mail domain.",
        "Use an address of an allowed domain, or ask an owner of the group to allow this one.";
    InvitesRefused:
        "The person has said that nobody may invite them.",
        "Ask the person. Only they can allow invites again.";
    NotFound:
        "The API has no such path.",
        "Compare the path with the reference at /openapi.json. Paths and ids are case-sensitive.";
    MethodNotAllowed:
        "The path exists, but does not take this method.",
        "Use one of the methods in the header 'Allow'.";
    GroupNotFound:
        "There is no such group, it was deleted, or the caller is not a member of it. The answer does not tell which.",
        "Check the group's id, and that the access token is that of a member.";
    UserNotFound:
        "The directory has no active user with this id.",
        "Check the id, or invite the person by e-mail address instead.";
    MemberNotFound:
        "The group has no such member.",
        "List the group's members, and use a 'user_id' from there.";
    InviteNotFound:
        "There is no such invite, or its token is wrong. The answer does not tell which.",
        "Use the whole link as it was sent, or the id from a list of invites.";
    AlreadyMember:
        "The person is a member of the group already.",
        "Nothing is left to do. The field 'redirect_url', where it is there, leads into the group.";
    InviteAlreadyPending:
        "The person has a pending invite to this group, perhaps under another name of theirs.",
        "Use the invite that 'invite_id' names, or revoke it and make another.";
    InviteNotPending:
        "The invite was accepted or declined, or another request changed it at the same moment.",
        "Read the invite again. Its 'state' says what happened.";
    SeatsFull:
        "The group has as many members as its policy allows.",
        "Remove a member, or ask an owner to raise 'max_members'.";
    LastOwner:
        "A group needs an owner, and this is the last one.",
        "Make another member an owner first.";
    GroupIdTaken:
        "A group has this id, or had it once. Ids are never used again.",
        "Choose another id, or leave it out to get a random one.";
    IdentityTaken:
        "An address, number or account in the record belongs to another user.",
        "Take it out of the other user's record first, or leave it out here.";
    PreconditionFailed:
        "The record has changed since it was read.",
        "Read it again, and repeat the change with its new ETag in 'If-Match'.";
    InviteExpired:
        "The invite's time has passed.",
        "Ask the inviter for a new one.";
    InviteRevoked:
        "The invite was withdrawn, or a newer one has replaced its link.",
        "Use the link in the newest mail, or ask the inviter.";
    InviteUsedUp:
        "The link has been used as many times as it may be.",
        "Ask the inviter for a new link.";
    InviterGone:
        "The member who made the invite may no longer invite with these roles.",
        "Ask another member of the group for a new invite.";
    MalformedBody:
        "The body is not one JSON value in UTF-8. The field 'detail' has the line and column of the fault.",
        "Send one JSON object.";
    InvalidBody:
        "The body is JSON, but a field is missing, unknown, of the wrong type, or out of its limits.",
        "See 'errors': each names a field, a stable code and what the field takes.";
    InvalidQuery:
        "A parameter in the query is unknown or has a value that it does not take.",
        "See 'errors' for the parameter, and the reference for what it takes.";
    InvalidCursor:
        "The cursor is not one of this list with these filters.",
        "Use 'next_cursor' from the page before, with the same filters, or start without a cursor.";
    UnsupportedMediaType:
        "The body is not declared as JSON in UTF-8.",
        "Send the header 'Content-Type: application/json'.";
    BodyTooLarge:
        "The body has more bytes than this deployment accepts.",
        "Send less. The field 'detail' names the limit.";
    RateLimited:
        "Too many requests of this kind were made in too short a time.",
        "Wait as many seconds as 'Retry-After' says, and try again.";
    PendingLimit:
        "The group has as many pending invites as it may have.",
        "Revoke some, or wait until some are accepted or expire.";
    GroupFrozen:
        "The group's owner has suspended inviting and joining.",
        "Try again later, or ask an owner of the group.";
    LinksOff:
        "The group's owner has switched off its shareable links.",
        "Ask a member for an invite of your own, or an owner to allow links.";
    LinkPaused:
        "The link is paused: its group uses it again later, or not at all.",
        "Try again later, or ask the inviter.";
    SuppressionNotFound:
        "No mail to this address bounced for good, and its owner did not complain.",
        "Nothing is left to do. Invites to this address get their mails.";
    BlockNotFound:
        "The caller does not block this sender.",
        "Nothing is left to do. List the blocks to see which there are.";
    IdempotencyKeyReused:
        "The caller used this Idempotency-Key for another request within a day.",
        "Use a new key for a new request, or send the first request's body again.";
    IdempotencyInProgress:
        "The first request with this Idempotency-Key has not ended.",
        "Repeat the request in a moment. It gets the answer of the first.";
    ResendTooSoon:
        "The invite was sent less than a minute ago.",
        "Wait as many seconds as 'Retry-After' says, and send it again.";
    ResendLimit:
        "The invite was resent as often as an invite may be.",
        "Share its link in another way, or revoke it and invite the person again.";
    TemporarilyUnavailable:
        "A service that this one needs does not answer. The request was probably not carried out.",
        "Repeat the request after the seconds in 'Retry-After'.";
    Internal:
        "This is a fault of the service, not of the request.",
        "If it continues, give the operator the request id in 'instance'.";
}
