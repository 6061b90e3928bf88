//! What the native API answers to each refusal of the engine.

use super::Problem;
use crate::api::native::code::Code;
use crate::domain::invite::State;
use crate::domain::token::TokenFlaw;
use crate::engine::{Conflict, Denied, Forbidden, Limited, NotFound, Refusal};
use crate::http::{FieldCode, FieldError};

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound(what) => not_found(what),
            Refusal::Denied(why) => denied(why),
            Refusal::Conflict(conflict) => conflicting(conflict),
            Refusal::Limited(limit) => limited(limit),
            Refusal::Invalid(pointer, invalid) => Self {
                errors: vec![FieldError {
                    pointer: pointer.into(),
                    code: FieldCode::Rule(invalid.code.into()),
                    detail: invalid.sentence().into_owned(),
                }],
                ..Problem::new(Code::InvalidBody, "See 'errors' for the fields that are not valid.")
            },
            Refusal::InvalidCursor => Problem::new(
                Code::InvalidCursor,
                "Use 'next_cursor' from the same list with the same filters, or start without a cursor.",
            ),
        }
    }
}

fn not_found(what: NotFound) -> Problem {
    match what {
        NotFound::Group => Problem::new(
            Code::GroupNotFound,
            "There is no such group, or you are not a member of it.",
        ),
        NotFound::User => Problem::new(
            Code::UserNotFound,
            "The directory has no such user; invite by e-mail address instead.",
        ),
        NotFound::Member => Problem::new(Code::MemberNotFound, "The group has no such member."),
        NotFound::Invite => Problem::new(
            Code::InviteNotFound,
            "There is no such invite. Use the whole link, as it was sent.",
        ),
        NotFound::Token(TokenFlaw::LetterCase) => Problem::new(
            Code::InviteNotFound,
            "The token was changed to capital or small letters. Copy it as it was sent.",
        ),
        NotFound::Token(TokenFlaw::Incomplete) => Problem::new(
            Code::InviteNotFound,
            "The token is incomplete, or a character of it was changed. Copy the whole link as it was sent.",
        ),
    }
}

fn denied(why: Denied) -> Problem {
    match why {
        Denied::InsufficientScope(scope) => Problem {
            challenge: Some(
                format!(
                    "Bearer realm=\"beckon\", error=\"insufficient_scope\", scope=\"{}\"",
                    scope.as_str()
                )
                .into(),
            ),
            ..Problem::new(
                Code::InsufficientScope,
                format!("This request needs an access token with the scope {}.", scope.as_str()),
            )
        },
        Denied::Forbidden(rule) => Problem::new(code_of(rule), rule.sentence()),
        Denied::RoleAboveOwn => Problem::new(
            Code::RoleAboveOwn,
            "You cannot grant, change or remove a role above your own. Only owners can grant 'owner'.",
        ),
        Denied::IdentityMismatch => Problem::new(
            Code::IdentityMismatch,
            "Sign in with the account that the invite is addressed to.",
        ),
        Denied::CaveatNotMet => Problem::new(
            Code::IdentityMismatch,
            "The token is restricted to another person, or has a restriction that this service does not know.",
        ),
        Denied::EmailNotVerified => Problem::new(
            Code::EmailNotVerified,
            "Verify your e-mail address with your sign-in provider, then try again.",
        ),
        Denied::DomainNotAllowed => Problem::new(
            Code::DomainNotAllowed,
            "This group or link does not allow addresses of this mail domain.",
        ),
        Denied::InvitesRefused => {
            Problem::new(Code::InvitesRefused, "This person does not accept invites.")
        }
        Denied::NotMember(_) => not_found(NotFound::Group),
        Denied::InviterGone => Problem::new(
            Code::InviterGone,
            "The person who sent this invite can no longer invite. Ask another member for a new one.",
        ),
    }
}

fn code_of(rule: Forbidden) -> Code {
    match rule {
        Forbidden::Frozen => Code::GroupFrozen,
        Forbidden::LinksOff => Code::LinksOff,
        Forbidden::LinkPaused => Code::LinkPaused,
        Forbidden::MayNotInvite
        | Forbidden::InviteOnly
        | Forbidden::OtherInvitee
        | Forbidden::OtherInviter
        | Forbidden::ChangesMembers
        | Forbidden::ManagesMembers
        | Forbidden::AddsMembers
        | Forbidden::ChangesGroup
        | Forbidden::ChangesPolicy
        | Forbidden::DeletesGroup
        | Forbidden::ReadsEvents => Code::Forbidden,
    }
}

fn conflicting(conflict: Conflict) -> Problem {
    match conflict {
        Conflict::AlreadyMember | Conflict::Yourself => {
            Problem::new(Code::AlreadyMember, "This person is already a member of the group.")
        }
        Conflict::AlreadyPending(id) => Problem {
            invite_id: Some(id),
            ..Problem::new(
                Code::InviteAlreadyPending,
                "This person already has a pending invite; see 'invite_id'.",
            )
        },
        Conflict::NotPending(state) => not_pending(state),
        Conflict::NotReplaceable(state) => Problem {
            state: Some(state),
            ..Problem::new(
                Code::InviteNotPending,
                "The invite in 'replaces' is not pending; leave it out.",
            )
        },
        Conflict::InviteReplaced => Problem::new(
            Code::InviteRevoked,
            "A newer invite has replaced this one; use the link in the newest mail.",
        ),
        Conflict::SeatsFull => {
            Problem::new(Code::SeatsFull, "The group has reached its member limit.")
        }
        Conflict::LastOwner => Problem::new(Code::LastOwner, "Make another member an owner first."),
        Conflict::GroupIdTaken => Problem::new(
            Code::GroupIdTaken,
            "This id belongs, or belonged, to another group. Choose a different one.",
        ),
        Conflict::IdentityTaken => Problem::new(
            Code::IdentityTaken,
            "An address, number or account in this record belongs to another user.",
        ),
        Conflict::KeyReused => Problem::new(
            Code::IdempotencyKeyReused,
            "You used this Idempotency-Key for another request within a day. Use a new one.",
        ),
        Conflict::KeyInProgress => Problem::new(
            Code::IdempotencyInProgress,
            "The first request with this Idempotency-Key is under way. Repeat it in a moment.",
        ),
        Conflict::PreconditionFailed => Problem::new(
            Code::PreconditionFailed,
            "Read the record again, and send its new ETag in If-Match.",
        ),
    }
}

fn limited(limit: Limited) -> Problem {
    let problem = match limit {
        Limited::Pending => Problem::new(
            Code::PendingLimit,
            "The group has reached its limit of pending invites. Revoke some, or wait until some are accepted.",
        ),
        Limited::ResendTooSoon(_) => Problem::new(
            Code::ResendTooSoon,
            "The invite was made or resent less than a minute ago; see Retry-After.",
        ),
        Limited::Resends => Problem::new(
            Code::ResendLimit,
            "An invite can be resent ten times. Give the person the link, or invite another identity.",
        ),
        Limited::Rate(_) => Problem::new(Code::RateLimited, "Try again later; see Retry-After."),
    };
    Problem { retry_after: Some(limit.retry_after()), ..problem }
}

fn not_pending(state: State) -> Problem {
    let problem = match state {
        State::Expired => Problem::new(Code::InviteExpired, "Ask for a new invite."),
        State::Revoked => Problem::new(
            Code::InviteRevoked,
            "Ask for a new invite if you think that this is a mistake.",
        ),
        State::Exhausted => Problem::new(Code::InviteUsedUp, "This link has no uses left."),
        State::Accepted => Problem::new(Code::InviteNotPending, "The invite was already accepted."),
        State::Declined => Problem::new(Code::InviteNotPending, "The invite was declined."),
        State::Pending => Problem::new(
            Code::InviteNotPending,
            "Another request changed the invite at the same time. Try again.",
        ),
    };
    Problem { state: Some(state), ..problem }
}
